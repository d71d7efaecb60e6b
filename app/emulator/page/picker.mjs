/** Choosing a place: a map that is moved under a pin, or coordinates where there is no map. */

import { circle, city, extent, style } from './city.mjs';
import { el, icon, openDialog } from './dom.mjs';
import { remember, remembered, words } from './words.mjs';

const CENTRE = /** @type {[number, number]} */ ([37.549, 47.097]);
const STEPS = [0, 10, 25, 50, 100, 200, 350, 500, 1000];
const LIBRARY = '/vendor/maplibre-gl/maplibre-gl.mjs';

/**
 * @typedef {{longitude: number, latitude: number, horizontal_accuracy?: number}} Place
 * @typedef {{place: Place, live: boolean, venue: {title: string, address: string} | null}} Choice
 */

/**
 * Let the citizen choose a place.
 * @param {{moving?: Place, onMove?: (place: Place) => void}} [options] a live location to move, and whom to tell
 * @returns {Promise<Choice | null>} null when the dialog is closed
 */
export function pickPlace({ moving, onMove } = {}) {
  return new Promise((resolve) => {
    const start = /** @type {[number, number]} */ (moving ? [moving.longitude, moving.latitude] : last());
    const form = parts(start, Boolean(onMove));
    /** @type {any} */
    let map = null;
    /** @type {Choice | null} */
    let choice = null;
    const dialog = openDialog(words.pickTitle, 'picker', form.root);

    const place = () => {
      const found = { longitude: Number(form.lon.value), latitude: Number(form.lat.value) };
      const radius = STEPS[Number(form.slider.value)];
      return radius ? { ...found, horizontal_accuracy: radius } : found;
    };
    const valid = () => form.lon.value !== '' && form.lat.value !== '' && form.lon.checkValidity() && form.lat.checkValidity();
    const draw = () => {
      const { longitude, latitude, horizontal_accuracy: radius } = /** @type {Place} */ (place());
      form.radius.value = radius ? `± ${radius} ${words.metres}` : words.exact;
      map?.getSource('circle')?.setData(circle(longitude, latitude, radius ?? 0));
    };
    const typed = () => {
      form.problem.hidden = valid();
      if (!valid()) return;
      draw();
      if (map) map.jumpTo({ center: [place().longitude, place().latitude] });
      else onMove?.(place());
    };
    const finish = (/** @type {boolean} */ live) => {
      if (!valid()) {
        form.fields.open = true;
        form.problem.hidden = false;
        form.lon.focus();
        return;
      }
      const title = form.name.value.trim();
      const venue = title && !live ? { title, address: form.address.value.trim() || title } : null;
      choice = { place: place(), live, venue };
      remember('place', JSON.stringify([choice.place.longitude, choice.place.latitude]));
      dialog.close();
    };

    form.lon.addEventListener('input', typed);
    form.lat.addEventListener('input', typed);
    form.slider.addEventListener('input', draw);
    form.root.addEventListener('submit', (/** @type {Event} */ event) => { event.preventDefault(); finish(false); });
    form.live?.addEventListener('click', () => finish(true));
    form.cancel.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => { map?.remove(); resolve(choice); });

    openMap(form, start).then((opened) => {
      if (!dialog.isConnected) { opened?.remove(); return; }
      map = opened;
      if (!map) return;
      map.on('move', () => {
        const { lng, lat } = map.getCenter();
        if (document.activeElement !== form.lon) form.lon.value = lng.toFixed(6);
        if (document.activeElement !== form.lat) form.lat.value = lat.toFixed(6);
        form.problem.hidden = true;
        draw();
      });
      map.on('moveend', () => onMove?.(place()));
      map.once('load', () => { draw(); form.map.dataset.ready = ''; });
    });
    draw();
  });
}

/** @returns {[number, number]} where the last place was */
function last() {
  try {
    return JSON.parse(remembered('place') ?? 'null') ?? CENTRE;
  } catch {
    return CENTRE;
  }
}

