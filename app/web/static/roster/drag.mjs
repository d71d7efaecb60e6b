/** Making, moving and stretching bars with a mouse or a finger; forms can do all of it too. */

import { ask } from '../api.mjs';
import { announce, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { entryWords, periodWords } from './words.mjs';
import { instantAt, shareOf } from './zone.mjs';

const MINUTE = 60_000;
/** Steps of the clock: in a week a day is narrow. */
const WEEK_STEP = 30 * MINUTE;
const DAY_STEP = 15 * MINUTE;
/** A hand that trembles does not drag. */
const SLACK_PX = 5;
const SHORTEST = 30 * MINUTE;
/** A click follows the end of a drag; it is not meant. */
const CLICK_AFTER_MS = 60;

/**
 * @typedef {object} Drag
 * @property {'create' | 'move' | 'since' | 'until'} mode
 * @property {number} pointer
 * @property {number} x
 * @property {HTMLElement} track
 * @property {HTMLElement} bar
 * @property {string} officer
 * @property {any} entry
 * @property {'shifts' | 'leaves'} table
 * @property {number} since
 * @property {number} until
 * @property {number} grabbed the instant under the pointer at first
 * @property {boolean} begun
 * @property {[number, number]} now
 * @property {string} to the officer it would go to
 */

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 * @param {() => import('./zone.mjs').Day[]} daysShown
 */
export function createDrag(place, app, daysShown) {
  /** @type {Drag | null} */
  let drag = null;
  let endedAt = 0;
  let saving = false;
  /** @type {{officer: string, since: number, words: string} | null} */
  let complaint = null;

  const step = () => (daysShown().length === 1 ? DAY_STEP : WEEK_STEP);
  /** @param {HTMLElement} track @param {number} x */
  const at = (track, x) => {
    const box = track.getBoundingClientRect();
    return instantAt((x - box.left) / box.width, daysShown(), step());
  };

  /** An instant as far along as the pointer went. @param {number} instant @param {number} part of the week */
  const along = (instant, part) => instantAt(shareOf(instant, daysShown()) + part, daysShown(), step());

  /** @param {HTMLElement} node @param {number} since @param {number} until */
  function put(node, since, until) {
    const days = daysShown();
    const [from, to] = [shareOf(since, days), until === Infinity ? 1 : shareOf(until, days)];
    node.style.setProperty('--from', String(from));
    node.style.setProperty('--part', String(Math.max(to - from, 0)));
  }

  /** @param {PointerEvent} event */
  function down(event) {
    if (!app.mayEdit() || saving || event.button !== 0 || drag) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const track = /** @type {HTMLElement | null} */ (target.closest('.track'));
    if (!track) return;
    closeBubble();
    const bar = /** @type {HTMLElement | null} */ (target.closest('.entry'));
    const officer = track.dataset.officer ?? '';
    const grabbed = at(track, event.clientX);
    const common = { pointer: event.pointerId, x: event.clientX, track, officer, to: officer, grabbed, begun: false };
    if (bar) {
      const table = /** @type {'shifts' | 'leaves'} */ (bar.dataset.table);
      const entry = app.officer(officer)?.[table].find((/** @type {any} */ each) => String(each.id) === bar.dataset.id);
      if (!entry) return;
      const [since, until] = [Date.parse(entry.since), entry.until ? Date.parse(entry.until) : Infinity];
      const edge = /** @type {'since' | 'until' | undefined} */ (/** @type {HTMLElement | null} */ (target.closest('.handle'))?.dataset.edge);
      drag = { ...common, mode: edge ?? 'move', bar, entry, table, since, until, now: [since, until] };
    } else if (app.officer(officer)?.active) {
      drag = { ...common, mode: 'create', bar: h('div.entry.e-shifts.k-duty.ghost', {}, h('span.entry-words')), entry: null, table: 'shifts', since: grabbed, until: grabbed, now: [grabbed, grabbed] };
    }
  }

  /** @param {PointerEvent} event */
  function move(event) {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.begun) {
      if (Math.abs(event.clientX - drag.x) < SLACK_PX) return;
      drag.begun = true;
      drag.track.setPointerCapture(event.pointerId);
      document.body.classList.add('dragging');
      if (drag.mode === 'create') drag.track.append(drag.bar);
      drag.bar.classList.add('dragged');
    }
    event.preventDefault();
    const here = at(drag.track, event.clientX);
    const { since, until, grabbed, mode } = drag;
    const part = (event.clientX - drag.x) / drag.track.getBoundingClientRect().width;
    if (mode === 'create') drag.now = [Math.min(grabbed, here), Math.max(grabbed, here)];
    else if (mode === 'since') drag.now = [Math.min(along(since, part), until - SHORTEST), until];
    else if (mode === 'until') drag.now = [since, Math.max(along(until, part), since + SHORTEST)];
    else {
      const begins = since >= daysShown()[0].since ? along(since, part) : since + here - grabbed;
      drag.now = [begins, until + begins - since];
    }
    if (mode === 'move' && event.pointerType === 'mouse') over(event);
    put(drag.bar, ...drag.now);
    const words = drag.bar.querySelector('.entry-words');
    if (words) words.textContent = periodWords(said(drag.now), app.zone());
  }

  /** Over another officer's row, it goes to them. @param {PointerEvent} event */
  function over(event) {
    if (!drag) return;
    const row = document.elementsFromPoint(event.clientX, event.clientY).find((each) => each.classList.contains('officer'));
    const code = /** @type {HTMLElement | undefined} */ (row)?.dataset.officer ?? drag.officer;
    if (code === drag.to || !app.officer(code)?.active) return;
    for (const each of place.querySelectorAll('.officer.target')) each.classList.remove('target');
    drag.to = code;
    if (code !== drag.officer) row?.classList.add('target');
  }

  /** @param {PointerEvent} event */
  async function up(event) {
    if (!drag || event.pointerId !== drag.pointer) return;
    const done = drag;
    if (!done.begun) { drag = null; return; }
    endedAt = performance.now();
    document.body.classList.remove('dragging');
    const [since, until] = done.now;
    if (until - since < SHORTEST || (since === done.since && until === done.until && done.to === done.officer && done.entry)) {
      cancel();
      return;
    }
    saving = true;
    done.bar.classList.add('saving');
    const body = { ...said([since, until]), ...(done.to === done.officer ? {} : { officer: done.to }) };
    try {
      await app.busy('r.busy.save', done.entry
        ? ask('PATCH', `/roster/${done.table}/${done.entry.id}`, { body, headers: { 'If-Match': `"${done.entry.tag}"` } })
        : ask('POST', '/shifts', { body: { officer: done.officer, kind: 'duty', ...body } }));
      drag = null;
      saving = false;
      const words = t(done.entry ? 'r.done.changed' : 'r.done.added', { name: app.nameOfOfficer(done.to), what: entryWords(done.table, done.entry ?? { kind: 'duty' }), period: periodWords(said(done.now), app.zone()) });
      announce(words);
      await app.load();
      app.tell(words, 'info', true);
    } catch (error) {
      saving = false;
      cancel();
      bubble(done.to, since, app.words(error));
      app.load();
    }
  }

  function cancel() {
    if (!drag) return;
    const { bar, mode, since, until } = drag;
    drag = null;
    document.body.classList.remove('dragging');
    for (const each of place.querySelectorAll('.officer.target')) each.classList.remove('target');
    bar.classList.remove('dragged', 'saving');
    if (mode === 'create') bar.remove();
    else put(bar, since, until);
    // Words and places as they were.
    app.store.set({ week: { ...app.store.get().week } });
  }

  /**
   * Say what is wrong where it is.
   * @param {string} officer
   * @param {number} since
   * @param {string} words
   */
  function bubble(officer, since, words) {
    complaint = { officer, since, words };
    drawBubble();
  }

  /** The week was drawn anew: what is wrong stays said. */
  function drawBubble() {
    document.getElementById('bubble')?.remove();
    if (!complaint) return;
    const track = place.querySelector(`.track[data-officer="${CSS.escape(complaint.officer)}"]`);
    const node = h('div.bubble', { id: 'bubble', role: 'alert' }, h('span', {}, complaint.words), h('button.icon-button', { type: 'button', 'aria-label': t('close'), onclick: closeBubble }, '×'));
    node.style.setProperty('--from', String(Math.min(shareOf(complaint.since, daysShown()), 0.7)));
    for (const kind of ['click', 'pointerdown']) node.addEventListener(kind, (event) => event.stopPropagation());
    track?.append(node);
  }

  function closeBubble() {
    complaint = null;
    drawBubble();
  }

  /**
   * @param {'shifts' | 'leaves'} table
   * @param {any} one
   * @param {any} entry
   */
  async function remove(table, one, entry) {
    if (saving) return;
    saving = true;
    try {
      await app.busy('r.busy.save', ask('DELETE', `/roster/${table}/${entry.id}`, { headers: { 'If-Match': `"${entry.tag}"` } }));
      const words = t('r.done.removed', { name: one.name, what: entryWords(table, entry), period: periodWords(entry, app.zone()) });
      saving = false;
      announce(words);
      await app.load();
      app.tell(words, 'info', true);
    } catch (error) {
      saving = false;
      bubble(one.code, Date.parse(entry.since), app.words(error));
      app.load();
    }
  }

  place.addEventListener('pointerdown', down);
  place.addEventListener('pointermove', move);
  place.addEventListener('pointerup', up);
  place.addEventListener('pointercancel', () => { if (!saving) cancel(); });
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (drag && !saving) cancel();
    closeBubble();
  });

  return { put, remove, drawBubble, isOn: () => drag !== null || saving, wasDragged: () => performance.now() - endedAt < CLICK_AFTER_MS };
}

/** @param {[number, number]} period */
const said = ([since, until]) => ({ since: new Date(since).toISOString(), until: until === Infinity ? null : new Date(until).toISOString() });
