/** The map beside the gazetteer: an entry, its houses, what was found; a pin that is dragged. */

import { isPhone } from '../dom.mjs';
import { boundsOfFeatures, createMap, themeNow } from '../map.mjs';
import { EMPTY, PALETTES } from '../map-style.mjs';

export { NoMap } from '../map.mjs';

const FONT = ['Roboto', 'Segoe UI', 'Noto Sans', 'Liberation Sans', 'sans-serif'];

/**
 * @param {HTMLElement} container
 * @param {{basemap: any, styleUrl: string | null}} options
 */
export async function createPlaceMap(container, options) {
  /** @type {(properties: any) => void} */
  let onpick = () => {};
  const base = await createMap(container, { ...options, onpin: () => {}, ondistrict: () => {} });
  const { map } = base;
  /** @type {any} */
  let points = EMPTY;
  /** @type {any} */
  let lines = EMPTY;
  let ready = false;

  map.on('style.load', () => {
    const palette = PALETTES[themeNow()];
    map.addSource('g-lines', { type: 'geojson', data: lines });
    map.addSource('g-points', { type: 'geojson', data: points });
    const wrong = /** @type {any} */ (['==', ['get', 'state'], 'misplaced']);
    const big = /** @type {any} */ (['boolean', ['get', 'chosen'], false]);
    map.addLayer({ id: 'g-line', type: 'line', source: 'g-lines', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.candidate, 'line-width': 5, 'line-opacity': 0.6 } });
    map.addLayer({ id: 'g-point', type: 'circle', source: 'g-points', paint: {
      'circle-radius': ['case', big, 9, 5.5], 'circle-color': ['case', wrong, palette.land, ['get', 'colour']], 'circle-stroke-width': ['case', big, 3, 2], 'circle-stroke-color': ['case', wrong, palette.hatch, palette.pinEdge] } });
    map.addLayer({ id: 'g-label', type: 'symbol', source: 'g-points', layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 12, 'text-offset': [0, 0.9], 'text-anchor': 'top', 'text-max-width': 12, 'text-optional': true }, paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 } });
    ready = true;
  });
  map.on('click', (event) => {
    if (container.dataset.placing || !ready) return;
    const around = /** @type {[any, any]} */ ([[event.point.x - 8, event.point.y - 8], [event.point.x + 8, event.point.y + 8]]);
    const [hit] = map.queryRenderedFeatures(around, { layers: ['g-point'] });
    if (hit) onpick(hit.properties);
  });
  map.on('mouseenter', 'g-point', () => { map.getCanvas().style.cursor = 'pointer'; });
  map.on('mouseleave', 'g-point', () => { map.getCanvas().style.cursor = ''; });

  return {
    map,
    mark: base.mark,
    takeClicks: base.takeClicks,
    /** @param {any[]} features */
    districts(features) {
      const shapes = features.filter((each) => ['beat', 'precinct'].includes(each.properties.kind));
      base.districts(shapes);
      // Until something is looked at, all of the city is.
      if (!container.dataset.points) base.fit(boundsOfFeatures(shapes), false);
    },
    redraw() { ready = false; base.redraw(); },
    /**
     * @param {{lon: number, lat: number, label?: string, chosen?: boolean, state?: string, [more: string]: any}[]} them
     * @param {{line?: any, pick?: (properties: any) => void, fit?: boolean}} [how]
     */
    show(them, { line = null, pick = () => {}, fit = true } = {}) {
      onpick = pick;
      const palette = PALETTES[themeNow()];
      points = { type: 'FeatureCollection', features: them.map(({ lon, lat, ...properties }) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { colour: properties.chosen ? palette.candidate : palette.cluster, ...properties } })) };
      lines = line ? { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: line, properties: {} }] } : EMPTY;
      if (ready) {
        /** @type {import('maplibre-gl').GeoJSONSource} */ (map.getSource('g-points')).setData(points);
        /** @type {import('maplibre-gl').GeoJSONSource} */ (map.getSource('g-lines')).setData(lines);
      }
      container.dataset.points = String(them.length);
      const box = boxAround([...them.map((each) => [each.lon, each.lat]), ...(line ? line.coordinates.flat(Infinity) : [])]);
      if (fit && box) map.fitBounds(box, { padding: isPhone() ? 50 : 90, maxZoom: 16, animate: true, duration: 500 });
    },
    /** @param {[number, number]} at */
    look(at) { map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 15), duration: 500 }); },
  };
}

/** @param {any[]} numbers pairs, or degrees in turn @returns {[number, number, number, number] | null} */
function boxAround(numbers) {
  const flat = /** @type {number[]} */ (numbers.flat());
  if (!flat.length) return null;
  const [x, y] = [0, 1].map((first) => flat.filter((_, at) => at % 2 === first));
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

/** @typedef {Awaited<ReturnType<typeof createPlaceMap>>} PlaceMap */
