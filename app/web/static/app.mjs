/** The staff page: puts the parts together and holds what they share. */

import { ask, get } from './api.mjs';
import { waiting } from './bars.mjs';
import { loadCategories } from './categories.mjs';
import { announce, byId, isPhone } from './dom.mjs';
import { keepDueRight } from './due.mjs';
import { createDistricts, showDistrict } from './districts.mjs';
import { alsoWords, nameOf, t, useLanguage } from './i18n.mjs';
import { listenToKeys, showKeys } from './keys.mjs';
import { createDeskDuty } from './desk-duty.mjs';
import { createDuty } from './duty.mjs';
import { createLookout } from './lookout.mjs';
import { boundsOfFeatures, createMap, NoMap } from './map.mjs';
import { createMapOver } from './map-over.mjs';
import { openOutbox } from './offline.mjs';
import { createOutcomes } from './outcomes.mjs';
import { partOf } from './part.mjs';
import { asPoints } from './pins.mjs';
import { createPlacing } from './place.mjs';
import { createQueue } from './queue.mjs';
import { createReport } from './report.mjs';
import { createSession } from './session.mjs';
import { createShell, setTheme } from './shell.mjs';
import { createStore } from './store.mjs';
import { follow } from './stream.mjs';
import { createSync, drafts } from './sync.mjs';
import { keepTimesRight } from './time.mjs';
import { excerpt, placeLine } from './words.mjs';

/**
 * @typedef {object} State
 * @property {any} me who is logged in
 * @property {Map<string, any>} reports by number
 * @property {string[]} order numbers in working order
 * @property {number} total of open reports, also of those beyond the page
 * @property {Map<string, string>} officers names by code
 * @property {any[]} districts
 * @property {any} boundarySet
 * @property {any[]} shapes features of the districts
 * @property {string | null} selected number
 * @property {any} detail the open report with its history
 * @property {string} detailFailure key of words
 * @property {{text: string, status: string, beat: string, mine: boolean}} filter
 * @property {string} part of the queue that is shown, as the query for it; empty for all of it
 * @property {'queue' | 'map'} view of the two tabs on a phone
 * @property {boolean} live whether the stream is open
 * @property {boolean} lost whether it has been gone long enough to say so
 * @property {number} loadedAt when the queue was last brought, milliseconds; 0 never
 * @property {boolean} loaded
 * @property {string} failure key of words
 * @property {import('./offline.mjs').Action[]} pending
 * @property {Set<string>} fresh numbers not looked at yet
 * @property {{number: string, before: any, after: any, wanted: string, refusal: string} | null} conflict
 * @property {{kind: string, text: string, number?: string} | null} notice
 * @property {string | null} placing number of the report being placed
 * @property {any[]} deadLetters messages that could not be processed; the desk only
 * @property {import('./categories.mjs').Category[]} categories
 * @property {any[]} staffNotices what one has not read yet of new boundaries
 */

const LOST_AFTER_MS = 1_500;

/** @type {import('./store.mjs').Store<State>} */
const store = createStore(/** @type {State} */ ({
  me: null, reports: new Map(), order: [], total: 0, officers: new Map(), districts: [], boundarySet: null, shapes: [], selected: null, detail: null,
  detailFailure: '', filter: { text: '', status: '', beat: '', mine: false }, part: partOf(location.search), view: 'queue', live: false, lost: false,
  loadedAt: 0, loaded: false, failure: '', pending: [], fresh: new Set(), conflict: null, notice: null, placing: null, deadLetters: [], staffNotices: [], categories: [],
}));

/** @type {Awaited<ReturnType<typeof createMap>> | null} */
let map = null;
/** @type {ReturnType<typeof openOutbox> | null} */
let outbox = null;
/** @type {ReturnType<typeof follow> | null} */
let stream = null;
/** @type {ReturnType<typeof createSync> | null} */
let sync = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let lostTimer;
/** @type {{words: () => void}[]} */
const translated = [];

