/** What pages of one column share: who is logged in, words, notices, waiting. */

import { ApiError } from './api.mjs';
import { notYours, tell, tellFailed, waiting } from './bars.mjs';
import { failureWords } from './boundaries/kit.mjs';
import { byId, fill } from './dom.mjs';
import { alsoWords, t, useLanguage } from './i18n.mjs';
import { drawMenu } from './menu.mjs';
import { createSession } from './session.mjs';
import { setTheme } from './shell.mjs';
import { keepTimesRight } from './time.mjs';

/**
 * @param {object} page
 * @param {string} page.words prefix of its words: `sv` has `sv.page_title`, `sv.not_yours`
 * @param {string} [page.busy] what it says while it waits
 * @param {string[]} page.parts further files of words
 * @param {string[]} page.roles who may see it
 * @param {() => Promise<void>} page.load
 * @param {() => void} page.draw
 * @param {() => Promise<boolean>} [page.mayLeave] whether what is not saved may be lost
 */
export function createPlainPage({ words, busy = `${words}.busy`, parts, roles, load, draw, mayLeave = async () => true }) {
  const session = createSession({ entered, speak });
  const { me } = session;

  const shared = {
    me,
    config: session.config,
    tell,
    /** @template T @param {Promise<T>} work @returns {Promise<T>} */
    busy: (work) => waiting(busy, work),
    /** @param {unknown} error */
    failed(error) {
      if (error instanceof ApiError && error.status === 401) return;
      tell(failureWords(error), 'warn');
    },
    /** Load everything anew, or say why not. */
    async reload() {
      try {
        await shared.busy(load());
        drawAll();
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return;
        tellFailed(failureWords(error), again);
      }
    },
    start,
  };

  function again() {
    tell('');
    shared.reload();
  }

  function drawAll() {
    drawTools();
    document.title = t(`${words}.page_title`);
    if (me() && roles.includes(me().role)) draw();
  }

  function drawTools() {
    drawMenu(me(), { useLanguage: speak, useTheme: setTheme, logout });
  }

  /** @param {string} language */
  async function speak(language) {
    await useLanguage(language);
    session.words();
    drawAll();
  }

  async function logout() {
    if (await mayLeave()) await session.leave();
  }

  /** @param {any} who @param {boolean} isAgain */
  async function entered(who, isAgain) {
    drawTools();
    if (!roles.includes(who.role)) { fill(byId('body'), notYours(`${words}.not_yours`)); return; }
    // Whoever had to log in again keeps what they had typed.
    if (!isAgain) await shared.reload();
  }

  async function start() {
    for (const part of parts) alsoWords(part);
    await useLanguage(document.documentElement.lang, { remember: false });
    drawAll();
    keepTimesRight();
    await session.begin();
  }

  return shared;
}
