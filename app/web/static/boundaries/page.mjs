/** The page for boundaries: puts the parts together and holds what they share. */

import { ApiError, get } from '../api.mjs';
import { notYours, waiting } from '../bars.mjs';
import { byId, fill, h, isPhone } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { createStore } from '../store.mjs';
import { keepTimesRight } from '../time.mjs';
import { createChrome } from './chrome.mjs';
import { createCompare, NoMap } from './compare.mjs';
import { createEditor } from './editor.mjs';
import { confirmed, failureWords } from './kit.mjs';
import { createList } from './list.mjs';
import { createSet } from './set.mjs';
import { sets } from './sets.mjs';
import { send } from './transfer.mjs';
import { createUpload } from './upload.mjs';

const SETS_EVERY_MS = 30_000;
const MAY_SEE = ['gis', 'admin', 'leader', 'desk'];
const MAY_EDIT = ['gis', 'admin'];

const store = createStore(/** @type {{me: any, sets: any[] | null, uploadMb: number, failure: string, notice: {kind: string, text: string} | null, view: 'side' | 'map', editing: boolean}} */ ({
  me: null, sets: null, uploadMb: Infinity, failure: '', notice: null, view: 'side', editing: false,
}));

/** @type {import('./compare.mjs').Compare | null} */
let map = null;
/** @type {Promise<void> | null} */
let mapStarted = null;
/** Districts of sets, which stay as they are while the revision does. @type {Map<string, Promise<any[]>>} */
const cache = new Map();
let screen = 'list';

const session = createSession({ entered, speak: (language) => app.useLanguage(language) });