/** @param {[number, number]} start @param {boolean} moving */
function parts([lon, lat], moving) {
  const number = (/** @type {string} */ label, /** @type {number} */ value, /** @type {number} */ most) => {
    const input = el('input', { type: 'number', step: 'any', min: -most, max: most, value: value.toFixed(6), required: true, inputmode: 'decimal' });
    return { input, row: el('label', {}, label, input) };
  };
  const longitude = number(words.longitude, lon, 180);
  const latitude = number(words.latitude, lat, 90);
  const slider = el('input', { type: 'range', min: 0, max: STEPS.length - 1, step: 1, value: 0, id: 'accuracy' });
  const radius = el('output', { for: 'accuracy' });
  const name = el('input', { maxlength: 120, autocomplete: 'off' });
  const address = el('input', { maxlength: 200, autocomplete: 'off' });
  const problem = el('p', { class: 'problem', role: 'alert', hidden: true }, words.badPoint);
  const map = el('div', { class: 'map', id: 'map' });
  const note = el('p', { class: 'note', hidden: true });
  const fields = el('details', {}, el('summary', {}, words.coordinates), el('div', { class: 'pair' }, latitude.row, longitude.row), problem);
  const venue = el('details', {}, el('summary', {}, words.namedPlace), el('div', { class: 'pair' }, el('label', {}, words.placeName, name), el('label', {}, words.placeAddress, address)));
  const cancel = el('button', { type: 'button', class: 'round', 'aria-label': words.close }, icon('close'));
  const live = moving ? null : el('button', { type: 'button', class: 'quiet' }, words.sendLive);
  const root = el('form', { class: 'sheet', novalidate: true },
    el('header', {}, el('h2', {}, words.pickTitle), cancel),
    el('p', { class: 'hint' }, moving ? words.moveHint : words.pickHint),
    el('div', { class: 'mapbox' }, map, el('div', { class: 'mark', 'aria-hidden': 'true' }, icon('pin')), note),
    moving ? null : el('label', { class: 'slider' }, words.accuracyLabel, slider, radius),
    fields,
    moving ? null : venue,
    el('div', { class: 'actions' }, el('button', { class: 'primary' }, moving ? words.done : words.sendPlace), live));
  return { root, lon: longitude.input, lat: latitude.input, slider, radius, name, address, problem, map, note, fields, cancel, live };
}

/**
 * @param {any} form
 * @param {[number, number]} start
 * @returns {Promise<any>} null where there is no WebGL or no library
 */
async function openMap(form, start) {
  const without = (/** @type {string} */ why) => {
    form.note.textContent = why;
    form.note.hidden = false;
  };
  try {
    const [library, data] = await Promise.all([import(LIBRARY), city(), addStyles()]);
    const map = new library.Map({
      container: form.map, style: style(data), center: start, zoom: 14, maxZoom: 19, minZoom: 3,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, keyboard: true,
      locale: { 'Map.Title': words.mapLabel, 'NavigationControl.ZoomIn': words.zoomIn, 'NavigationControl.ZoomOut': words.zoomOut },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new library.NavigationControl({ showCompass: false }), 'bottom-right');
    const box = extent(data);
    if (!box) without(words.noCity);
    else if (start[0] < box[0] || start[0] > box[2] || start[1] < box[1] || start[1] > box[3]) map.fitBounds(box, { animate: false, padding: 20 });
    return map;
  } catch {
    form.map.parentElement.classList.add('mapless');
    form.fields.open = true;
    without(words.noMap);
    return null;
  }
}

/** @returns {Promise<void>} */
function addStyles() {
  const address = '/vendor/maplibre-gl/maplibre-gl.css';
  if (document.querySelector(`link[href="${address}"]`)) return Promise.resolve();
  return new Promise((resolve) => {
    document.head.append(el('link', { rel: 'stylesheet', href: address, load: () => resolve(), error: () => resolve() }));
  });
}
