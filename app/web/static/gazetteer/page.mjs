/** The page for the gazetteer: puts the parts together and holds what they share. */

import { ApiError, get } from '../api.mjs';
import { notYours, waiting } from '../bars.mjs';
import { createChrome } from '../boundaries/chrome.mjs';
import { failureWords } from '../boundaries/kit.mjs';
import { byId, fill, h, isPhone } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { createSession } from '../session.mjs';
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

const PROPOSALS_EVERY_MS = 60_000;
const MAY_SEE = ['desk', 'gis', 'admin', 'leader'];
const MAY_EDIT = ['desk', 'gis', 'admin'];

const store = createStore(/** @type {{me: any, proposals: any[] | null, notice: {kind: string, text: string} | null, view: 'side' | 'map', editing: boolean}} */ ({
  me: null, proposals: null, notice: null, view: 'side', editing: false,
}));

/** @type {import('./place-map.mjs').PlaceMap | null} */
let map = null;

const session = createSession({
  entered, speak: (language) => app.useLanguage(language), words: (error) => (error instanceof ApiError ? failureWords(error) : t('failure.start')),
});

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
  busy: waiting,
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
    session.words();
    map?.redraw();
    drawScreens();
    route();
  },
  /** @param {string} theme */
  useTheme(theme) {
    setTheme(theme);
    map?.redraw();
  },
  logout: session.leave,
};

/** @typedef {typeof app} App */

const chrome = createChrome(app, 'g');
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

/** @param {any} me @param {boolean} isAgain */
function entered(me, isAgain) {
  store.set({ me });
  chrome.words();
  if (!MAY_SEE.includes(me.role)) {
    fill(byId('screens'));
    fill(place, notYours('g.not_yours', { id: 'side-title', tabindex: -1 }));
    return;
  }
  if (isAgain) { route(); return; }
  drawScreens();
  startMap().then(route);
  app.loadProposals();
  setInterval(() => { if (document.visibilityState === 'visible' && screen !== 'proposals') app.loadProposals(); }, PROPOSALS_EVERY_MS);
}

async function startMap() {
  const basemap = await get('/basemap').catch(() => ({ type: 'FeatureCollection', features: [] }));
  try {
    map = await createPlaceMap(byId('map'), { basemap, styleUrl: session.config().basemap_style_url ?? null });
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

async function start() {
  alsoWords('boundaries');
  alsoWords('gazetteer');
  await useLanguage(document.documentElement.lang, { remember: false });
  chrome.words();
  store.on(['proposals'], drawScreens);
  addEventListener('hashchange', route);
  addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
    if (event.key === '/' && !typing && store.get().me) { event.preventDefault(); app.go('#'); screens.search.focus(); }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => map?.redraw());
  keepTimesRight();
  await session.begin();
}

start();
