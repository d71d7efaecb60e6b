/** What the stream does not tell of, asked for now and then: updates that failed, and notices. */

import { ask, get } from './api.mjs';

const DEAD_LETTERS_EVERY_MS = 60_000;
const DEAD_LETTERS_SOON_MS = 5_000;
const NOTICES_SOON_MS = 1_000;
// An unattended beat is found by whoever looks at the roster; no event of a report tells of it.
const NOTICES_EVERY_MS = 15_000;
const HAVE_NOTICES = ['officer', 'desk', 'leader', 'admin'];
const BRING_NOTICES = ['rerouted', 'move_proposed', 'covered', 'registered', 'escalated'];

/** @param {import('./app.mjs').App} app */
export function createLookout(app) {
  const { store } = app;
  let isBegun = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function deadLetters() {
    if (!app.isDesk()) return;
    const found = await get('/dead-letters').catch(() => null);
    if (found) store.set({ deadLetters: found.dead_letters });
  }

  async function notices() {
    if (!HAVE_NOTICES.includes(store.get().me?.role)) return;
    const found = await get('/notices?unread=true').catch(() => null);
    if (found) store.set({ staffNotices: found.notices });
  }

  return {
    /** Look now, and from now on. */
    begin() {
      deadLetters();
      notices();
      if (isBegun) return;
      isBegun = true;
      setInterval(deadLetters, DEAD_LETTERS_EVERY_MS);
      setInterval(notices, NOTICES_EVERY_MS);
    },
    /** @param {import('./stream.mjs').StreamEvent} event */
    onevent(event) {
      if (!BRING_NOTICES.includes(event.data?.kind)) return;
      // An activation changes many reports; what is said of it is asked for once.
      clearTimeout(timer);
      timer = setTimeout(notices, NOTICES_SOON_MS);
    },
    async retryDeadLetters() {
      const letters = store.get().deadLetters;
      store.set({ deadLetters: [] });
      await Promise.allSettled(letters.map((each) => ask('POST', `/dead-letters/${each.update_id}/retry`)));
      setTimeout(deadLetters, DEAD_LETTERS_SOON_MS);
    },
    /** @param {number} id of what one is told */
    async readNotice(id) {
      store.set({ staffNotices: store.get().staffNotices.filter((each) => each.id !== id) });
      await ask('POST', `/notices/${id}/read`).catch(notices);
    },
  };
}
