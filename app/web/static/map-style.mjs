/** How the map is drawn: our own base map, the districts and the pins, by day and by night. */

import { languageNow } from './i18n.mjs';

// Without a glyph server MapLibre draws letters from the fonts of the device.
const FONT = ['Roboto', 'Segoe UI', 'Noto Sans', 'Liberation Sans', 'sans-serif'];
// The weight is read off the first name; no device has that font, so the next one is taken.
const FONT_BOLD = ['Beatway Bold', ...FONT];

/** @typedef {Record<string, string>} Palette */

/** @type {Record<'light' | 'dark', Palette>} */
export const PALETTES = {
  light: {
    outside: '#e9edf1', land: '#f6f4ef', sea: '#c3d9e8', river: '#b2cee1', street: '#ffffff', casing: '#d9d5cb',
    words: '#5b6470', water: '#4a7496', halo: '#ffffff', beat: '#3e5c88', precinct: '#1d3a66', label: '#1d3a66',
    hatch: '#9a3412', candidate: '#a21caf', circle: '#1f4e8c', selected: '#0b2a55', pinEdge: '#ffffff', cluster: '#27446f', clusterText: '#ffffff',
    registered: '#5b6470', awaiting_place: '#7c3aed', queued: '#c2410c', acknowledged: '#1d5fb8', en_route: '#0f766e', on_scene: '#15803d',
    resolved: '#6b7280', redirected: '#6b7280', withdrawn: '#6b7280', mark: '#ffffff',
  },
  dark: {
    outside: '#0d1219', land: '#171e28', sea: '#0e2233', river: '#12304a', street: '#2c3747', casing: '#1a222d',
    words: '#9aa7b8', water: '#6f9cc2', halo: '#10161f', beat: '#7d9cc9', precinct: '#b3cbf0', label: '#cfe0fb',
    hatch: '#f0a070', candidate: '#e879f9', circle: '#8ab8f5', selected: '#ffffff', pinEdge: '#0d1219', cluster: '#a9c6f2', clusterText: '#0d1a2d',
    registered: '#aab4c2', awaiting_place: '#b79cff', queued: '#ff9d6b', acknowledged: '#7fb4ff', en_route: '#4fd1c1', on_scene: '#6ee08d',
    resolved: '#8b95a5', redirected: '#8b95a5', withdrawn: '#8b95a5', mark: '#0d1219',
  },
};

/** @returns {any} expression: the name in the page's language, else the Ukrainian, else the code */
export function nameExpression() {
  return ['coalesce', ['get', `name_${languageNow()}`], ['get', 'name_uk'], ['get', 'name'], ''];
}

/**
 * Flatten `name: {uk, ru, en}`, which expressions reach only as text.
 * @param {any} feature
 * @returns {any}
 */
export function withFlatNames(feature) {
  const { name, ...rest } = feature.properties ?? {};
  const names = name && typeof name === 'object'
    ? Object.fromEntries(Object.entries(name).map(([language, text]) => [`name_${language}`, text]))
    : { name: name ?? '' };
  return { ...feature, properties: { ...rest, ...names } };
}

export const EMPTY = { type: 'FeatureCollection', features: [] };

/**
 * The base map of our own data.
 * @param {any} basemap GeoJSON
 * @param {Palette} palette
 * @returns {any} a MapLibre style
 */
export function ownStyle(basemap, palette) {
  const only = (/** @type {string} */ layer) => ['==', ['get', 'layer'], layer];
  const polygon = ['in', ['geometry-type'], ['literal', ['Polygon', 'MultiPolygon']]];
  const line = ['in', ['geometry-type'], ['literal', ['LineString', 'MultiLineString']]];
  const wide = (/** @type {number} */ base) => ['interpolate', ['exponential', 1.5], ['zoom'], 10, base * 0.5, 14, base * 2, 18, base * 12];
  const words = (/** @type {string} */ colour) => ({ 'text-color': colour, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 });
  return {
    version: 8,
    sources: { basemap: { type: 'geojson', data: basemap, attribution: basemap.attribution ?? '' } },
    layers: [
      { id: 'outside', type: 'background', paint: { 'background-color': palette.outside } },
      { id: 'land', type: 'fill', source: 'basemap', filter: ['all', only('land'), polygon], paint: { 'fill-color': palette.land } },
      { id: 'sea', type: 'fill', source: 'basemap', filter: ['all', only('sea'), polygon], paint: { 'fill-color': palette.sea } },
      { id: 'river', type: 'fill', source: 'basemap', filter: ['all', only('river'), polygon], paint: { 'fill-color': palette.river } },
      { id: 'river-line', type: 'line', source: 'basemap', filter: ['all', only('river'), line], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.river, 'line-width': wide(3) } },
      { id: 'street-casing', type: 'line', source: 'basemap', filter: only('street'), minzoom: 11, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.casing, 'line-width': wide(1.9) } },
      { id: 'street', type: 'line', source: 'basemap', filter: only('street'), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': palette.street, 'line-width': wide(1.2) } },
      { id: 'street-name', type: 'symbol', source: 'basemap', filter: only('street'), minzoom: 13, layout: { 'symbol-placement': 'line', 'text-field': nameExpression(), 'text-font': FONT, 'text-size': 12, 'symbol-spacing': 350 }, paint: words(palette.words) },
      { id: 'water-name', type: 'symbol', source: 'basemap', filter: ['any', only('sea'), only('river')], layout: { 'text-field': nameExpression(), 'text-font': FONT, 'text-size': 13, 'text-letter-spacing': 0.08 }, paint: words(palette.water) },
      { id: 'place-name', type: 'symbol', source: 'basemap', filter: only('place'), minzoom: 13, layout: { 'text-field': nameExpression(), 'text-font': FONT, 'text-size': 12, 'text-max-width': 8 }, paint: words(palette.words) },
    ],
  };
}

