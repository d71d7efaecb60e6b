/** The page for the gazetteer: puts the parts together and holds what they share. */

import { ApiError, ask, get, whenLoggedOut } from '../api.mjs';
import { createChrome } from '../boundaries/chrome.mjs';
import { failureWords } from '../boundaries/kit.mjs';
import { byId, fill, h, isPhone } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { createLogin } from '../login.mjs';
import { setTheme } from '../shell.mjs';
import { createStore } from '../store.mjs';
import { keepTimesRight } from '../time.mjs';
import { createEntry } from './entry.mjs';
import { createJournal } from './journal.mjs';
import { createNew } from './new.mjs';
import { createPlaceMap, NoMap } from './place-map.mjs';
import { createProposals } from './proposals.mjs';
import { createSearch } from './search.mjs';
import { createTry } from './try.mjs';

const BUSY_AFTER_MS = 200;
const PROPOSALS_EVERY_MS = 60_000;
const MAY_SEE = ['desk', 'gis', 'admin', 'leader'];
const MAY_EDIT = ['desk', 'gis', 'admin'];

const store = createStore(/** @type {{me: any, proposals: any[] | null, notice: {kind: string, text: string} | null, busy: string, view: 'side' | 'map', editing: boolean}} */ ({
  me: null, proposals: null, notice: null, busy: '', view: 'side', editing: false,
}));

/** @type {any} */
let config = {};
/** @type {import('./place-map.mjs').PlaceMap | null} */
let map = null;
let waits = 0;

const app = {
  store,
  map: () => map,
  mayEdit: () => MAY_EDIT.includes(store.get().me?.role),
  /** @param {string} hash */
  go(hash) {
    if (location.hash === hash || (hash === '#' && !location.hash)) route();
    else location.hash = hash;
  },
  /** @param {string} text @param {'info' | 'warn'} [kind] */
  tell(text, kind = 'info') { store.set({ notice: { kind, text } }); },
  showMap() { if (isPhone()) store.set({ view: 'map' }); },
  showSide() { store.set({ view: 'side' }); },
  /**
   * Past 200 ms the page says what it waits for.
   * @template T
   * @param {string} key
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  async busy(key, work) {
    const showing = setTimeout(() => store.set({ busy: t(key) }), BUSY_AFTER_MS);
    waits += 1;
    try {
      return await work;
    } finally {
      clearTimeout(showing);
      waits -= 1;
      if (!waits) store.set({ busy: '' });
    }
  },
  async loadProposals() {
    try {
      store.set({ proposals: (await get('/gazetteer/proposals')).proposals });
    } catch (error) {
      if (screen === 'proposals' && !(error instanceof ApiError && error.status === 401)) throw error;
    }
  },
  /** @param {string} language */
  async useLanguage(language) {
    await useLanguage(language);
    chrome.words();
    login.words();
    map?.redraw();
    drawScreens();
    route();
  },
  /** @param {string} theme */
  useTheme(theme) {
    setTheme(theme);
    map?.redraw();
  },
  async logout() {
    await ask('POST', '/logout', { quiet401: true }).catch(() => {});
    location.assign('/gazetteer');
  },
};

/** @typedef {typeof app} App */

const chrome = createChrome(app, 'g');
const login = createLogin({ config: () => config, onlogin: entered, onlanguage: app.useLanguage });
const place = byId('screen');
const screens = {
  search: createSearch(place, app),
  entry: createEntry(place, app),
  new: createNew(place, app),
  proposals: createProposals(place, app),
  journal: createJournal(place, app),
  try: createTry(place, app),
};
/** @type {keyof typeof screens} */
let screen = 'search';

/** @param {any} me */
function entered(me) {
  const was = store.get().me;
  if (was && was.login !== me.login) { location.reload(); return; }
  store.set({ me });
  byId('app').hidden = false;
  chrome.words();
  if (!MAY_SEE.includes(me.role)) {
    fill(byId('screens'));
    fill(place, h('div.empty', {}, h('p.empty-title', { id: 'side-title', tabindex: -1 }, t('g.not_yours')), h('a.button', { href: '/' }, t('menu.reports'))));
    return;
  }
  if (was) { route(); return; }
  drawScreens();
  startMap().then(route);
  app.loadProposals();
  setInterval(() => { if (document.visibilityState === 'visible' && screen !== 'proposals') app.loadProposals(); }, PROPOSALS_EVERY_MS);
}

async function startMap() {
  const basemap = await get('/basemap').catch(() => ({ type: 'FeatureCollection', features: [] }));
  try {
    map = await createPlaceMap(byId('map'), { basemap, styleUrl: config.basemap_style_url ?? null });
  } catch (error) {
    if (!(error instanceof NoMap)) throw error;
    byId('map').hidden = true;
    fill(byId('map-over'), h('p.note.no-map', {}, t('b.map.no_webgl')));
    return;
  }
  const whole = await get('/map').catch(() => null);
  if (whole) map.districts(whole.features);
}

function drawScreens() {
  const { me, proposals } = store.get();
  if (!me || !MAY_SEE.includes(me.role)) return;
  const link = (/** @type {string} */ name, /** @type {string} */ hash, /** @type {number | undefined} */ count = undefined) => {
    const isHere = screen === name || (name === 'search' && ['entry', 'new'].includes(screen));
    return h('a.tab', { href: hash, 'aria-selected': String(isHere), 'aria-current': isHere ? 'page' : null }, t(`g.screen.${name}`), count ? h('span.tab-count', {}, count) : null);
  };
  fill(byId('screens'), link('search', '#'), link('proposals', '#proposals', proposals?.length), link('journal', '#journal'), link('try', '#try'));
}

function route() {
  const { me } = store.get();
  if (!me || !MAY_SEE.includes(me.role)) return;
  const { hash } = location;
  const entry = /^#(street|landmark)\/(\d+)(?:\/(.+))?$/.exec(hash);
  /** @type {keyof typeof screens} */
  const next = entry ? 'entry' : hash === '#new' && app.mayEdit() ? 'new' : ['#proposals', '#journal', '#try'].includes(hash) ? /** @type {any} */ (hash.slice(1)) : 'search';
  screens[screen].close();
  screen = next;
  store.set({ view: 'side' });
  drawScreens();
  if (entry) screens.entry.open(/** @type {any} */ (entry[1]), Number(entry[2]), entry[3] ? decodeURIComponent(entry[3]) : null);
  else screens[/** @type {'search'} */ (screen)].open();
}

function loggedOut() {
  login.show({ expired: Boolean(store.get().me), login: store.get().me?.login });
}

async function start() {
  alsoWords('boundaries');
  alsoWords('gazetteer');
  await useLanguage(document.documentElement.lang, { remember: false });
  chrome.words();
  whenLoggedOut(loggedOut);
  store.on(['proposals'], drawScreens);
  addEventListener('hashchange', route);
  addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
    if (event.key === '/' && !typing && store.get().me) { event.preventDefault(); app.go('#'); screens.search.focus(); }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => map?.redraw());
  keepTimesRight();
  config = await get('/config').catch(() => ({}));
  try {
    entered(await ask('GET', '/session', { quiet401: true }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) { login.show({ expired: false }); return; }
    byId('app').hidden = false;
    fill(byId('notices'), h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, error instanceof ApiError ? failureWords(error) : t('failure.start')), h('button.primary', { type: 'button', onclick: () => location.reload() }, t('retry'))));
  }
}

start();
