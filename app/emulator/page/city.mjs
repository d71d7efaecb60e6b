/** The city's base map: read once, as a style for the picker and as small drawings for bubbles. */

import { svg } from './dom.mjs';
import { language } from './words.mjs';

const METRES_PER_DEGREE = 111320;
const WIDE = 260;
const HIGH = 130;
/** Width of a small drawing on the ground, in metres. */
const REACH = 1400;
// Without a glyph server MapLibre draws letters from the fonts of the device.
const FONT = ['Roboto', 'Segoe UI', 'Noto Sans', 'Liberation Sans', 'sans-serif'];
const EMPTY = { type: 'FeatureCollection', features: [] };

/** @type {Promise<any> | null} */
let reading = null;

/** @returns {Promise<any>} GeoJSON; empty while there is none */
export function city() {
  reading ??= fetch('/basemap')
    .then((response) => (response.ok ? response.json() : EMPTY))
    .catch(() => EMPTY)
    .then((found) => {
      // Nothing yet: the city may be loaded any moment, so ask again next time.
      if (!found.features?.length) reading = null;
      return { ...found, features: (found.features ?? []).map(prepared) };
    });
  return reading;
}

/** @param {any} feature */
function prepared(feature) {
  const name = feature.properties?.name;
  const label = name && typeof name === 'object' ? name[language] ?? name.uk : name;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of points(feature.geometry?.coordinates ?? [])) {
    west = Math.min(west, lon); east = Math.max(east, lon);
    south = Math.min(south, lat); north = Math.max(north, lat);
  }
  return { type: 'Feature', geometry: feature.geometry, properties: { ...feature.properties, name: label ?? '' }, box: [west, south, east, north] };
}

/** @param {any} coordinates @returns {Generator<[number, number]>} */
function* points(coordinates) {
  if (typeof coordinates[0] === 'number') yield coordinates;
  else for (const inner of coordinates) yield* points(inner);
}

/** @param {any} data @returns {[number, number, number, number] | null} west, south, east, north of the streets */
export function extent(data) {
  const streets = data.features.filter((/** @type {any} */ feature) => feature.properties.layer === 'street');
  if (!streets.length) return null;
  const side = (/** @type {number} */ number, /** @type {(...all: number[]) => number} */ pick) => streets.map((/** @type {any} */ feature) => feature.box[number]).reduce((/** @type {number} */ a, /** @type {number} */ b) => pick(a, b));
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
}

