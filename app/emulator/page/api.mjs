/** The emulator's control API, and its events. */

export class Refused extends Error {
  /** @param {string} message @param {number} status 0 when the emulator was not reached */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path below /control/
 * @param {any} [body] an object for JSON, or a form
 * @returns {Promise<any>}
 */
async function call(method, path, body) {
  const form = body instanceof FormData;
  let response;
  try {
    response = await fetch(`/control/${path}`, {
      method,
      body: body === undefined || form ? body : JSON.stringify(body),
      headers: body === undefined || form ? {} : { 'Content-Type': 'application/json' },
    });
  } catch {
    throw new Refused('', 0);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) {
    const detail = answer?.detail;
    throw new Refused(typeof detail === 'string' ? detail : JSON.stringify(detail ?? response.status), response.status);
  }
  return answer;
}

/** @param {string} path */
export const get = (path) => call('GET', path);
/** @param {string} path @param {any} [body] */
export const post = (path, body = {}) => call('POST', path, body);
/** @param {string} path @param {any} body */
export const put = (path, body) => call('PUT', path, body);
/** @param {string} path */
export const remove = (path) => call('DELETE', path);

/**
 * Listen to what happens, for ever; the browser connects again by itself.
 * @param {{event: (event: any) => void, open: () => void, lost: () => void}} tell
 */
export function listen(tell) {
  const source = new EventSource('/control/stream');
  source.addEventListener('hello', tell.open);
  source.addEventListener('message', (message) => tell.event(JSON.parse(message.data)));
  source.addEventListener('error', () => {
    tell.lost();
    // An answer that is no stream ends it for good: begin again.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(tell), 2000);
  });
}
