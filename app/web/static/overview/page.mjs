/** The city at a glance: puts the parts together and keeps them right. */

import { ApiError, get } from '../api.mjs';
import { notYours, waiting } from '../bars.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, nameOf, t, translateStatic, useLanguage } from '../i18n.mjs';
import { drawMenu } from '../menu.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { createStore } from '../store.mjs';
import { follow } from '../stream.mjs';
import { hearServerTime, keepTimesRight } from '../time.mjs';
import { createBeats } from './beats.mjs';
import { createCity } from './city.mjs';
import { createRules } from './rules.mjs';

/**
 * @typedef {object} State
 * @property {any} me who is logged in
 * @property {any} overview
 * @property {any[] | null} unattended beats, with who covers
 * @property {any} forecast
 * @property {any} rules
 * @property {boolean} live whether the stream is open
 * @property {boolean} failed whether the last answer did not come
 */

// Many events at once ask once, and a rush asks no more often than a person can read.
const SOON_MS = 250;
const PAUSE_MS = 1_000;
// What becomes late, and who comes and goes by the plan, tells no event.
const EVERY_MS = 15_000;
const FORECAST_EVERY_MS = 300_000;

/** Which views a role sees; the first is where it begins. */
const VIEWS = /** @type {Record<string, string[]>} */ ({
  desk: ['city', 'beats', 'deadlines'], admin: ['city', 'beats', 'deadlines'], leader: ['city', 'beats', 'deadlines'],
  observer: ['city', 'deadlines'], officer: ['beats', 'deadlines'],
});

/** @type {import('../store.mjs').Store<State>} */
const store = createStore(/** @type {State} */ ({ me: null, overview: null, unattended: null, forecast: null, rules: null, live: false, failed: false }));

/** @type {ReturnType<typeof follow> | null} */
let stream = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let loading = false;
let again = false;
let loadedAt = 0;
let forecastAt = 0;

const app = {
  store,
  views: () => VIEWS[store.get().me?.role] ?? [],
  view() {
    const wanted = location.hash.slice(1);
    return app.views().includes(wanted) ? wanted : app.views()[0];
  },
  /** @param {any} rules as the server has them now */
  useRules(rules) { store.set({ rules }); },
  mayEditRules() {
    const { me } = store.get();
    return me?.role === 'admin' || (me?.role === 'desk' && !me.precinct);
  },
};

/** @typedef {typeof app} App */

const main = byId('view');
const parts = /** @type {Record<string, {node: HTMLElement, draw: () => void}>} */ ({ city: createCity(app), beats: createBeats(app), deadlines: createRules(app) });
const session = createSession({ entered, speak: changeLanguage });

/** @param {string} language */
async function changeLanguage(language) {
  await useLanguage(language);
  translateStatic(document.body);
  session.words();
  draw();
}

function draw() {
  document.title = t('city.page_title');
  drawTools();
  drawViews();
  drawLive();
  drawScope();
  drawPart();
}

function drawScope() {
  const { me } = store.get();
  byId('scope').textContent = me ? nameOf(me.precinct) || t('scope.all') : '';
}

function drawTools() {
  drawMenu(store.get().me, { useLanguage: changeLanguage, useTheme: setTheme, logout: session.leave });
}

function drawViews() {
  const shown = app.view();
  fill(byId('views'), app.views().map((each) => h('a', { href: `#${each}`, 'aria-current': each === shown ? 'page' : null }, t(`city.tab.${each}`))));
}

function drawLive() {
  const { live, me, failed } = store.get();
  const node = byId('live');
  node.className = `live ${live ? 'on' : 'off'}`;
  fill(node, me && h('span.live-mark', { 'aria-hidden': 'true' }), me && h('span', {}, t(live ? 'live.on' : 'live.off')));
  fill(byId('notices'), failed && h('div.bar-notice.warn', { role: 'status' }, h('span', {}, t('city.failed')), h('button', { type: 'button', onclick: load }, t('retry'))));
}

function drawPart() {
  const { me } = store.get();
  if (!me) return;
  const view = app.view();
  if (!view) {
    fill(main, notYours('city.not_yours'));
    return;
  }
  parts[view].draw();
  if (main.firstChild !== parts[view].node) fill(main, parts[view].node);
}

/** @param {any} me */
function entered(me) {
  store.set({ me });
  draw();
  if (!app.views().length) return;
  load();
  stream?.stop();
  stream = follow('/api/v1/stream', {
    onevent: loadSoon,
    onopen() { store.set({ live: true }); loadSoon(); },
    onlost() { store.set({ live: false }); },
    onloggedout() { store.set({ live: false }); session.ended(); },
  });
}

function loadSoon() {
  if (loading) { again = true; return; }
  clearTimeout(timer);
  timer = setTimeout(load, Math.max(SOON_MS, loadedAt + PAUSE_MS - Date.now()));
}

/** @param {string} view */
async function bring(view) {
  if (view === 'city') {
    const overview = await get('/overview');
    hearServerTime(overview.at);
    store.set({ overview });
  } else if (view === 'beats') {
    const fresh = Date.now() - forecastAt < FORECAST_EVERY_MS;
    const [unattended, forecast] = await Promise.all([get('/beats/unattended').catch(noBoundaries), fresh ? store.get().forecast : get('/beats/forecast').catch(noBoundaries)]);
    if (!fresh) forecastAt = Date.now();
    store.set({ unattended: unattended.beats, forecast });
  } else if (!store.get().rules) store.set({ rules: await get('/deadlines') });
}

/** Bring what the view shows; what another view shows is brought when it is opened. */
async function load() {
  if (!store.get().me || loading) return;
  loading = true;
  const view = app.view();
  try {
    await waiting('city.loading', bring(view));
    store.set({ failed: false });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) store.set({ failed: true });
  } finally {
    loading = false;
    loadedAt = Date.now();
    if (again || view !== app.view()) { again = false; loadSoon(); }
  }
}

/** @param {unknown} error */
function noBoundaries(error) {
  if (!(error instanceof ApiError && error.status === 503)) throw error;
  return { beats: [], days: [] };
}

async function start() {
  alsoWords('city');
  await useLanguage(document.documentElement.lang, { remember: false });
  store.on(['overview', 'unattended', 'forecast', 'rules'], drawPart);
  store.on(['live', 'failed', 'me'], drawLive);
  addEventListener('hashchange', () => { drawViews(); drawPart(); main.scrollTop = 0; load(); });
  setInterval(() => { if (!document.hidden) loadSoon(); }, EVERY_MS);
  keepTimesRight();
  await session.begin();
}

start();
