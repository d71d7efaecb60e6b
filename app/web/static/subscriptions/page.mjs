/** The page for subscriptions, and for what observers see. */

import { ApiError, ask, get, whenLoggedOut } from '../api.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { createLogin } from '../login.mjs';
import { drawMenu } from '../menu.mjs';
import { setTheme } from '../shell.mjs';
import { keepTimesRight } from '../time.mjs';
import { faultWords } from './form.mjs';
import { createList } from './list.mjs';
import { createObservers } from './observers.mjs';

const MAY_SEE = ['admin', 'desk', 'leader', 'observer'];
const BUSY_AFTER_MS = 200;

/** @type {any} */
let config = {};
/** @type {any} */
let me = null;

const app = {
  /** @type {{categories: any[], districts: any[]}} */
  known: { categories: [], districts: [] },
  /**
   * Wait for something, saying so past 200 ms; null when it failed, which is said too.
   * @template T
   * @param {Promise<T>} work
   * @param {string} [done] what to say when it is done
   * @returns {Promise<T | null>}
   */
  async doing(work, done = '') {
    const showing = setTimeout(() => { byId('busy').textContent = t('su.busy'); }, BUSY_AFTER_MS);
    try {
      const answer = await work;
      app.tell(done);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) app.tell(faultWords(error), 'warn');
      return null;
    } finally {
      clearTimeout(showing);
      byId('busy').textContent = '';
    }
  },
  /** @param {string} text @param {'info' | 'warn'} [kind] */
  tell(text, kind = 'info') {
    fill(byId('notices'), text && h('div.bar-notice', { class: `bar-notice ${kind}`, role: kind === 'warn' ? 'alert' : 'status' }, h('span', {}, text),
      h('button', { type: 'button', onclick: () => app.tell('') }, t('close'))));
  },
};

/** @typedef {typeof app} App */

const list = createList(app);
const observers = createObservers(app);
const login = createLogin({ config: () => config, onlogin: entered, onlanguage: speak });

const isAdmin = () => me?.role === 'admin';

function draw() {
  drawTools();
  document.title = t('su.page_title');
  if (!me || !MAY_SEE.includes(me.role)) return;
  list.draw();
  if (isAdmin()) observers.draw();
  fill(byId('body'), list.node, isAdmin() && observers.node);
}

function drawTools() {
  drawMenu(me, { useLanguage: speak, useTheme: setTheme, logout });
}

/** @param {string} language */
async function speak(language) {
  await useLanguage(language);
  login.words();
  draw();
}

async function logout() {
  await ask('POST', '/logout', { quiet401: true }).catch(() => {});
  location.assign('/subscriptions');
}

/** @param {any} who */
async function entered(who) {
  if (me && me.login !== who.login) { location.reload(); return; }
  const again = Boolean(me);
  me = who;
  byId('app').hidden = false;
  drawTools();
  if (!MAY_SEE.includes(me.role)) {
    fill(byId('body'), h('div.empty', {}, h('p.empty-title', {}, t('su.not_yours')), h('a.button', { href: '/' }, t('menu.reports'))));
    return;
  }
  if (!again) await load();
}

async function load() {
  const loaded = await app.doing((async () => {
    const [{ categories }, { districts }] = await Promise.all([get('/categories'), get('/districts')]);
    app.known = { categories: categories.filter((/** @type {any} */ each) => each.active), districts };
    await Promise.all([list.load(), isAdmin() && observers.load()]);
    return true;
  })());
  if (loaded) draw();
  else fill(byId('body'), h('div.buttons', {}, h('button.primary', { type: 'button', onclick: load }, t('retry'))));
}

async function start() {
  alsoWords('boundaries');
  alsoWords('others');
  await useLanguage(document.documentElement.lang, { remember: false });
  drawTools();
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

start();
