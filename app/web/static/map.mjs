/** The map: districts, pins, the chosen report. It draws what it is given and reports what is tapped. */

import { h, isPhone } from './dom.mjs';
import { boundsOf, circle, labelPoint } from './geometry.mjs';
import { t } from './i18n.mjs';
import { EMPTY, ownStyle, overlays, overlaySources, PALETTES, withFlatNames } from './map-style.mjs';
import { addImages, asPoint } from './pins.mjs';

/** WebGL is missing or MapLibre would not start. */
export class NoMap extends Error {}

/** @returns {'light' | 'dark'} */
export function themeNow() {
  const { theme } = document.documentElement.dataset;
  if (theme === 'dark' || theme === 'light') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** @returns {boolean} */
function hasWebGl() {
  try {
    return Boolean(document.createElement('canvas').getContext('webgl2'));
  } catch {
    return false;
  }
}

/**
 * Start a map.
 * @param {HTMLElement} container
 * @param {{
 *   basemap: any, styleUrl: string | null,
 *   onpin: (number: string) => void, ondistrict: (code: string) => void,
 * }} options
 * @throws {NoMap}
 */
export async function createMap(container, { basemap, styleUrl, onpin, ondistrict }) {
  if (!hasWebGl()) throw new NoMap('no WebGL');
  /** @type {typeof import('maplibre-gl')} */
  let gl;
  /** @type {import('maplibre-gl').Map} */
  let map;
  const flatBasemap = { ...basemap, features: basemap.features.map(withFlatNames) };
  let useOwn = !styleUrl;
  const style = () => (useOwn ? ownStyle(flatBasemap, PALETTES[themeNow()]) : styleUrl);
  try {
    gl = await import('maplibre-gl');
    map = new gl.Map({
      container, style: /** @type {any} */ (style()), locale: locale(),
      center: [37.55, 47.1], zoom: 11, minZoom: 7, maxZoom: 19,
      dragRotate: false, pitchWithRotate: false, touchPitch: false,
      attributionControl: false, fadeDuration: 100,
    });
  } catch (error) {
    throw new NoMap(String(error));
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new gl.AttributionControl({ compact: true }), 'bottom-right');
  map.addControl(new gl.ScaleControl({ maxWidth: 90 }), 'bottom-left');

  /** @type {Record<string, any>} */
  const data = {};
  /** @type {string[]} */
  let candidates = [];
  let ready = false;
  /** @type {[number, number, number, number] | null} */
  let waitingFit = null;

  map.on('style.load', () => {
    const palette = PALETTES[themeNow()];
    addImages(map, palette);
    for (const [id, source] of Object.entries(overlaySources())) {
      map.addSource(id, { ...source, data: data[id] ?? EMPTY });
    }
    for (const layer of overlays(palette)) map.addLayer(layer);
    ready = true;
    drawCandidates();
  });
  map.on('load', () => {
    container.dataset.ready = 'true';
    if (waitingFit) fit(waitingFit, false);
  });
  map.on('error', ({ error }) => {
    // A foreign style that is not there must not leave the officer without a map.
    if (!ready && !useOwn) {
      useOwn = true;
      map.setStyle(/** @type {any} */ (style()), { diff: false });
    } else console.warn('map:', error?.message ?? error);
  });

  map.on('click', async (event) => {
    if (container.dataset.placing) return;
    const around = /** @type {[any, any]} */ ([[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]]);
    const [hit] = map.queryRenderedFeatures(around, { layers: ['chosen-pin', 'pin', 'cluster'] });
    if (hit?.layer.id === 'cluster') {
      const source = /** @type {import('maplibre-gl').GeoJSONSource} */ (map.getSource('reports'));
      const zoom = await source.getClusterExpansionZoom(hit.properties.cluster_id);
      map.easeTo({ center: /** @type {any} */ (hit.geometry).coordinates, zoom });
    } else if (hit) onpin(hit.properties.number);
    else {
      const found = map.queryRenderedFeatures(event.point, { layers: ['district-fill'] });
      const district = found.find((each) => each.properties.kind === 'beat') ?? found[0];
      if (district) ondistrict(district.properties.code);
    }
  });
  for (const layer of ['pin', 'cluster']) {
    map.on('mouseenter', layer, () => { map.getCanvas().style.cursor = 'pointer'; });
    map.on('mouseleave', layer, () => { map.getCanvas().style.cursor = ''; });
  }

  /**
   * @param {string} id
   * @param {any} value
   */
  function setData(id, value) {
    data[id] = value;
    if (ready) /** @type {import('maplibre-gl').GeoJSONSource} */ (map.getSource(id))?.setData(value);
  }

  function drawCandidates() {
    if (!ready) return;
    const filter = /** @type {any} */ (['in', ['get', 'code'], ['literal', candidates]]);
    for (const layer of ['candidate-fill', 'candidate-line']) map.setFilter(layer, filter);
  }

  /**
   * @param {[number, number, number, number] | null} box
   * @param {boolean} [moving]
   */
  function fit(box, moving = true) {
    if (!box) return;
    waitingFit = box;
    map.fitBounds(box, { padding: isPhone() ? 24 : 40, maxZoom: 15, animate: moving });
  }

  const resized = new ResizeObserver(() => {
    map.resize();
    // A hidden tab has no size to fit into: do it when it is first seen.
    if (waitingFit && container.clientWidth && !container.dataset.seen) {
      container.dataset.seen = 'true';
      fit(waitingFit, false);
    }
  });
  resized.observe(container);

  return {
    map,
    fit,
    /** @param {any[]} features precincts and beats with geometry */
    districts(features) {
      const flat = features.map(withFlatNames);
      const labels = flat.flatMap((feature) => {
        const at = labelPoint(feature.geometry);
        const properties = { ...feature.properties, unattended_word: t('map.unattended') };
        return at ? [{ type: 'Feature', properties, geometry: { type: 'Point', coordinates: at } }] : [];
      });
      setData('districts', { type: 'FeatureCollection', features: flat });
      setData('district-labels', { type: 'FeatureCollection', features: labels });
    },
    /** @param {any} points GeoJSON */
    reports(points) { setData('reports', points); },
    /**
     * Show which report is open: ring, accuracy, candidates.
     * @param {any | null} report
     * @param {string} status
     * @param {boolean} move whether to bring it into view
     */
    choose(report, status, move) {
      const { placement, decision } = report ?? {};
      setData('chosen', placement ? { type: 'FeatureCollection', features: [asPoint(report, status)] } : EMPTY);
      setData('accuracy', placement?.accuracy_m > 0 ? { type: 'FeatureCollection', features: [circle([placement.lon, placement.lat], placement.accuracy_m)] } : EMPTY);
      const unclear = ['uncertain', 'overlap', 'boundary'].includes(decision?.reason);
      candidates = unclear ? (decision.candidates ?? []).map((/** @type {any} */ each) => each.code) : [];
      drawCandidates();
      if (!placement || !move) return;
      waitingFit = null;
      container.dataset.seen = 'true';
      const { clientHeight } = container;
      const offset = /** @type {[number, number]} */ ([0, isPhone() ? -clientHeight * 0.3 : 0]);
      map.easeTo({ center: [placement.lon, placement.lat], zoom: Math.max(map.getZoom(), 14), offset, duration: 500 });
    },
    /** @param {[number, number]} where */
    look(where) {
      // Above the panel that asks for the place.
      const offset = /** @type {[number, number]} */ ([0, -map.getContainer().clientHeight / 4]);
      map.easeTo({ center: where, zoom: Math.max(map.getZoom(), 14), offset, duration: 500 });
    },
    /** Draw again after a change of theme or language. */
    redraw() {
      ready = false;
      map.setStyle(/** @type {any} */ (style()), { diff: false });
    },
    /**
     * Put a mark that can be dragged; also by arrow keys.
     * @param {[number, number]} at
     * @param {(at: [number, number]) => void} onmove
     */
    mark(at, onmove) {
      const element = h('button.place-mark', { type: 'button', 'aria-label': t('place.mark') });
      const marker = new gl.Marker({ element, draggable: true, anchor: 'bottom' }).setLngLat(at).addTo(map);
      const tell = () => { const { lng, lat } = marker.getLngLat(); onmove([lng, lat]); };
      marker.on('drag', tell);
      element.addEventListener('keydown', (event) => {
        const steps = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const far = event.shiftKey ? 40 : 5;
        const point = map.project(marker.getLngLat());
        marker.setLngLat(map.unproject([point.x + step[0] * far, point.y + step[1] * far]));
        tell();
      });
      return {
        /** @param {[number, number]} next */
        move(next) { marker.setLngLat(next); },
        remove() { marker.remove(); },
      };
    },
    /** @param {(at: [number, number]) => void} onclick */
    takeClicks(onclick) {
      container.dataset.placing = 'true';
      const listener = (/** @type {any} */ event) => onclick([event.lngLat.lng, event.lngLat.lat]);
      map.on('click', listener);
      return () => { delete container.dataset.placing; map.off('click', listener); };
    },
  };
}

/** The words of MapLibre's own buttons. */
function locale() {
  return {
    'Map.Title': t('map.canvas'),
    'NavigationControl.ZoomIn': t('map.zoom_in'),
    'NavigationControl.ZoomOut': t('map.zoom_out'),
    'AttributionControl.ToggleAttribution': t('map.attribution'),
    'ScaleControl.Meters': t('unit.m'),
    'ScaleControl.Kilometers': t('unit.km'),
  };
}

/** @param {any[]} features */
export const boundsOfFeatures = (features) => boundsOf(features.map((each) => each.geometry));
