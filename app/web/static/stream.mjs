/**
 * The server's event stream, read by hand.
 *
 * EventSource would not show the heartbeat comments, and without them a connection that died in
 * silence (a tunnel, a sleeping phone) looks like a quiet night.
 */

const SILENCE_MS = 40_000;
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * @typedef {object} StreamEvent
 * @property {string} type
 * @property {any} data
 */

/**
 * Follow a stream until stopped.
 * @param {string} url
 * @param {{
 *   onevent: (event: StreamEvent) => void,
 *   onopen: () => void,
 *   onlost: () => void,
 *   onloggedout: () => void,
 * }} listeners
 * @returns {{stop: () => void, now: () => void}}
 */
export function follow(url, listeners) {
  let lastId = '';
  let failures = 0;
  let stopped = false;
  /** @type {AbortController} */
  let connection = new AbortController();
  /** @type {() => void} */
  let wake = () => {};

  async function run() {
    while (!stopped) {
      connection = new AbortController();
      const outcome = await readOnce(connection).catch(() => 'lost');
      if (stopped) return;
      if (outcome === 'loggedout') {
        stopped = true;
        listeners.onloggedout();
        return;
      }
      listeners.onlost();
      const base = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)];
      failures += 1;
      // Jitter, so that a restarted server is not met by everybody at once.
      await pause(base * (0.75 + Math.random() / 2));
    }
  }

  /** @param {number} ms */
  function pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => { clearTimeout(timer); resolve(undefined); };
    });
  }

  /** @param {AbortController} controller */
  async function readOnce(controller) {
    let watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
    try {
      const response = await fetch(url, {
        headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) },
        cache: 'no-store',
        signal: controller.signal,
      });
      if (response.status === 401) return 'loggedout';
      if (!response.ok || !response.body) return 'lost';
      failures = 0;
      listeners.onopen();
      const parse = parser((id) => { lastId = id; }, listeners.onevent);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        clearTimeout(watchdog);
        if (done) return 'lost';
        watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
        parse(value);
      }
    } finally {
      clearTimeout(watchdog);
      controller.abort();
    }
  }

  const drop = () => connection.abort();
  const again = () => { failures = 0; wake(); };
  addEventListener('offline', drop);
  addEventListener('online', again);
  run();
  return {
    stop() {
      stopped = true;
      removeEventListener('offline', drop);
      removeEventListener('online', again);
      connection.abort();
      wake();
    },
    now: again,
  };
}

/**
 * Take server-sent events apart.
 * @param {(id: string) => void} onid
 * @param {(event: StreamEvent) => void} onevent
 * @returns {(chunk: string) => void}
 */
export function parser(onid, onevent) {
  let rest = '';
  let type = '';
  /** @type {string[]} */
  let data = [];
  /** @type {string | null} */
  let id = null;

  /** @param {string} line */
  function take(line) {
    if (line === '') {
      if (id !== null) onid(id);
      if (data.length) onevent({ type: type || 'message', data: json(data.join('\n')) });
      else if (type) onevent({ type, data: null });
      [type, data, id] = ['', [], null];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  }

  return (chunk) => {
    // A line may end in the middle of a chunk, or between its CR and LF.
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    lines.forEach(take);
  };
}

/** @param {string} text */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
