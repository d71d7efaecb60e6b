/** The page of a precinct's week: puts the parts together and holds what they share. */

import { ApiError, ask, get } from '../api.mjs';
import { notYours, waiting } from '../bars.mjs';
import { dialogueOpen } from './dialogues.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { createMenu } from '../menu.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { createStore } from '../store.mjs';
import { createBar } from './bar.mjs';
import { createWeek } from './week.mjs';
import { failureWords } from './words.mjs';
import { laterDate } from './zone.mjs';

const LOOK_EVERY_MS = 30_000;
const MAY_SEE = ['officer', 'desk', 'leader', 'admin'];

/**
 * @typedef {{kind: 'info' | 'warn', text: string, undo?: boolean}} Notice
 */

const store = createStore(/** @type {{me: any, week: any, failure: string, notice: Notice | null, day: string | null, left: boolean}} */ ({
  me: null, week: null, failure: '', notice: null, day: null, left: false,
}));

let asked = 0;
let text = '';

const session = createSession({ entered, speak: (language) => app.useLanguage(language) });

const app = {
  store,
  zone: () => store.get().week?.timezone ?? 'Europe/Kyiv',
  mayEdit: () => Boolean(store.get().week?.may_edit),
  /** @returns {{precinct: string | null, day: string | null}} what the address names */
  chosen() {
    const [, precinct, day] = /^#([^/]*)(?:\/(\d{4}-\d{2}-\d{2}))?$/.exec(location.hash) ?? [];
    return { precinct: precinct ? decodeURIComponent(precinct) : null, day: day ?? null };
  },
  /** @param {{precinct?: string | null, day?: string | null}} what */
  go(what) {
    const { precinct, day } = { ...app.chosen(), ...what };
    const now = store.get().week;
    const hash = `#${encodeURIComponent(precinct ?? now?.precinct?.code ?? '')}${day ? `/${day}` : ''}`;
    if (location.hash === hash) load();
    else location.hash = hash;
  },
  /** @param {number} weeks */
  step(weeks) {
    const { week } = store.get();
    if (week) app.go({ day: laterDate(week.days[0].date, weeks * 7) });
  },
  /** @param {string} code */
  officer: (code) => store.get().week?.officers.find((/** @type {any} */ each) => each.code === code),
  /** @param {string} code */
  nameOfOfficer: (code) => app.officer(code)?.name ?? code,
  /** @param {string} words @param {'info' | 'warn'} [kind] @param {boolean} [undo] */
  tell(words, kind = 'info', undo = false) { store.set({ notice: { kind, text: words, undo } }); },
  /** @param {unknown} error */
  words: (error) => failureWords(error, app.zone()),
  busy: waiting,
  load,
  /** Take back one's own last change. */
  async undo() {
    const last = store.get().week?.undo;
    if (!last) return;
    try {
      await app.busy('r.busy.save', ask('POST', '/roster/undo', { body: { change: last.change } }));
      app.tell(t('r.undo.done'));
    } catch (error) {
      app.tell(app.words(error), 'warn');
    }
    await load();
  },
  /** @param {string} language */
  async useLanguage(language) {
    await useLanguage(language);
    words();
  },
  useTheme: setTheme,
  logout: session.leave,
};

/** @typedef {typeof app} App */

const menu = createMenu(app);

const bar = createBar(byId('week-bar'), app);
const week = createWeek(byId('week'), app);

function words() {
  document.title = t('r.page_title');
  menu.draw();
  session.words();
  if (!store.get().me) return;
  bar.draw();
  week.draw();
  drawNotice();
}

/** Ask for the week that the address names; whoever asked last is heard. */
async function load() {
  const mine = asked += 1;
  const { precinct, day } = app.chosen();
  const query = new URLSearchParams();
  if (precinct) query.set('precinct', precinct);
  if (day) query.set('day', day);
  try {
    const found = await app.busy('r.busy.week', get(`/roster/week?${query}`));
    if (mine !== asked) return;
    // What is the same is not drawn again, under somebody's fingers.
    const said = JSON.stringify({ ...found, now: null });
    store.set({ failure: '' });
    if (said === text && store.get().week) return;
    text = said;
    store.set({ week: found });
  } catch (error) {
    if (mine !== asked || (error instanceof ApiError && error.status === 401)) return;
    if (error instanceof ApiError && error.status === 404 && precinct) {
      // An address from elsewhere, or a precinct that is no more: one's own instead.
      history.replaceState(null, '', location.pathname);
      app.tell(t('r.error.no_precinct'), 'warn');
      load();
      return;
    }
    store.set({ failure: app.words(error) });
  }
}

/** @param {any} me @param {boolean} isAgain */
function entered(me, isAgain) {
  store.set({ me });
  words();
  if (!MAY_SEE.includes(me.role)) {
    fill(byId('week'), notYours('r.not_yours', { id: 'week-title', tabindex: -1 }));
    return;
  }
  load();
  if (!isAgain) setInterval(look, LOOK_EVERY_MS);
}

function look() {
  if (document.visibilityState === 'visible' && store.get().me && !week.isDragging() && !dialogueOpen()) load();
}

function drawNotice() {
  const { notice, failure, week: shown } = store.get();
  fill(byId('notices'),
    failure && shown && h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, failure), h('button', { type: 'button', onclick: load }, t('retry'))),
    notice && h('div', { class: `bar-notice ${notice.kind}`, role: notice.kind === 'warn' ? 'alert' : 'status' }, h('span', {}, notice.text),
      notice.undo && shown?.undo && h('button', { type: 'button', onclick: () => { store.set({ notice: null }); app.undo(); } }, t('r.undo')),
      h('button', { type: 'button', onclick: () => store.set({ notice: null }) }, t('close'))));
}

async function start() {
  alsoWords('roster');
  await useLanguage(document.documentElement.lang, { remember: false });
  words();
  store.on(['week', 'day', 'left', 'failure'], () => { bar.draw(); week.draw(); });
  store.on(['notice', 'failure', 'week'], drawNotice);
  addEventListener('hashchange', () => { store.set({ day: null }); load(); });
  addEventListener('focus', look);
  matchMedia('(max-width: 859px)').addEventListener('change', () => { if (store.get().me) week.draw(); });
  await session.begin();
}

start();