function dark() {
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

/** @param {any} data @returns {any} a MapLibre style */
export function style(data) {
  const colours = dark()
    ? { ground: '#1b2430', built: '#202b38', park: '#1d3329', industry: '#2a2b33', beach: '#33301f', rail: '#4a5464', sea: '#12304a', street: '#3a4a5e', casing: '#141b24', words: '#a9b7c8', water: '#6f9cc2', halo: '#10161f', me: '#7fb4ff' }
    : { ground: '#f3f1ec', built: '#ece8e0', park: '#d3e6c6', industry: '#e3dfe3', beach: '#f5e8c0', rail: '#a9a9a9', sea: '#c3d9e8', street: '#ffffff', casing: '#d5d1c6', words: '#5b6470', water: '#4a7496', halo: '#ffffff', me: '#1d5fb8' };
  const only = (/** @type {string} */ layer) => ['==', ['get', 'layer'], layer];
  const polygon = ['in', ['geometry-type'], ['literal', ['Polygon', 'MultiPolygon']]];
  const wide = (/** @type {number} */ base) => ['interpolate', ['exponential', 1.5], ['zoom'], 10, base * 0.5, 14, base * 2, 18, base * 12];
  const round = { 'line-cap': 'round', 'line-join': 'round' };
  const text = (/** @type {number} */ size) => ({ 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': size });
  const ink = (/** @type {string} */ colour) => ({ 'text-color': colour, 'text-halo-color': colours.halo, 'text-halo-width': 1.4 });
  return {
    version: 8,
    sources: { city: { type: 'geojson', data }, circle: { type: 'geojson', data: EMPTY } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colours.ground } },
      { id: 'area', type: 'fill', source: 'city', filter: ['all', only('area'), polygon], paint: { 'fill-color': ['match', ['get', 'kind'], 'park', colours.park, 'industry', colours.industry, 'harbour', colours.industry, 'beach', colours.beach, colours.built] } },
      { id: 'sea', type: 'fill', source: 'city', filter: ['all', ['any', only('sea'), only('river')], polygon], paint: { 'fill-color': colours.sea } },
      { id: 'river', type: 'line', source: 'city', filter: ['all', only('river'), ['!', polygon]], layout: round, paint: { 'line-color': colours.sea, 'line-width': wide(3) } },
      { id: 'rail', type: 'line', source: 'city', filter: only('rail'), paint: { 'line-color': colours.rail, 'line-width': 1.5, 'line-dasharray': [5, 3] } },
      { id: 'casing', type: 'line', source: 'city', filter: only('street'), minzoom: 11, layout: round, paint: { 'line-color': colours.casing, 'line-width': wide(1.9) } },
      { id: 'street', type: 'line', source: 'city', filter: only('street'), layout: round, paint: { 'line-color': colours.street, 'line-width': wide(1.2) } },
      { id: 'street-name', type: 'symbol', source: 'city', filter: only('street'), minzoom: 13, layout: { ...text(12), 'symbol-placement': 'line' }, paint: ink(colours.words) },
      { id: 'area-name', type: 'symbol', source: 'city', filter: only('area'), minzoom: 12, layout: { ...text(11), 'text-max-width': 7 }, paint: ink(colours.words) },
      { id: 'water-name', type: 'symbol', source: 'city', filter: ['any', only('sea'), only('river')], layout: text(13), paint: ink(colours.water) },
      { id: 'place-name', type: 'symbol', source: 'city', filter: ['all', only('place'), ['any', ['<', ['zoom'], 12.5], ['!=', ['get', 'kind'], 'city']]], minzoom: 9, layout: { ...text(12), 'text-max-width': 8 }, paint: ink(colours.words) },
      { id: 'circle', type: 'fill', source: 'circle', paint: { 'fill-color': colours.me, 'fill-opacity': 0.16 } },
      { id: 'circle-edge', type: 'line', source: 'circle', paint: { 'line-color': colours.me, 'line-width': 1.6, 'line-dasharray': [2, 2] } },
    ],
  };
}

/** @param {number} lon @param {number} lat @param {number} radius metres @returns {any} GeoJSON of a circle */
export function circle(lon, lat, radius) {
  if (!radius) return EMPTY;
  const ring = [];
  for (let step = 0; step <= 48; step += 1) {
    const angle = (step / 48) * 2 * Math.PI;
    const east = (radius * Math.cos(angle)) / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180));
    ring.push([lon + east, lat + (radius * Math.sin(angle)) / METRES_PER_DEGREE]);
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } };
}

/**
 * A small drawing of the streets around a point, which needs no WebGL.
 * @param {number} lon
 * @param {number} lat
 * @param {number} radius accuracy in metres
 */
export function drawing(lon, lat, radius) {
  const scale = WIDE / REACH;
  const east = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180) * scale;
  const north = METRES_PER_DEGREE * scale;
  const across = WIDE / 2 / east;
  const up = HIGH / 2 / north;
  const at = (/** @type {[number, number]} */ [x, y]) => `${((x - lon) * east + WIDE / 2).toFixed(1)} ${((lat - y) * north + HIGH / 2).toFixed(1)}`;
  const path = (/** @type {any} */ coordinates) => (typeof coordinates[0]?.[0] === 'number' ? `M${coordinates.map(at).join('L')}` : coordinates.map(path).join(''));
  const ground = svg('g');
  const box = svg('svg', { class: 'place', viewBox: `0 0 ${WIDE} ${HIGH}`, 'aria-hidden': 'true' }, svg('rect', { class: 'ground', width: WIDE, height: HIGH }), ground);
  if (radius) box.append(svg('circle', { class: 'reach', cx: WIDE / 2, cy: HIGH / 2, r: Math.max(6, radius * scale) }));
  box.append(svg('path', { class: 'pin', transform: `translate(${WIDE / 2 - 12} ${HIGH / 2 - 23})`, d: 'M12 2a7 7 0 0 0-7 7c0 5.2 7 14 7 14s7-8.8 7-14a7 7 0 0 0-7-7zm0 9.600a2.6 2.6 0 1 1 0-5.2 2.6 2.6 0 0 1 0 5.200z' }));
  city().then((data) => {
    for (const layer of ['area', 'sea', 'river', 'street']) {
      for (const feature of data.features) {
        const [west, south, right, top] = feature.box;
        if (feature.properties.layer !== layer || west > lon + across || right < lon - across || south > lat + up || top < lat - up) continue;
        const area = feature.geometry.type.endsWith('Polygon');
        ground.append(svg('path', { class: `${layer} ${area ? 'filled' : ''} ${feature.properties.kind ?? ''}`, d: path(feature.geometry.coordinates) }));
      }
    }
  });
  return box;
}
