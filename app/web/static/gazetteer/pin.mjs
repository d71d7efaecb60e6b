/** A pin that is put on the map by a click, dragged, moved with the arrow keys, or typed. */

import { byId, fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';

/**
 * @param {import('./page.mjs').App} app
 * @param {[number, number] | null} start
 * @param {(at: [number, number] | null) => void} onmove
 */
export function createPin(app, start, onmove) {
  let at = start;
  /** @type {{move: (at: [number, number]) => void, remove: () => void} | null} */
  let mark = null;
  const lat = /** @type {HTMLInputElement} */ (h('input', { id: 'pin-lat', type: 'text', inputmode: 'decimal', autocomplete: 'off', oninput: typed }));
  const lon = /** @type {HTMLInputElement} */ (h('input', { id: 'pin-lon', type: 'text', inputmode: 'decimal', autocomplete: 'off', oninput: typed }));
  const fault = h('p.fault', { role: 'status' });
  const map = app.map();
  const stopClicks = map?.takeClicks((where) => put(where)) ?? (() => {});
  if (at) put(at);
  // On a phone the map is a tab of its own.
  if (map) fill(byId('map-over'), h('div.pin-bar', {}, h('span', {}, t('g.pin.drag')), h('button.primary', { type: 'button', onclick: () => app.showSide() }, t('g.pin.done'))));

  /** @param {[number, number]} where @param {boolean} [intoFields] */
  function put(where, intoFields = true) {
    at = [Math.round(where[0] * 1e6) / 1e6, Math.round(where[1] * 1e6) / 1e6];
    if (mark) mark.move(at);
    else mark = map?.mark(at, (moved) => put(moved)) ?? null;
    if (intoFields) { lat.value = at[1].toFixed(6); lon.value = at[0].toFixed(6); }
    fault.textContent = '';
    onmove(at);
  }

  function typed() {
    // "47,0958 37,5494" pasted into one field fills both.
    const both = /^\s*(-?\d+[.,]\d+)[,;\s]+(-?\d+[.,]\d+)\s*$/.exec(lat.value);
    if (both) [, lat.value, lon.value] = both;
    const [y, x] = [lat.value, lon.value].map((text) => Number(text.trim().replace(',', '.')));
    if (lat.value.trim() && lon.value.trim() && Math.abs(y) <= 90 && Math.abs(x) <= 180) put([x, y], false);
    else { at = null; fault.textContent = t('place.wrong'); onmove(null); }
  }

  return {
    node: h('div.pin', {}, h('p.quiet', {}, t(map ? 'place.how' : 'place.how_typed')),
      h('div.coordinate-fields', {}, h('label', { for: 'pin-lat' }, t('place.lat'), lat), h('label', { for: 'pin-lon' }, t('place.lon'), lon)), fault),
    at: () => at,
    remove() { stopClicks(); mark?.remove(); if (map) fill(byId('map-over')); },
  };
}
