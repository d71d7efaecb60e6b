/** One map that shows one boundary set. */

import { byId, isPhone } from '../dom.mjs';
import { boundsOf, labelPoint } from '../geometry.mjs';
import { NoMap, themeNow } from '../map.mjs';
import { EMPTY, ownStyle, PALETTES, withFlatNames } from '../map-style.mjs';
import { drawable, layers, locale, sources } from './map-layers.mjs';

/** How many labels are placed before the browser may do something else. */
const LABELS_AT_ONCE = 12;

/**
 * @param {HTMLElement} container
 * @param {{basemap: any, styleUrl: string | null, onpick?: (code: string | null) => void}} options
 * @throws {NoMap}
 */
export async function createSetMap(container, { basemap, styleUrl, onpick = () => {} }) {
  if (!document.createElement('canvas').getContext('webgl2')) throw new NoMap('no WebGL');
  const flatBasemap = { ...basemap, features: basemap.features.map(withFlatNames) };
  let useOwn = !styleUrl;
  const style = () => /** @type {any} */ (useOwn ? ownStyle(flatBasemap, PALETTES[themeNow()]) : styleUrl);
  /** @type {typeof import('maplibre-gl')} */
  let gl;
  /** @type {import('maplibre-gl').Map} */
  let map;
  try {
    gl = await import('maplibre-gl');
    map = new gl.Map({
      container, style: style(), locale: locale(), center: [37.55, 47.1], zoom: 10.5, minZoom: 4, maxZoom: 20,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, attributionControl: false, fadeDuration: 0,
    });
  } catch (error) {
    throw new NoMap(String(error));
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new gl.AttributionControl({ compact: true }), 'bottom-right');
  map.addControl(new gl.ScaleControl({ maxWidth: 90 }), 'bottom-left');

  /** @type {Map<string, any>} */
  let features = new Map();
  /** @type {Map<string, any>} */
  let labels = new Map();
  /** @type {Record<string, any>} */
  const data = {};
  /** @type {string[]} */
  let chosen = [];
  let ready = false;
  let round = 0;
  let picking = true;

  const collection = (/** @type {Map<string, any>} */ them) => ({ type: 'FeatureCollection', features: [...them.values()] });
  const source = (/** @type {string} */ id) => /** @type {import('maplibre-gl').GeoJSONSource} */ (map.getSource(id));

  map.on('style.load', () => {
    const whole = /** @type {Record<string, any>} */ ({ ...data, districts: collection(features), 'district-labels': collection(labels) });
    for (const [id, each] of Object.entries(sources())) map.addSource(id, { ...each, data: whole[id] ?? EMPTY });
    for (const layer of layers(PALETTES[themeNow()], themeNow())) map.addLayer(layer);
    ready = true;
    drawChosen();
  });
  map.on('load', () => { container.dataset.ready = 'true'; });
  map.on('movestart', () => { container.dataset.moving = 'true'; });
  map.on('moveend', () => { delete container.dataset.moving; });
  map.on('error', ({ error }) => {
    if (!ready && !useOwn) {
      useOwn = true;
      map.setStyle(style(), { diff: false });
    } else console.warn('map:', error?.message ?? error);
  });
  map.on('click', (event) => {
    if (!picking || event.defaultPrevented) return;
    onpick(at(event.point));
  });
  new ResizeObserver(() => map.resize()).observe(container);

  /** @param {any} point in pixels */
  function at(point) {
    if (!ready) return null;
    const found = map.queryRenderedFeatures(point, { layers: ['district-fill'] });
    const hit = found.find((each) => each.properties.kind === 'beat') ?? found[0];
    return hit?.properties.code ?? null;
  }

  function drawChosen() {
    if (!ready) return;
    const filter = /** @type {any} */ (['in', ['get', 'code'], ['literal', chosen]]);
    for (const layer of ['chosen-fill', 'chosen-line']) map.setFilter(layer, filter);
  }

  /** @param {string[]} codes of what needs a label, a few at a time */
  async function placeLabels(codes) {
    const own = round;
    for (let from = 0; from < codes.length; from += LABELS_AT_ONCE) {
      for (const code of codes.slice(from, from + LABELS_AT_ONCE)) {
        const feature = features.get(code);
        const place = feature && labelPoint(feature.geometry);
        if (place) labels.set(code, { ...feature, geometry: { type: 'Point', coordinates: place } });
      }
      await new Promise((resolve) => { setTimeout(resolve); });
      if (own !== round) return;
    }
    if (ready) source('district-labels')?.setData(/** @type {any} */ (collection(labels)));
  }

  return {
    map,
    at,
    /** @param {any[]} them GeoJSON of a whole set */
    districts(them) {
      features = new Map(them.map((each) => [each.properties.code, drawable(each)]));
      labels = new Map();
      round += 1;
      if (ready) source('districts')?.setData(/** @type {any} */ (collection(features)));
      if (ready) source('district-labels')?.setData(EMPTY);
      container.dataset.districts = String(them.length);
      placeLabels([...features.keys()]);
    },
    /**
     * Only what differs goes to the map's worker.
     * @param {any[]} them
     * @param {string[]} gone codes
     */
    change(them, gone) {
      const next = them.map(drawable);
      for (const each of next) features.set(each.properties.code, each);
      for (const code of gone) { features.delete(code); labels.delete(code); }
      container.dataset.districts = String(features.size);
      // Adding what is there already replaces it.
      if (ready) source('districts')?.updateData({ remove: gone, add: next });
      placeLabels(next.map((each) => each.properties.code));
    },
    /** @param {string[]} codes */
    choose(codes) {
      chosen = codes;
      drawChosen();
    },
    /**
     * @param {'moved' | 'problem' | 'edit-line' | 'edit-handles' | 'edit-points'} id
     * @param {any} value GeoJSON or null
     */
    show(id, value) {
      data[id] = value ?? EMPTY;
      if (ready) source(id)?.setData(data[id]);
    },
    /** @param {string[]} codes */
    boundsOfCodes: (codes) => boundsOf(codes.flatMap((code) => (features.has(code) ? [features.get(code).geometry] : []))),
    boundsOfAll: () => boundsOf([...features.values()].map((each) => each.geometry)),
    /**
     * @param {[number, number, number, number] | null} box
     * @param {{moving?: boolean, maxZoom?: number}} [how]
     */
    fit(box, { moving = true, maxZoom = 16 } = {}) {
      if (box) map.fitBounds(box, { padding: isPhone() ? { top: 60, left: 30, right: 30, bottom: 50 + (byId('district-card').firstElementChild?.clientHeight ?? 0) } : 60, maxZoom, animate: moving, duration: 700 });
    },
    /** @param {boolean} yes whether a click chooses a district */
    letPick(yes) { picking = yes; },
    redraw() {
      ready = false;
      map.setStyle(style(), { diff: false });
    },
    remove() { map.remove(); },
  };
}

/** @typedef {Awaited<ReturnType<typeof createSetMap>>} SetMap */
