/** Where reports happened: hexagons on the map, and a slider through hours, weekdays, days or months. */

import { get } from '../api.mjs';
import { fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { themeNow } from '../map.mjs';
import { EMPTY, ownStyle, PALETTES, withFlatNames } from '../map-style.mjs';
import { asTable } from './charts.mjs';
import { count, dayWords, weekday } from './words.mjs';

const FRAME_MS = 900;
const FEW_DAYS = 92;
const SHOWN_IN_TABLE = 50;
/** From this zoom on, hexagons of the next finer resolution. @type {[number, number][]} */
const FINER = [[10.2, 8], [12.2, 9]];
const COARSE = 7;
const HEAT = { light: '#9a3412', dark: '#ff9d6b' };

/** @param {{basemap: () => Promise<any>, styleUrl: () => string | null}} options */
export function createHeat({ basemap, styleUrl }) {
  const place = h('div.heat-map', { id: 'heat-map' });
  const tools = h('div.heat-tools');
  const said = h('p.quiet', { role: 'status' });
  const table = h('div');
  const node = h('div.heat', {}, tools, place, said, table);
  /** @type {URLSearchParams | null} */
  let query = null;
  let days = 0;
  let frames = 'none';
  let frame = 0;
  let resolution = 8;
  let asked = 0;
  /** @type {any} */
  let answer = null;
  /** @type {any} */
  let map = null;
  /** @type {Promise<any> | null} */
  let starting = null;
  let fitted = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let playing;

  /** @param {URLSearchParams} wanted @param {any} side */
  function show(wanted, side) {
    query = new URLSearchParams(wanted);
    query.delete('compare');
    days = Math.round((Date.parse(side.until) - Date.parse(side.since)) / 86_400_000) + 1;
    if (!offered().includes(frames)) frames = 'none';
    stop();
    fitted = false;
    load();
  }

  const offered = () => (days > FEW_DAYS ? ['none', 'month'] : ['none', 'hour', 'weekday', 'day']);

  async function load() {
    if (!query) return;
    const mine = ++asked;
    said.textContent = t('ev.heat_loading');
    query.set('resolution', String(resolution));
    query.set('frames', frames);
    try {
      const got = await get(`/stats/heat?${query}`);
      if (mine !== asked) return;
      answer = got;
      frame = Math.min(frame, Math.max(0, got.frames.length - 1));
      drawTools();
      await start();
      drawFrame();
    } catch {
      if (mine === asked) fill(said, t('ev.heat_failed'), ' ', h('button', { type: 'button', onclick: load }, t('retry')));
    }
  }

  async function start() {
    starting ??= begin();
    map = await starting;
  }

  async function begin() {
    if (!document.createElement('canvas').getContext('webgl2')) return null;
    try {
      const [gl, own] = await Promise.all([import('maplibre-gl'), basemap()]);
      const style = styleUrl() ?? ownStyle({ ...own, features: own.features.map(withFlatNames) }, PALETTES[themeNow()]);
      const made = new gl.Map({ container: place, style: /** @type {any} */ (style), center: [37.55, 47.1], zoom: 10.8, minZoom: 7, maxZoom: 16, dragRotate: false, pitchWithRotate: false, touchPitch: false, cooperativeGestures: true, attributionControl: false, locale: { 'Map.Title': t('ev.heat'), 'NavigationControl.ZoomIn': t('map.zoom_in'), 'NavigationControl.ZoomOut': t('map.zoom_out'), 'CooperativeGesturesHandler.WindowsHelpText': t('ev.heat_ctrl'), 'CooperativeGesturesHandler.MacHelpText': t('ev.heat_ctrl'), 'CooperativeGesturesHandler.MobileHelpText': t('ev.heat_fingers') } });
      made.addControl(new gl.NavigationControl({ showCompass: false }), 'top-right');
      made.addControl(new gl.AttributionControl({ compact: true }), 'bottom-right');
      made.on('zoomend', () => {
        const wanted = FINER.reduce((found, [zoom, finer]) => (made.getZoom() >= zoom ? finer : found), COARSE);
        if (wanted !== resolution) { resolution = wanted; load(); }
      });
      await new Promise((resolve) => { made.once('load', resolve); });
      const theme = themeNow();
      made.addSource('heat', { type: 'geojson', data: /** @type {any} */ (EMPTY) });
      made.addSource('heat-numbers', { type: 'geojson', data: /** @type {any} */ (EMPTY) });
      made.addLayer({ id: 'heat', type: 'fill', source: 'heat', paint: { 'fill-color': HEAT[theme], 'fill-opacity': ['+', 0.12, ['*', 0.68, ['get', 'share']]] } });
      made.addLayer({ id: 'heat-edge', type: 'line', source: 'heat', paint: { 'line-color': HEAT[theme], 'line-width': ['+', 0.6, ['*', 2.4, ['get', 'share']]] } });
      made.addLayer({ id: 'heat-number', type: 'symbol', source: 'heat-numbers', layout: { 'text-field': ['to-string', ['get', 'reports']], 'text-font': ['Beatway Bold', 'Roboto', 'Noto Sans', 'sans-serif'], 'text-size': ['interpolate', ['linear'], ['zoom'], 9, 9, 12, 13], 'text-allow-overlap': true }, paint: { 'text-color': theme === 'dark' ? '#ffffff' : '#16202e', 'text-halo-color': theme === 'dark' ? '#0d1219' : '#ffffff', 'text-halo-width': 1.6 } });
      place.dataset.ready = 'true';
      return made;
    } catch (error) {
      console.warn('map:', error);
      return null;
    }
  }

  /** @param {any} cell */
  const shown = (cell) => (answer.frames.length ? cell.frames[frame] : cell.reports);

  function drawFrame() {
    const cells = answer.cells.map((/** @type {any} */ cell) => ({ cell, reports: shown(cell) })).filter((/** @type {any} */ each) => each.reports);
    // The same shade is the same number in every frame.
    const most = Math.max(1, ...answer.cells.flatMap((/** @type {any} */ cell) => (answer.frames.length ? cell.frames : [cell.reports])).filter(Number.isFinite));
    place.hidden = !map;
    if (map) {
      const of = (/** @type {(cell: any) => any} */ geometry) => ({ type: 'FeatureCollection', features: cells.map((/** @type {any} */ { cell, reports }) => ({ type: 'Feature', properties: { reports, share: Math.sqrt(reports / most) }, geometry: geometry(cell) })) });
      map.getSource('heat').setData(of((cell) => ({ type: 'Polygon', coordinates: [[...cell.ring, cell.ring[0]]] })));
      map.getSource('heat-numbers').setData(of((cell) => ({ type: 'Point', coordinates: middle(cell) })));
      if (!fitted && answer.cells.length) {
        fitted = true;
        const points = answer.cells.flatMap((/** @type {any} */ cell) => cell.ring);
        const [lons, lats] = [0, 1].map((axis) => points.map((/** @type {number[]} */ point) => point[axis]));
        map.resize();
        map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 24, maxZoom: 13, animate: false });
      }
    }
    const sum = cells.reduce((/** @type {number} */ total, /** @type {any} */ each) => total + each.reports, 0);
    said.textContent = [answer.frames.length ? frameName(frame) : '', t('ev.heat_said', { n: sum, cells: cells.length }), answer.hidden ? t('ev.heat_hidden', { n: answer.hidden }) : '', map ? '' : t('ev.heat_no_map')].filter(Boolean).join(' · ');
    const rows = [...cells].sort((a, b) => b.reports - a.reports).slice(0, SHOWN_IN_TABLE).map(({ cell, reports }) => [middle(cell).map((each) => each.toFixed(4)).reverse().join(', '), count(reports)]);
    const isOpen = table.querySelector('details')?.open ?? !map;
    fill(table, rows.length > 0 && asTable(t('ev.heat'), [t('ev.heat_middle'), t('ev.reports')], rows));
    const details = table.querySelector('details');
    if (details) details.open = isOpen;
  }

  /** @param {any} cell @returns {number[]} */
  function middle(cell) {
    return [0, 1].map((axis) => cell.ring.reduce((/** @type {number} */ sum, /** @type {number[]} */ point) => sum + point[axis], 0) / cell.ring.length);
  }

  /** @param {number} number */
  function frameName(number) {
    const label = answer.frames[number];
    if (frames === 'hour') return `${label}:00 – ${Number(label) + 1}:00`;
    if (frames === 'weekday') return weekday(Number(label));
    return dayWords(label, frames === 'month');
  }

  function drawTools() {
    const focused = tools.contains(document.activeElement) ? document.activeElement?.id : '';
    const choose = /** @type {HTMLSelectElement} */ (h('select', { id: 'heat-frames', onchange: () => { frames = choose.value; frame = 0; stop(); load(); } },
      offered().map((each) => h('option', { value: each }, t(`ev.frames.${each}`)))));
    choose.value = frames;
    const many = answer.frames.length > 0;
    const slide = /** @type {HTMLInputElement} */ (h('input', { type: 'range', id: 'heat-slide', min: 0, max: Math.max(0, answer.frames.length - 1), step: 1, 'aria-label': t('ev.slider'), oninput: () => { stop(); to(Number(slide.value)); } }));
    slide.value = String(frame);
    fill(tools, h('label', {}, t('ev.frames'), choose),
      many && h('button.play', { id: 'heat-play', type: 'button', 'aria-pressed': playing ? 'true' : 'false', onclick: () => (playing ? stop() : play()) }, icon(playing ? 'M8 5v14M16 5v14' : 'M7 4.5v15l12-7.5z'), t(playing ? 'ev.pause' : 'ev.play')),
      many && h('div.slide', {}, slide, h('output', { for: 'heat-slide' }, frameName(frame))));
    if (many) slide.setAttribute('aria-valuetext', frameName(frame));
    if (focused) document.getElementById(focused)?.focus();
  }

  /** @param {number} number */
  function to(number) {
    frame = number;
    const slide = /** @type {HTMLInputElement | null} */ (tools.querySelector('#heat-slide'));
    if (slide) {
      slide.value = String(frame);
      slide.setAttribute('aria-valuetext', frameName(frame));
    }
    const output = tools.querySelector('output');
    if (output) output.textContent = frameName(frame);
    drawFrame();
  }

  function play() {
    if (frame >= answer.frames.length - 1) to(0);
    playing = setInterval(() => {
      if (frame >= answer.frames.length - 1) stop();
      else to(frame + 1);
    }, FRAME_MS);
    drawTools();
  }

  function stop() {
    if (!playing) return;
    clearInterval(playing);
    playing = undefined;
    if (answer) drawTools();
  }

  /** Draw it in other words or colours; it is asked for again by `show`. */
  function anew() {
    stop();
    if (map) map.remove();
    map = null;
    starting = null;
  }

  return { node, show, anew };
}

