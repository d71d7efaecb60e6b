/** The one state of the page, and who wants to know when a part of it changes. */

/**
 * @template {object} T
 * @typedef {{
 *   get: () => T,
 *   set: (patch: Partial<T>) => void,
 *   on: (keys: (keyof T)[], listener: () => void) => void,
 * }} Store
 */

/**
 * @template {object} T
 * @param {T} initial
 * @returns {Store<T>}
 */
export function createStore(initial) {
  let state = initial;
  /** @type {{keys: (keyof T)[], listener: () => void}[]} */
  const listeners = [];
  /** @type {Set<keyof T>} */
  let changed = new Set();

  function tell() {
    const now = changed;
    changed = new Set();
    for (const { keys, listener } of listeners) {
      if (keys.some((key) => now.has(key))) listener();
    }
  }

  return {
    get: () => state,
    set(patch) {
      const keys = /** @type {(keyof T)[]} */ (Object.keys(patch)).filter((key) => !Object.is(state[key], patch[key]));
      if (!keys.length) return;
      state = { ...state, ...patch };
      // Changes made in one go are told once.
      if (!changed.size) queueMicrotask(tell);
      keys.forEach((key) => changed.add(key));
    },
    on(keys, listener) {
      listeners.push({ keys, listener });
    },
  };
}

/**
 * What the browser remembers between visits; a browser that refuses remembers nothing.
 */
export const kept = {
  /** @returns {boolean} whether the browser stores anything for us */
  works() {
    try {
      localStorage.setItem('beatway.works', '1');
      localStorage.removeItem('beatway.works');
      return true;
    } catch {
      return false;
    }
  },
  /**
   * @template V
   * @param {string} name
   * @param {V} fallback
   * @returns {V}
   */
  read(name, fallback) {
    try {
      const text = localStorage.getItem(`beatway.${name}`);
      return text === null ? fallback : JSON.parse(text);
    } catch {
      return fallback;
    }
  },
  /**
   * @param {string} name
   * @param {unknown} value
   */
  write(name, value) {
    try {
      if (value === null || value === undefined) localStorage.removeItem(`beatway.${name}`);
      else localStorage.setItem(`beatway.${name}`, JSON.stringify(value));
    } catch { /* private mode or full: the page works, it only forgets */ }
  },
  /**
   * Plain words, which the early script reads too.
   * @param {string} name
   * @param {string | null} value
   */
  writeWord(name, value) {
    try {
      if (value === null) localStorage.removeItem(`beatway.${name}`);
      else localStorage.setItem(`beatway.${name}`, value);
    } catch { /* as above */ }
  },
};
