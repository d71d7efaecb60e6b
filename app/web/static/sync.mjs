/** Bringing the server's queue and map into the store, and keeping them right. */

import { ApiError, NoAnswer, get, reportPath } from './api.mjs';
import { waiting } from './bars.mjs';
import { kept } from './store.mjs';
import { hearServerTime } from './time.mjs';

const TOGETHER_MS = 250;
const DISTRICTS_EVERY_MS = 60_000;

/** @typedef {import('./app.mjs').State} State */

/**
 * @param {import('./store.mjs').Store<State>} store
 * @param {{onnew: (reports: any[]) => void}} listeners
 */
export function createSync(store, { onnew }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let running = false;
  let again = false;
  let first = true;

  /** @param {unknown} error */
  function failed(error) {
    if (error instanceof ApiError && error.status === 401) return;
    store.set({ failure: error instanceof NoAnswer ? 'failure.no_answer' : 'failure.server' });
  }

  async function loadQueue() {
    const { part } = store.get();
    const answer = await get(part ? `/queue?${part}` : '/queue');
    // Another part was chosen meanwhile; it is being asked for.
    if (part !== store.get().part) return;
    if (answer.at) hearServerTime(answer.at);
    const before = store.get().reports;
    const reports = new Map(answer.reports.map((/** @type {any} */ report) => [report.number, newer(before.get(report.number), report)]));
    const fresh = first ? [] : answer.reports.filter((/** @type {any} */ report) => !before.has(report.number));
    first = false;
    const freshNumbers = new Set([...store.get().fresh].filter((number) => reports.has(number)));
    fresh.forEach((/** @type {any} */ report) => freshNumbers.add(report.number));
    store.set({
      reports, order: answer.reports.map((/** @type {any} */ report) => report.number),
      total: Object.values(answer.counts ?? {}).reduce((sum, each) => sum + each, 0) || answer.reports.length,
      fresh: freshNumbers, loadedAt: Date.now(), failure: '', loaded: true,
    });
    if (fresh.length) onnew(fresh);
  }

  async function loadDistricts() {
    const [listed, drawn] = await Promise.all([get('/districts'), get('/map')]).catch(noDistricts);
    const features = drawn.features.filter((/** @type {any} */ each) => each.properties.kind !== 'report');
    store.set({ districts: listed.districts, boundarySet: listed.boundary_set, shapes: features });
  }

  /** @param {unknown} error */
  function noDistricts(error) {
    // Nobody has imported boundaries yet: everything else works without them.
    if (!(error instanceof ApiError && error.status === 503)) throw error;
    return [{ districts: [], boundary_set: null }, { features: [] }];
  }

  /**
   * Bring the names of a beat's officers, when a report names one we have not met.
   * @param {any} report
   */
  async function learnOfficers(report) {
    const known = store.get().officers;
    const skipped = (report.assignment?.skipped ?? []).map((/** @type {any} */ each) => each.officer).filter(Boolean);
    const code = report.beat?.code ?? report.precinct?.code;
    if (!code || skipped.every((/** @type {string} */ each) => known.has(each))) return;
    const district = await get(`/districts/${encodeURIComponent(code)}`);
    const officers = new Map(known);
    for (const each of district.officers ?? []) officers.set(each.code, each.name);
    // Those that are no longer posted there are not asked for again.
    for (const each of skipped) if (!officers.has(each)) officers.set(each, each);
    store.set({ officers });
  }

  /** @param {string} number */
  async function loadReport(number) {
    try {
      const report = await waiting('busy.report', get(reportPath(number)));
      put(report);
      const { selected, detail } = store.get();
      if (selected === number) store.set({ detail: detail?.number === number ? newer(detail, report) : report, detailFailure: '' });
      await learnOfficers(report).catch(() => {});
    } catch (error) {
      if (store.get().selected !== number) return;
      if (error instanceof ApiError && (error.status === 404 || error.status === 403)) store.set({ detailFailure: 'report.gone' });
      else if (!(error instanceof ApiError && error.status === 401)) store.set({ detailFailure: 'report.not_loaded' });
    }
  }

  /**
   * Take in one report as the server has it now.
   * @param {any} report
   */
  function put(report) {
    const known = store.get().reports.get(report.number);
    if (known && known.version > report.version) return;
    if (known || store.get().order.includes(report.number)) {
      const reports = new Map(store.get().reports);
      reports.set(report.number, { ...known, ...report });
      store.set({ reports });
    }
    const { detail } = store.get();
    if (detail?.number === report.number && report.version >= detail.version) {
      store.set({ detail: { ...detail, ...report } });
    }
  }

  /** Ask for the queue soon; many events at once ask only once. */
  function queueSoon() {
    if (running) { again = true; return; }
    clearTimeout(timer);
    timer = setTimeout(runQueue, TOGETHER_MS);
  }

  async function runQueue() {
    running = true;
    try {
      await waiting('busy.queue', loadQueue());
    } catch (error) {
      failed(error);
    } finally {
      running = false;
      if (again) { again = false; queueSoon(); }
    }
  }

  /** Load everything; says in the store whether it went well. */
  async function loadAll() {
    try {
      const withQueue = store.get().me?.role !== 'gis';
      await Promise.all([
        waiting('busy.districts', loadDistricts()),
        withQueue ? waiting('busy.queue', loadQueue()) : undefined,
      ]);
      store.set({ failure: '', loaded: true });
      const { selected } = store.get();
      if (selected) await loadReport(selected);
    } catch (error) {
      failed(error);
    }
  }

  /** @param {import('./stream.mjs').StreamEvent} event */
  function onevent({ type, data }) {
    // After a hello nobody knows what was missed.
    if (type === 'hello') { queueSoon(); return; }
    if (type !== 'report') { loadDistricts().catch(failed); return; }
    queueSoon();
    const { selected, detail } = store.get();
    // Who follows the open report has said something new, or has just come or gone.
    const isOfIt = detail?.number === selected && detail?.incident?.members.some((/** @type {any} */ each) => each.number === data?.number);
    if (selected && isOfIt) loadReport(selected);
    if (data?.number && data.number === selected && (data.version !== detail?.version || data.kind === 'escalated')) loadReport(selected);
  }

  const beat = setInterval(() => {
    if (store.get().me && !document.hidden) loadDistricts().catch(() => {});
  }, DISTRICTS_EVERY_MS);

  /**
   * Show another part of the queue; nothing in it is new because of that.
   * @param {string} part a query, empty for all of it
   */
  function usePart(part) {
    first = true;
    store.set({ part });
    queueSoon();
  }

  return { loadAll, usePart, loadReport, queueSoon, put, onevent, stop() { clearInterval(beat); clearTimeout(timer); } };
}

/**
 * Answers overtake each other: an old one must not undo what is known.
 * @param {any} known
 * @param {any} told
 */
const newer = (known, told) => (known && known.version > told.version ? known : told);

/** What was typed and not yet sent, a report at a time; survives a lost session and a reload. */
export const drafts = {
  /** Whose they are: the next person at this screen must not see them. */
  owner: '',
  /** @returns {Record<string, string>} */
  all() { return kept.read(`drafts.${drafts.owner}`, {}); },
  /**
   * @param {string} number
   * @param {string} field
   * @returns {string}
   */
  read: (number, field) => drafts.all()[`${number} ${field}`] ?? '',
  /**
   * @param {string} number
   * @param {string} field
   * @param {string} text
   */
  write(number, field, text) {
    const all = drafts.all();
    if (text) all[`${number} ${field}`] = text;
    else delete all[`${number} ${field}`];
    kept.write(`drafts.${drafts.owner}`, Object.keys(all).length ? all : null);
  },
};
