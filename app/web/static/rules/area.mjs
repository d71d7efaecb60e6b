/** An area drawn on a map, or written corner by corner: for whoever has no map or no mouse. */

import { get } from '../api.mjs';
import { dialogue } from '../boundaries/kit.mjs';
import { createSetMap } from '../boundaries/set-map.mjs';
import { fill, h } from '../dom.mjs';
import { boundsOf } from '../geometry.mjs';
import { t } from '../i18n.mjs';
import { themeNow } from '../map.mjs';
import { PALETTES } from '../map-style.mjs';

const MOST = 200;
const NUMBER = String.raw`-?\d{1,3}(?:\.\d+)?`;
const LINE = new RegExp(`^\\s*(${NUMBER})[\\s,;]+(${NUMBER})\\s*$`);

/** @typedef {[number, number]} Corner longitude and latitude */

/**
 * @param {string} text a corner a line
 * @returns {Corner[] | null} null where a line is no corner
 */
export function readCorners(text) {
  const corners = [];
  for (const line of text.split('\n').filter((each) => each.trim())) {
    const found = LINE.exec(line);
    if (!found) return null;
    const corner = /** @type {Corner} */ ([Number(found[1]), Number(found[2])]);
    if (Math.abs(corner[0]) > 180 || Math.abs(corner[1]) > 90) return null;
    corners.push(corner);
  }
  return corners;
}

/** @param {Corner[]} corners */
export const writeCorners = (corners) => corners.map(([lon, lat]) => `${lon.toFixed(5)}, ${lat.toFixed(5)}`).join('\n');

/**
 * Ask for an area.
 * @param {Corner[] | null} known
 * @param {any} config
 * @returns {Promise<Corner[] | null>} no corners for no area; null when nothing was changed
 */
export function drawArea(known, config) {
  /** @type {Corner[]} */
  let corners = [...known ?? []];
  /** @type {any} */
  let shown = null;
  const place = h('div.area-map', { 'aria-hidden': 'true' });
  const fault = h('p.fault', { role: 'alert' });
  const text = /** @type {HTMLTextAreaElement} */ (h('textarea.rules', { rows: 5, spellcheck: 'false', oninput: () => { corners = readCorners(text.value) ?? corners; fault.textContent = ''; drawOnMap(); } }));
  const undo = h('button.small', { type: 'button', onclick: () => { corners = corners.slice(0, -1); write(); } }, t('rl.area_undo'));

  function write() {
    text.value = writeCorners(corners);
    fault.textContent = '';
    drawOnMap();
  }

  function drawOnMap() {
    const ring = corners.length > 2 ? [...corners, corners[0]] : corners;
    shown?.map.getSource('drawn')?.setData({
      type: 'FeatureCollection', features: [
        ...(corners.length > 2 ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }] : []),
        ...(corners.length > 1 ? [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: ring } }] : []),
        ...corners.map((each) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: each } })),
      ],
    });
  }

  async function showMap() {
    try {
      const [basemap, drawn] = await Promise.all([get('/basemap').catch(() => ({ type: 'FeatureCollection', features: [] })), get('/map')]);
      if (!place.isConnected) return;
      shown = await createSetMap(place, { basemap, styleUrl: config.basemap_style_url ?? null });
      const { map } = shown;
      const districts = drawn.features.filter((/** @type {any} */ each) => /Polygon$/.test(each.geometry?.type ?? ''));
      shown.districts(districts);
      const around = boundsOf(corners.length > 2 ? [{ type: 'Polygon', coordinates: [corners] }] : districts.map((/** @type {any} */ each) => each.geometry));
      if (around) map.fitBounds(around, { padding: 30, duration: 0, maxZoom: 16 });
      const begin = () => {
        const colour = PALETTES[themeNow()].candidate;
        map.addSource('drawn', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
        map.addLayer({ id: 'drawn-fill', type: 'fill', source: 'drawn', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colour, 'fill-opacity': 0.2 } });
        map.addLayer({ id: 'drawn-line', type: 'line', source: 'drawn', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': colour, 'line-width': 3 } });
        map.addLayer({ id: 'drawn-corner', type: 'circle', source: 'drawn', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-color': colour, 'circle-radius': 6 } });
        drawOnMap();
        place.dataset.drawing = 'true';
      };
      map.on('style.load', begin);
      if (map.getSource('districts')) begin();
      map.on('click', (/** @type {any} */ { lngLat }) => {
        if (corners.length >= MOST) return;
        corners = [...corners, [Number(lngLat.lng.toFixed(6)), Number(lngLat.lat.toFixed(6))]];
        write();
      });
    } catch (error) {
      console.warn('map:', error);
      fill(place, h('p.quiet', {}, t('rl.area_no_map')));
    }
  }

  const asked = dialogue((close) => {
    const done = () => {
      const read = readCorners(text.value);
      if (read === null) { fault.textContent = t('rl.area_unread'); return; }
      if (read.length > MOST || (read.length > 0 && read.length < 3)) { fault.textContent = t('rl.area_few', { n: MOST }); return; }
      close(read);
    };
    text.value = writeCorners(corners);
    text.setAttribute('aria-label', t('rl.area_corners'));
    return {
      title: t('rl.area'), focus: text, body: [
        h('p.quiet', {}, t('rl.area_hint')), place,
        h('div.buttons', {}, undo, h('button.small', { type: 'button', onclick: () => { corners = []; write(); } }, t('rl.area_clear'))),
        text, fault,
        h('div.buttons', {}, h('button.primary', { type: 'button', onclick: done }, t('rl.area_done')), h('button', { type: 'button', onclick: () => close(null) }, t('cancel'))),
      ],
    };
  });
  place.closest('dialog')?.classList.add('area-dialog');
  showMap();
  return asked.finally(() => shown?.map.remove());
}