const session = createSession({ entered, speak: (language) => app.useLanguage(language), replaced: () => location.assign('/') });

const app = {
  store,
  get sync() { return sync; },
  map: () => map,
  mayAct: () => ['officer', 'desk', 'admin'].includes(store.get().me?.role),
  isDesk: () => ['desk', 'admin'].includes(store.get().me?.role),
  /** @param {any} report */
  isMine(report) {
    const { me } = store.get();
    if (me?.officer) return report.assignment?.officer?.code === me.officer.code;
    return report.assignment?.desk === (me?.precinct?.code ?? 'city') || (app.isDesk() && !me?.precinct && Boolean(report.assignment?.desk));
  },
  /** @param {any} report */
  statusOf(report) {
    const waiting = store.get().pending.findLast((each) => each.number === report.number && each.kind === 'status');
    return waiting ? waiting.body.status : report.status;
  },
  /** @param {string} number */
  isPending: (number) => store.get().pending.some((each) => each.number === number),
  /** @param {string | undefined} code */
  isUnattended: (code) => store.get().shapes.some((each) => each.properties.code === code && each.properties.unattended === true),
  /** @param {string} code */
  districtName: (code) => nameOf(store.get().districts.find((each) => each.code === code)) || code,
  /** @param {string} code */
  officerName: (code) => store.get().officers.get(code) ?? code,
  /**
   * @param {string} number
   * @param {{focus?: boolean, fromMap?: boolean}} [how]
   */
  open(number, { focus = true, fromMap = false } = {}) {
    const { selected, fresh } = store.get();
    placing.stop();
    if (selected !== number) {
      const state = { report: number };
      if (selected) history.replaceState(state, '', `#${number}`);
      else history.pushState(state, '', `#${number}`);
    }
    const seen = new Set(fresh);
    seen.delete(number);
    store.set({ selected: number, fresh: seen, detail: store.get().detail?.number === number ? store.get().detail : null, detailFailure: '' });
    sync?.loadReport(number);
    const known = store.get().reports.get(number);
    requestAnimationFrame(() => {
      // Only now the drawer has taken its room from the map.
      map?.map.resize();
      if (known) map?.choose(known, app.statusOf(known), !fromMap || isPhone());
      queue?.show(number);
      if (focus) report.focusTitle();
    });
  },
  close() {
    const { selected } = store.get();
    if (!selected) return;
    placing.stop();
    // Going back closes it too, so closing goes back: the history does not fill up.
    if (history.state?.report) history.back();
    else closed();
  },
  /** @param {'queue' | 'map'} view */
  show(view) { store.set({ view }); },
  /** @param {string} part of the queue to show; empty for all of it */
  showPart(part) {
    history.replaceState(history.state, '', `/${part && '?'}${part}${location.hash}`);
    sync?.usePart(part);
    app.show('queue');
  },
  /** @param {any} chosen */
  place(chosen) {
    if (isPhone()) store.set({ view: 'map' });
    placing.start(chosen);
  },
  backFromPlacing() {
    report.focusTitle();
  },
  /** @param {{number: string, kind: import('./offline.mjs').Action['kind'], body: Record<string, any>}} wanted */
  act(wanted) {
    const known = store.get().detail?.number === wanted.number ? store.get().detail : store.get().reports.get(wanted.number);
    outcomes.taken(wanted.number, known);
    store.set({ conflict: null });
    announce(t('announce.sending'));
    return outbox?.add({ ...wanted, version: known?.version ?? null });
  },
  retry() {
    stream?.now();
    sync?.loadAll();
    outbox?.flush();
  },
  retryDeadLetters: () => lookout.retryDeadLetters(),
  /** @param {string} number of a report whose citizen's answer was read */
  async seen(number) {
    await ask('POST', `/reports/${number}/seen`).catch(() => null);
    sync?.loadReport(number);
  },
  /** @param {number} id of what one is told */
  readNotice: (id) => lookout.readNotice(id),
  /** @param {string} language */
  async useLanguage(language) {
    await useLanguage(language);
    translated.forEach((each) => each.words());
    report.draw();
    map?.redraw();
    drawDistricts();
  },
  /** @param {string} theme */
  useTheme(theme) {
    setTheme(theme);
    map?.redraw();
  },
  logout: session.leave,
};

