/** Talking to the staff API. */

const PATIENCE_MS = 20_000;

/** The server answered, but not with what was asked for. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any>} problem a problem document (RFC 9457), or {}
   */
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** No answer came: no network, no server, or it took too long. */
export class NoAnswer extends Error {}

/** @type {() => void} */
let onLoggedOut = () => {};

/** @param {() => void} listener called when the server no longer knows who we are */
export function whenLoggedOut(listener) {
  onLoggedOut = listener;
}

/**
 * Ask the API.
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {{body?: unknown, headers?: Record<string, string>, quiet401?: boolean, patienceMs?: number}} [options]
 * @returns {Promise<any>} the JSON answer, or null when there is none
 */
export async function ask(method, path, { body, headers = {}, quiet401 = false, patienceMs = PATIENCE_MS } = {}) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch (error) {
    throw new NoAnswer(String(error));
  }
  const kind = response.headers.get('Content-Type') ?? '';
  // A gateway says these in the name of a server that is not there; our own server says more.
  if ([502, 503, 504].includes(response.status) && !kind.includes('json')) throw new NoAnswer(`HTTP ${response.status}`);
  let answer = null;
  try {
    if (kind.includes('json') && response.status !== 204) answer = await response.json();
  } catch (error) {
    throw new NoAnswer(String(error));
  }
  if (response.ok) return answer;
  if (response.status === 401 && !quiet401) onLoggedOut();
  throw new ApiError(response.status, answer ?? {});
}

/** @param {string} path */
export const get = (path) => ask('GET', path);

/** @param {string} number of a report */
export const reportPath = (number) => `/reports/${encodeURIComponent(number)}`;