const app = {
  store,
  map: () => map,
  mayEdit: () => MAY_EDIT.includes(store.get().me?.role),
  inForce: () => store.get().sets?.find((each) => each.in_force) ?? null,
  /** @returns {number | null} the set in the address */
  selected: () => Number(/^#(\d+)/.exec(location.hash)?.[1] ?? 0) || null,
  /** @param {string} hash */
  go(hash) {
    if (location.hash === hash || (hash === '#' && !location.hash)) route();
    else location.hash = hash;
  },
  /** @param {string} text @param {'info' | 'warn'} [kind] */
  tell(text, kind = 'info') { store.set({ notice: { kind, text } }); },
  showMap() { if (isPhone()) store.set({ view: 'map' }); },
  showSide() { store.set({ view: 'side' }); },
  send: (/** @type {string} */ path, /** @type {FormData} */ form, /** @type {(progress: any) => void} */ onprogress = () => {}, /** @type {AbortSignal | undefined} */ signal = undefined) => send(path, form, { onprogress, signal }).catch((error) => {
    if (error instanceof ApiError && error.status === 401) session.ended();
    throw error;
  }),
  busy: waiting,
  async loadSets() {
    try {
      const { sets: all, upload_mb: uploadMb } = await app.busy('b.busy.sets', sets.list());
      store.set({ sets: all, uploadMb, failure: '' });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
      store.set({ failure: failureWords(error) });
    }
  },
  /** @param {any} set @returns {Promise<any[]>} GeoJSON features */
  districts(set) {
    const key = `${set.id} ${set.revision ?? 0}`;
    const there = cache.get(key);
    if (there) return there;
    const coming = sets.districts(set.id);
    cache.set(key, coming);
    coming.catch(() => cache.delete(key));
    // Two for comparing, and the ones looked at before.
    if (cache.size > 4) cache.delete(/** @type {string} */ (cache.keys().next().value));
    return coming;
  },
  /** @param {string} language */
  async useLanguage(language) {
    await useLanguage(language);
    chrome.words();
    session.words();
    map?.words();
    map?.redraw();
    drawScreen();
  },
  /** @param {string} theme */
  useTheme(theme) {
    setTheme(theme);
    map?.redraw();
  },
  async logout() {
    if (await mayLeave()) await session.leave();
  },
};

/** @typedef {typeof app} App */

const chrome = createChrome(app);
const side = byId('side-pane');
const list = createList(side, app);
const upload = createUpload(side, app);
const one = createSet(side, app);
const editor = createEditor(side, app);

/** @param {any} me @param {boolean} isAgain */
function entered(me, isAgain) {
  store.set({ me });
  if (!MAY_SEE.includes(me.role)) {
    chrome.words();
    fill(side, notYours('b.not_yours', { id: 'side-title', tabindex: -1 }));
    return;
  }
  chrome.words();
  if (isAgain) { one.reload(); return; }
  mapStarted = startMap();
  app.loadSets().then(route);
  setInterval(() => { if (screen === 'list' && document.visibilityState === 'visible') app.loadSets(); }, SETS_EVERY_MS);
}

async function startMap() {
  const basemap = await get('/basemap').catch(() => ({ type: 'FeatureCollection', features: [] }));
  try {
    map = await createCompare({ basemap, styleUrl: session.config().basemap_style_url ?? null, onpick: (code) => { if (screen === 'set') one.picked(code); } });
  } catch (error) {
    if (!(error instanceof NoMap)) throw error;
    byId('maps').hidden = true;
    fill(byId('map-over'), h('p.note.no-map', {}, t('b.map.no_webgl')));
  }
}

let shown = '';
async function route() {
  if (!store.get().me || !MAY_SEE.includes(store.get().me.role)) return;
  const { hash } = location;
  if (hash !== shown && screen === 'edit' && !await mayLeave()) {
    history.replaceState(null, '', shown || '#');
    return;
  }
  shown = hash;
  await mapStarted;
  const id = app.selected();
  const next = hash === '#new' && app.mayEdit() ? 'new' : id && hash.endsWith('/edit') && app.mayEdit() ? 'edit' : id ? 'set' : 'list';
  if (screen === 'edit') editor.close();
  screen = next;
  store.set({ editing: screen === 'edit', view: screen === 'edit' ? store.get().view : 'side' });
  fill(byId('district-card'));
  map?.mark('problem', null);
  map?.mark('moved', null);
  if (screen === 'set') one.open(/** @type {number} */ (id));
  else if (screen === 'edit') editor.open(/** @type {number} */ (id));
  else drawScreen();
  if (screen === 'list' || screen === 'new') showInForce();
  byId('side-title').focus({ preventScroll: true });
}

function drawScreen() {
  if (!store.get().me) return;
  if (screen === 'list') list.draw();
  else if (screen === 'new') upload.draw();
  else if (screen === 'set') one.draw();
  else editor.draw();
}

async function showInForce() {
  const inForce = app.inForce();
  const features = inForce ? await app.districts(inForce).catch(() => null) : [];
  if (!features || (screen !== 'list' && screen !== 'new')) return;
  map?.show(features, null);
  map?.fresh.choose([]);
  map?.fly(map.fresh.boundsOfAll(), { moving: false });
}

/** @returns {Promise<boolean>} */
async function mayLeave() {
  if (screen !== 'edit' || !editor.hasUnsaved()) return true;
  return confirmed({ title: t('b.edit.leave_title'), text: t('b.edit.leave_text'), yes: t('b.edit.leave_yes'), danger: true });
}

/** A file may be dropped anywhere; a browser that is not told so opens it instead of the page. */
function takeDrops() {
  const carriesFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files');
  addEventListener('dragover', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    document.body.classList.toggle('dropping', app.mayEdit() && screen !== 'edit');
  });
  addEventListener('dragleave', (event) => { if (!event.relatedTarget) document.body.classList.remove('dropping'); });
  addEventListener('drop', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    document.body.classList.remove('dropping');
    const [file] = event.dataTransfer?.files ?? [];
    if (!file || !app.mayEdit() || screen === 'edit' || upload.isSending()) return;
    app.go('#new');
    upload.take(file);
  });
}

async function start() {
  alsoWords('boundaries');
  await useLanguage(document.documentElement.lang, { remember: false });
  chrome.words();
  store.on(['sets', 'failure'], () => { if (screen === 'list') list.draw(); });
  addEventListener('hashchange', route);
  addEventListener('beforeunload', (event) => { if (screen === 'edit' && editor.hasUnsaved()) event.preventDefault(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => map?.redraw());
  takeDrops();
  keepTimesRight();
  await session.begin();
}

start();
