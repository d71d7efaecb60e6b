/** The page for categories and the rules of triage. */

import { ApiError, ask, get, whenLoggedOut } from '../api.mjs';
import { confirmed, failureWords } from '../boundaries/kit.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, nameOf, t, useLanguage } from '../i18n.mjs';
import { createLogin } from '../login.mjs';
import { drawMenu } from '../menu.mjs';
import { setTheme } from '../shell.mjs';
import { keepTimesRight } from '../time.mjs';
import { createForm, faultWords } from './form.mjs';
import { createLearning } from './learning.mjs';
import { createSaving } from './saving.mjs';
import { createTrying } from './trying.mjs';
import { createVersions } from './versions.mjs';

const MAY_SEE = ['admin', 'desk', 'leader'];
const BUSY_AFTER_MS = 200;

/** @type {any} */
let config = {};
/** @type {any} */
let me = null;

/**
 * What is edited: the draft beside the version it was made from.
 * @type {{version: number, mayEdit: boolean, saved: any, draft: any, faults: {where: string, what: string, text: string}[]}}
 */
const state = { version: 0, mayEdit: false, saved: null, draft: null, faults: [] };

const app = {
  state,
  path: '/triage',
  /** @param {{where: string, what: string, text: string}} fault */
  faultLine: (fault) => [nameOf({ code: fault.where, name: state.draft.categories.find((/** @type {any} */ one) => one.code === fault.where)?.names }), faultWords(fault)].filter(Boolean).join(': '),
  /** @param {string} field */
  whose: (field) => state.draft.categories[Number(/categories\.(\d+)/.exec(field)?.[1])]?.code ?? '',
  /** @returns {boolean} whether something was changed and not saved */
  isDirty: () => JSON.stringify(state.saved) !== JSON.stringify(state.draft),
  /** Something was typed: what stands about it beside the fields has to be true again. */
  changed() { saving.draw(); },
  /** @param {{where: string, what: string, text: string}[]} faults */
  showFaults(faults) {
    state.faults = faults;
    form.drawFaults();
    saving.draw();
  },
  /** @param {any} answer a version with its rules */
  take(answer) {
    Object.assign(state, { version: answer.version, mayEdit: answer.may_edit, saved: answer.rules, draft: structuredClone(answer.rules), faults: [] });
    draw();
  },
  async load() { app.take(await app.busy(get('/triage/rules'))); },
  /**
   * Past 200 ms the page says what it waits for.
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  async busy(work) {
    const showing = setTimeout(() => { byId('busy').textContent = t('tr.busy'); }, BUSY_AFTER_MS);
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
      h('button', { type: 'button', onclick: () => app.tell('') }, t('close'))));
  },
  /** @param {unknown} error */
  failed(error) {
    if (error instanceof ApiError && error.status === 401) return;
    if (error instanceof ApiError && error.problem.faults) { app.showFaults(error.problem.faults); return; }
    app.tell(failureWords(error), 'warn');
  },
  refreshVersions: () => versions.load(),
};

/** @typedef {typeof app} App */

const form = createForm(app);
const trying = createTrying(app);
const versions = createVersions(app);
const learning = createLearning(app);
const saving = createSaving(app, byId('save-bar'));
const login = createLogin({ config: () => config, onlogin: entered, onlanguage: speak });

function draw() {
  drawTools();
  document.title = t('tr.page_title');
  if (!state.draft) return;
  trying.draw();
  form.draw();
  versions.draw();
  learning.draw();
  saving.draw();
  fill(byId('body'), trying.node, form.node, versions.node, learning.node);
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
  if (app.isDirty() && !await confirmed({ title: t('tr.leave_title'), text: t('tr.leave_text'), yes: t('tr.leave_yes'), danger: true })) return;
  await ask('POST', '/logout', { quiet401: true }).catch(() => {});
  state.saved = state.draft;
  location.assign('/triage');
}

/** @param {any} who */
async function entered(who) {
  if (me && me.login !== who.login) { location.reload(); return; }
  const again = Boolean(me);
  me = who;
  byId('app').hidden = false;
  drawTools();
  if (!MAY_SEE.includes(me.role)) {
    fill(byId('body'), h('div.empty', {}, h('p.empty-title', {}, t('tr.not_yours')), h('a.button', { href: '/' }, t('menu.reports'))));
    return;
  }
  // Whoever had to log in again keeps what they had typed.
  if (again) return;
  try {
    await app.load();
    await Promise.all([versions.load(), learning.load()]);
  } catch (error) {
    app.failed(error);
  }
}

async function start() {
  alsoWords('boundaries');
  alsoWords('triage');
  alsoWords('incidents');
  await useLanguage(document.documentElement.lang, { remember: false });
  drawTools();
  whenLoggedOut(() => login.show({ expired: Boolean(me), login: me?.login }));
  addEventListener('beforeunload', (event) => { if (state.draft && app.isDirty()) event.preventDefault(); });
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