/**
 * What lies over any base map: districts, pins, selection.
 * @param {Palette} palette
 * @returns {any[]}
 */
export function overlays(palette) {
  const beat = ['==', ['get', 'kind'], 'beat'];
  const precinct = ['==', ['get', 'kind'], 'precinct'];
  const single = ['!', ['has', 'point_count']];
  const halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.8 };
  return [
    { id: 'beat-hatch', type: 'fill', source: 'districts', filter: ['all', beat, ['==', ['get', 'unattended'], true]], paint: { 'fill-pattern': 'hatch', 'fill-opacity': 0.7 } },
    { id: 'district-fill', type: 'fill', source: 'districts', paint: { 'fill-color': palette.beat, 'fill-opacity': 0.015 } },
    { id: 'candidate-fill', type: 'fill', source: 'districts', filter: ['in', ['get', 'code'], ['literal', []]], paint: { 'fill-color': palette.candidate, 'fill-opacity': 0.13 } },
    { id: 'beat-line', type: 'line', source: 'districts', filter: beat, paint: { 'line-color': palette.beat, 'line-width': 1.4, 'line-dasharray': [3, 2], 'line-opacity': 0.8 } },
    { id: 'precinct-line', type: 'line', source: 'districts', filter: precinct, layout: { 'line-join': 'round' }, paint: { 'line-color': palette.precinct, 'line-width': 2.6 } },
    { id: 'candidate-line', type: 'line', source: 'districts', filter: ['in', ['get', 'code'], ['literal', []]], paint: { 'line-color': palette.candidate, 'line-width': 3, 'line-dasharray': [2, 1] } },
    { id: 'beat-label', type: 'symbol', source: 'district-labels', filter: beat, minzoom: 10.6, layout: { 'text-field': ['case', ['==', ['get', 'unattended'], true], ['concat', nameExpression(), '\n', ['get', 'unattended_word']], nameExpression()], 'text-font': FONT_BOLD, 'text-size': 12, 'text-max-width': 8, 'text-padding': 4, 'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 1.6 }, paint: { 'text-color': palette.label, ...halo } },
    { id: 'precinct-label', type: 'symbol', source: 'district-labels', filter: precinct, maxzoom: 13.2, layout: { 'text-field': nameExpression(), 'text-font': FONT_BOLD, 'text-size': 15, 'text-max-width': 9, 'symbol-sort-key': 0 }, paint: { 'text-color': palette.precinct, ...halo } },
    { id: 'accuracy-fill', type: 'fill', source: 'accuracy', paint: { 'fill-color': palette.circle, 'fill-opacity': 0.14 } },
    { id: 'accuracy-line', type: 'line', source: 'accuracy', paint: { 'line-color': palette.circle, 'line-width': 1.6, 'line-dasharray': [2, 2] } },
    { id: 'cluster', type: 'circle', source: 'reports', filter: ['has', 'point_count'], paint: { 'circle-color': palette.cluster, 'circle-radius': ['step', ['get', 'point_count'], 16, 10, 20, 50, 25], 'circle-stroke-color': palette.pinEdge, 'circle-stroke-width': 2 } },
    { id: 'cluster-count', type: 'symbol', source: 'reports', filter: ['has', 'point_count'], layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-font': FONT_BOLD, 'text-size': 13, 'text-allow-overlap': true, 'icon-allow-overlap': true }, paint: { 'text-color': palette.clusterText } },
    { id: 'chosen-ring', type: 'circle', source: 'chosen', paint: { 'circle-radius': 21, 'circle-color': palette.selected, 'circle-opacity': 0.14, 'circle-stroke-color': palette.selected, 'circle-stroke-width': 2.5 } },
    { id: 'pin', type: 'symbol', source: 'reports', filter: single, layout: { 'icon-image': ['concat', 'pin-', ['get', 'status']], 'icon-allow-overlap': true, 'symbol-sort-key': ['-', 0, ['get', 'priority']] } },
    { id: 'chosen-pin', type: 'symbol', source: 'chosen', layout: { 'icon-image': ['concat', 'pin-', ['get', 'status']], 'icon-size': 1.25, 'icon-allow-overlap': true, 'icon-ignore-placement': true } },
  ];
}

/** Their sources, empty. */
export function overlaySources() {
  const empty = () => ({ type: 'geojson', data: EMPTY });
  return {
    districts: empty(),
    'district-labels': empty(),
    accuracy: empty(),
    chosen: empty(),
    reports: { type: 'geojson', data: EMPTY, cluster: true, clusterRadius: 36, clusterMaxZoom: 14 },
  };
}
