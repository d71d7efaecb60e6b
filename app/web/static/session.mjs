/** Who is logged in on a page: at the start, when a session ends in the middle, and when they go. */

import { ApiError, ask, get, whenLoggedOut } from './api.mjs';
import { byId, fill, h } from './dom.mjs';
import { t } from './i18n.mjs';
import { createLogin } from './login.mjs';

/**
 * @param {object} page
 * @param {(me: any, isAgain: boolean) => any} page.entered somebody is in; `isAgain` when only their session had ended
 * @param {(language: string) => Promise<void>} page.speak
 * @param {() => void} [page.replaced] somebody else sat down: nothing of the one before may stay on the screen
 * @param {() => void} [page.nobody] instead of asking for a login at the start
 * @param {(error: unknown) => string} [page.words] why it could not start
 */
export function createSession({ entered, speak, replaced = () => location.reload(), nobody, words = () => t('failure.start') }) {
  /** @type {any} */
  let config = {};
  /** @type {any} */
  let me = null;
  const login = createLogin({ config: () => config, onlogin: enter, onlanguage: speak });

  /** @param {any} who */
  function enter(who) {
    if (me && me.login !== who.login) { replaced(); return undefined; }
    const isAgain = Boolean(me);
    me = who;
    byId('app').hidden = false;
    return entered(me, isAgain);
  }

  /** Let somebody log in, at the start or where a page may be looked at without it. */
  const offer = () => login.show({ expired: false });

  /** The session has ended: whoever logs in again finds their work as it was. */
  const ended = () => login.show({ expired: Boolean(me), login: me?.login });

  return {
    me: () => me,
    config: () => config,
    words: login.words,
    ended,
    offer,
    async begin() {
      whenLoggedOut(ended);
      config = await get('/config').catch(() => ({}));
      try {
        await enter(await ask('GET', '/session', { quiet401: true }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) { (nobody ?? offer)(); return; }
        byId('app').hidden = false;
        fill(byId('notices'), h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, words(error)), h('button.primary', { type: 'button', onclick: () => location.reload() }, t('retry'))));
      }
    },
    async leave() {
      await ask('POST', '/logout', { quiet401: true }).catch(() => {});
      location.assign(location.pathname);
    },
  };
}
