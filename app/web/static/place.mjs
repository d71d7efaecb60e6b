/** Setting a report's place: search an address, drag or click on the map, or type coordinates. */

import { NoAnswer, get } from './api.mjs';
import { fill, h } from './dom.mjs';
import { languageNow, nameOf, t } from './i18n.mjs';
import { distance, percent } from './words.mjs';

/** @typedef {import('./app.mjs').App} App */

const ASK_AFTER_MS = 250;
const LONGEST_QUERY = 500;

/**
 * @param {HTMLElement} panel
 * @param {App} app
 */
export function createPlacing(panel, app) {
  const { store } = app;
  /** @type {any} */
  let report = null;
  /** @type {[number, number] | null} */
  let at = null;
  /** @type {{move: (at: [number, number]) => void, remove: () => void} | null} */
  let mark = null;
  let stopClicks = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let searches = 0;
  const lat = /** @type {HTMLInputElement} */ (h('input', { id: 'place-lat', type: 'text', inputmode: 'decimal', autocomplete: 'off', oninput: typed }));
  const lon = /** @type {HTMLInputElement} */ (h('input', { id: 'place-lon', type: 'text', inputmode: 'decimal', autocomplete: 'off', oninput: typed }));
  const query = /** @type {HTMLInputElement} */ (h('input', { id: 'place-query', type: 'search', autocomplete: 'off', maxlength: LONGEST_QUERY,
    onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') { event.preventDefault(); search(query.value); } } }));
  const results = h('div.place-results', { role: 'status' });
  const verdict = h('p.verdict', { role: 'status' });
  const save = /** @type {HTMLButtonElement} */ (h('button.primary', { type: 'submit' }));

  /** @param {any} chosen */
  function start(chosen) {
    stop();
    report = chosen;
    at = chosen.placement ? [chosen.placement.lon, chosen.placement.lat] : null;
    store.set({ placing: chosen.number });
    panel.hidden = false;
    draw();
    const map = app.map();
    if (map) {
      stopClicks = map.takeClicks((where) => put(where, true));
      if (at) put(at, true);
    }
    panel.querySelector('h3')?.focus();
    // What the citizen wrote may name the place.
    if (!at && chosen.text) search(chosen.text, { quiet: true });
  }

  function draw() {
    save.textContent = t('place.save');
    fill(panel, h('form', { onsubmit: confirm },
      h('h3', { tabindex: -1 }, t('place.title', { number: report.number })),
      h('p', {}, t(app.map() ? 'place.how' : 'place.how_typed')),
      h('div.place-search', {}, h('label', { for: 'place-query' }, t('place.search'), query),
        h('button', { type: 'button', onclick: () => search(query.value) }, t('place.find'))),
      results,
      h('div.coordinate-fields', {},
        h('label', { for: 'place-lat' }, t('place.lat'), lat),
        h('label', { for: 'place-lon' }, t('place.lon'), lon)),
      verdict,
      h('div.buttons', {}, save, h('button', { type: 'button', onclick: () => { stop(); app.backFromPlacing(); } }, t('cancel')))));
    query.value = '';
    fill(results);
    lat.value = at ? at[1].toFixed(6) : '';
    lon.value = at ? at[0].toFixed(6) : '';
    save.disabled = !at;
    verdict.textContent = at ? '' : t('place.pick');
  }

  /**
   * @param {string} text
   * @param {{quiet?: boolean}} [options]
   */
  async function search(text, { quiet = false } = {}) {
    const asked = report;
    searches += 1;
    // Answers overtake each other: only that to the last question is shown.
    const turn = searches;
    const isOld = () => asked !== report || turn !== searches;
    const words = text.trim().slice(0, LONGEST_QUERY);
    if (!words) { fill(results); query.focus(); return; }
    if (!quiet) fill(results, t('place.searching'));
    try {
      const answer = await get(`/geocode?q=${encodeURIComponent(words)}&language=${languageNow()}`);
      if (isOld()) return;
      fill(results, answer.results.map(resultNode));
      if (!answer.results.length && !quiet) fill(results, t('place.not_found'));
    } catch (error) {
      if (!isOld() && !quiet) fill(results, t(error instanceof NoAnswer ? 'place.search_offline' : 'place.not_found'));
    }
  }

  /** @param {any} found */
  function resultNode(found) {
    const about = found.faults.some((/** @type {string} */ fault) => fault.startsWith('house_')) || found.precision === 'street';
    return h('button.place-result', { type: 'button', onclick: () => { put([found.lon, found.lat], true); app.map()?.look([found.lon, found.lat]); } },
      found.label, about && h('span.quiet', {}, ` · ${t('place.about')}`));
  }

  /**
   * @param {[number, number]} where
   * @param {boolean} intoFields
   */
  function put(where, intoFields) {
    at = [round(where[0]), round(where[1])];
    if (mark) mark.move(at);
    else mark = app.map()?.mark(at, (moved) => { at = [round(moved[0]), round(moved[1])]; showFields(); askSoon(); }) ?? null;
    if (intoFields) showFields();
    askSoon();
  }

  function showFields() {
    if (!at) return;
    lat.value = at[1].toFixed(6);
    lon.value = at[0].toFixed(6);
    save.disabled = false;
  }

  function typed() {
    // "47,0958 37,5494" pasted into one field fills both.
    const both = /^\s*(-?\d+[.,]\d+)[,;\s]+(-?\d+[.,]\d+)\s*$/.exec(lat.value);
    if (both) [, lat.value, lon.value] = both;
    const [y, x] = [lat.value, lon.value].map((text) => Number(text.trim().replace(',', '.')));
    const right = lat.value.trim() !== '' && lon.value.trim() !== '' && Math.abs(y) <= 90 && Math.abs(x) <= 180;
    save.disabled = !right;
    if (right) put([x, y], false);
    else verdict.textContent = t('place.wrong');
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(tellDistrict, ASK_AFTER_MS);
  }

  async function tellDistrict() {
    if (!at) return;
    const asked = at;
    try {
      const answer = await get(`/locate?lon=${asked[0]}&lat=${asked[1]}`);
      if (asked !== at) return;
      const where = [nameOf(answer.beat), nameOf(answer.precinct)].filter(Boolean).join(', ');
      const reason = t(`reason.${answer.reason}`, { distance: distance(answer.distance_m ?? 0), share: percent(answer.share ?? 1), accuracy: '' });
      verdict.textContent = where ? t('place.here', { district: where, reason }) : reason;
    } catch (error) {
      verdict.textContent = error instanceof NoAnswer ? t('place.unknown_offline') : '';
    }
  }

  /** @param {Event} event */
  function confirm(event) {
    event.preventDefault();
    if (!at || !report) return;
    const [x, y] = at;
    const { number } = report;
    stop();
    app.act({ number, kind: 'placement', body: { lon: x, lat: y } });
    app.backFromPlacing();
  }

  /** @returns {boolean} whether it was going on */
  function stop() {
    const wasOn = Boolean(report);
    clearTimeout(timer);
    stopClicks();
    stopClicks = () => {};
    mark?.remove();
    [mark, at, report] = [null, null, null];
    panel.hidden = true;
    store.set({ placing: null });
    return wasOn;
  }

  return { start, stop };
}

/** @param {number} degrees to about a decimetre */
const round = (degrees) => Math.round(degrees * 1e6) / 1e6;
