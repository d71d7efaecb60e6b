/** Sending files, with progress of the sending and of the work that follows. */

import { ApiError, NoAnswer } from '../api.mjs';

/** @typedef {{stage: string, done: number, total: number}} Progress */

/**
 * Send a form. fetch() says nothing of what has been sent already, so this is the older way.
 * @param {string} path below /api/v1
 * @param {FormData} form
 * @param {{onprogress: (progress: Progress) => void, signal?: AbortSignal}} options
 * @returns {Promise<any>} the JSON answer
 */
export function send(path, form, { onprogress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const reader = createLines(onprogress);
    request.open('POST', `/api/v1${path}`);
    request.setRequestHeader('Accept', 'application/x-ndjson, application/json;q=0.9');
    request.upload.addEventListener('progress', (event) => onprogress({ stage: 'upload', done: event.loaded, total: event.lengthComputable ? event.total : 0 }));
    request.addEventListener('progress', () => { if (isLines(request)) reader.take(request.responseText); });
    request.addEventListener('error', () => reject(new NoAnswer('network')));
    request.addEventListener('abort', () => reject(new NoAnswer('abort')));
    request.addEventListener('load', () => {
      try {
        const outcome = isLines(request) ? reader.end(request.responseText) : { status: request.status, body: parsed(request.responseText) };
        if (!outcome) reject(new NoAnswer('the answer was cut off'));
        else if (outcome.status >= 200 && outcome.status < 300) resolve(outcome.body);
        else reject(new ApiError(outcome.status, outcome.body ?? {}));
      } catch (error) {
        reject(new NoAnswer(String(error)));
      }
    });
    signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
const isLines = (request) => (request.getResponseHeader('Content-Type') ?? '').includes('ndjson');

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Read lines of JSON out of a text that grows.
 * @param {(progress: Progress) => void} onprogress
 */
export function createLines(onprogress) {
  let read = 0;
  /** @type {{status: number, body: any} | null} */
  let outcome = null;

  /** @param {string} text all of it up to now */
  function take(text) {
    for (let end = text.indexOf('\n', read); end >= 0; end = text.indexOf('\n', read)) {
      line(text.slice(read, end));
      read = end + 1;
    }
  }

  /** @param {string} text */
  function line(text) {
    if (!text.trim()) return;
    const said = JSON.parse(text);
    if ('status' in said) outcome = said;
    else if ('stage' in said) onprogress(said);
  }

  return {
    take,
    /** @param {string} text all of it */
    end(text) {
      take(text);
      line(text.slice(read));
      read = text.length;
      return outcome;
    },
  };
}