/** @typedef {typeof app} App */

const outcomes = createOutcomes(app);
const lookout = createLookout(app);
const shell = createShell(app);
const report = createReport(byId('drawer'), app);
const placing = createPlacing(byId('place-panel'), app);
/** @type {ReturnType<typeof createQueue> | null} */
let queue = null;
translated.push(shell, session, createDuty(app), createDeskDuty(app));

/** @param {any} me */
function entered(me) {
  drafts.owner = me.login;
  store.set({ me });
  if (!queue && me.role !== 'gis') {
    queue = createQueue(byId('queue-pane'), app);
    translated.push(queue);
    queue.words();
  } else if (me.role === 'gis') {
    translated.push(createDistricts(byId('queue-pane'), app, { ontap: showOnMap, withTitle: true }));
  }
  shell.words();
  if (!sync) {
    sync = createSync(store, { onnew: tellNew });
    outbox = openOutbox(me.login, { changed: (pending) => store.set({ pending }), told: outcomes.told });
    startMap();
  }
  lookout.begin();
  loadCategories().then((categories) => store.set({ categories }), () => {});
  sync.loadAll().then(openFromAddress);
  outbox?.flush();
  stream?.stop();
  if (me.role !== 'gis') stream = follow('/api/v1/stream', { onevent, onopen, onlost, onloggedout });
  else store.set({ live: true });
}

/** @param {import('./stream.mjs').StreamEvent} event */
function onevent(event) {
  sync?.onevent(event);
  lookout.onevent(event);
}

function onopen() {
  clearTimeout(lostTimer);
  const wasAway = store.get().lost;
  store.set({ live: true, lost: false });
  if (wasAway) {
    announce(t('announce.back'));
    sync?.loadAll();
  }
  outbox?.flush();
}

function onlost() {
  if (!store.get().live && store.get().lost) return;
  store.set({ live: false });
  clearTimeout(lostTimer);
  lostTimer = setTimeout(() => {
    if (store.get().live) return;
    store.set({ lost: true });
    announce(t('announce.lost'), 'loud');
  }, LOST_AFTER_MS);
}

function onloggedout() {
  store.set({ live: false });
  session.ended();
}

/** @param {any[]} fresh */
function tellNew(fresh) {
  const [first] = fresh;
  announce(fresh.length === 1
    ? t('announce.new', { number: first.number, text: excerpt(first.text), place: placeLine(first) })
    : t('announce.new_many', { n: fresh.length }));
}

async function startMap() {
  const over = byId('map-over');
  const loading = get('/basemap').catch(() => ({ type: 'FeatureCollection', features: [] }));
  const basemap = await waiting('busy.map', loading);
  try {
    map = await createMap(byId('map'), {
      basemap, styleUrl: session.config().basemap_style_url ?? null,
      onpin: (number) => app.open(number, { fromMap: true }), ondistrict: tapped,
    });
  } catch (error) {
    if (!(error instanceof NoMap)) throw error;
    byId('map').hidden = true;
    translated.push(createDistricts(over, app, {
      message: () => t('map.no_webgl'),
      ontap(code) { queue?.filterBeat(code); app.show('queue'); },
    }));
    return;
  }
  translated.push(createMapOver(over, app, fitMap));
  drawDistricts();
  drawReports();
  fitMap(false);
  const chosen = store.get().reports.get(store.get().selected ?? '');
  if (chosen) map.choose(chosen, app.statusOf(chosen), true);
}

/** @param {string} code */
function tapped(code) {
  if (store.get().me?.role === 'gis') showOnMap(code);
}

