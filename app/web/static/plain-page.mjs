/** What pages of one column share: who is logged in, words, notices, waiting. */

import { ApiError, ask, get, whenLoggedOut } from './api.mjs';
import { failureWords } from './boundaries/kit.mjs';
import { byId, fill, h } from './dom.mjs';
import { alsoWords, t, useLanguage } from './i18n.mjs';
import { createLogin } from './login.mjs';
import { drawMenu } from './menu.mjs';
import { setTheme } from './shell.mjs';
import { keepTimesRight } from './time.mjs';

const BUSY_AFTER_MS = 200;

/**
 * @param {object} page
 * @param {string} page.path
 * @param {string} page.words prefix of its words: `sv` has `sv.page_title`, `sv.busy`, `sv.not_yours`
 * @param {string[]} page.parts further files of words
 * @param {string[]} page.roles who may see it
 * @param {() => Promise<void>} page.load
 * @param {() => void} page.draw
 */
export function createPlainPage({ path, words, parts, roles, load, draw }) {
  /** @type {any} */
  let config = {};
  /** @type {any} */
  let me = null;
  const login = createLogin({ config: () => config, onlogin: entered, onlanguage: speak });

  const shared = {
    me: () => me,
    /**
     * Past 200 ms the page says what it waits for.
     * @template T
     * @param {Promise<T>} work
     * @returns {Promise<T>}
     */
    async busy(work) {
      const showing = setTimeout(() => { byId('busy').textContent = t(`${words}.busy`); }, BUSY_AFTER_MS);
      try {
        return await work;
      } finally {
        clearTimeout(showing);
        byId('busy').textContent = '';
      }
    },
    /** @param {string} text @param {'info' | 'warn'} [kind] */
    tell(text, kind = 'info') {
      fill(byId('notices'), text && h('div.bar-notice', { class: `bar-notice ${kind}`, role: kind === 'warn' ? 'alert' : 'status' }, h('span', {}, text),
        h('button', { type: 'button', onclick: () => shared.tell('') }, t('close'))));
    },
    /** @param {unknown} error */
    failed(error) {
      if (error instanceof ApiError && error.status === 401) return;
      shared.tell(failureWords(error), 'warn');
    },
    /** Load everything anew, or say why not. */
    async reload() {
      try {
        await shared.busy(load());
        drawAll();
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return;
        fill(byId('notices'), h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, failureWords(error)), h('button', { type: 'button', onclick: again }, t('retry'))));
      }
    },
    start,
  };

  function again() {
    shared.tell('');
    shared.reload();
  }

  function drawAll() {
    drawTools();
    document.title = t(`${words}.page_title`);
    if (me && roles.includes(me.role)) draw();
  }

  function drawTools() {
    drawMenu(me, { useLanguage: speak, useTheme: setTheme, logout });
  }

  /** @param {string} language */
  async function speak(language) {
    await useLanguage(language);
    login.words();
    drawAll();
  }

  async function logout() {
    await ask('POST', '/logout', { quiet401: true }).catch(() => {});
    location.assign(path);
  }

  /** @param {any} who */
  async function entered(who) {
    if (me && me.login !== who.login) { location.reload(); return; }
    const isAgain = Boolean(me);
    me = who;
    byId('app').hidden = false;
    drawTools();
    if (!roles.includes(me.role)) {
      fill(byId('body'), h('div.empty', {}, h('p.empty-title', {}, t(`${words}.not_yours`)), h('a.button', { href: '/' }, t('menu.reports'))));
      return;
    }
    // Whoever had to log in again keeps what they had typed.
    if (!isAgain) await shared.reload();
  }

  async function start() {
    for (const part of parts) alsoWords(part);
    await useLanguage(document.documentElement.lang, { remember: false });
    drawAll();
    whenLoggedOut(() => login.show({ expired: Boolean(me), login: me?.login }));
    keepTimesRight();
    config = await get('/config').catch(() => ({}));
    try {
      await entered(await ask('GET', '/session', { quiet401: true }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) { login.show({ expired: false }); return; }
      byId('app').hidden = false;
      fill(byId('notices'), h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, t('failure.start')), h('button.primary', { type: 'button', onclick: () => location.reload() }, t('retry'))));
    }
  }

  return shared;
}