/** @param {string} code */
function showOnMap(code) {
  const shapes = store.get().shapes.filter((each) => each.properties.code === code);
  app.show('map');
  map?.fit(boundsOfFeatures(shapes));
  showDistrict(byId('district-card'), code);
}

/** @param {boolean} [moving] */
function fitMap(moving = true) {
  const { shapes, me } = store.get();
  const own = shapes.filter((each) => !me?.precinct || each.properties.code === me.precinct.code || each.properties.parent === me.precinct.code);
  map?.fit(boundsOfFeatures(own.length ? own : shapes), moving);
}

let fitted = false;
function drawDistricts() {
  const { shapes } = store.get();
  map?.districts(shapes);
  if (map && shapes.length && !fitted) {
    fitted = true;
    if (!store.get().selected) fitMap(false);
  }
}

function drawReports() {
  const { reports, selected, detail } = store.get();
  map?.reports(asPoints([...reports.values()].filter((each) => each.number !== selected), app.statusOf));
  const chosen = selected ? reports.get(selected) ?? (detail?.number === selected ? detail : null) : null;
  map?.choose(chosen, chosen ? app.statusOf(chosen) : '', false);
}

function closed() {
  const { selected } = store.get();
  store.set({ selected: null, detail: null, conflict: null });
  if (selected) queueMicrotask(() => queue?.focusRow(selected));
}

function openFromAddress() {
  const number = /^#(\d{4}-\d+)$/.exec(location.hash)?.[1];
  if (number && store.get().selected !== number) {
    history.replaceState({}, '', `/${location.search}`);
    app.open(number, { focus: false });
  }
}

function keepFocusOutOfSight() {
  // Under the sheet of a phone nothing can be reached by keyboard or screen reader.
  const { selected, placing: isPlacing } = store.get();
  const covered = isPhone() && Boolean(selected) && !isPlacing;
  for (const id of ['queue-pane', 'map-pane', 'tabs']) byId(id).inert = covered;
  byId('veil').hidden = !covered;
  document.body.classList.toggle('placing', Boolean(isPlacing));
}

const act = (/** @type {string} */ status) => () => { if (store.get().selected) report.actions.step(status); };

function escape() {
  if (placing.stop()) app.backFromPlacing();
  else if (!report.actions.escape()) app.close();
}

async function start() {
  alsoWords('desks');
  alsoWords('city');
  alsoWords('triage');
  alsoWords('services');
  alsoWords('incidents');
  alsoWords('reveals');
  alsoWords('rules');
  alsoWords('others');
  await useLanguage(document.documentElement.lang, { remember: false });
  report.draw();
  store.on(['shapes'], drawDistricts);
  store.on(['reports', 'selected', 'pending', 'detail'], drawReports);
  store.on(['selected', 'placing'], keepFocusOutOfSight);
  matchMedia('(max-width: 859px)').addEventListener('change', keepFocusOutOfSight);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => map?.redraw());
  addEventListener('popstate', () => { if (!history.state?.report) closed(); });
  byId('veil').addEventListener('click', () => app.close());
  listenToKeys({
    down: () => queue?.step(1), up: () => queue?.step(-1), close: escape,
    acknowledged: act('acknowledged'), en_route: act('en_route'), on_scene: act('on_scene'), resolved: act('resolved'),
    reply: () => report.actions.focusReply(), search: () => { app.show('queue'); queue?.focusSearch(); }, help: showKeys,
    map() {
      const toMap = isPhone() ? store.get().view !== 'map' : !document.activeElement?.closest('.map-pane');
      app.show(toMap ? 'map' : 'queue');
      if (toMap) /** @type {HTMLElement | null} */ (document.querySelector('.maplibregl-canvas'))?.focus();
      else queue?.focusRow(store.get().selected ?? '');
    },
  });
  keepTimesRight();
  keepDueRight(() => sync?.queueSoon());
  await session.begin();
}

start();
