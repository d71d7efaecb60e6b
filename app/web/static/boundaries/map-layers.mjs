/** How boundaries are drawn on this page, by day and by night. */

import { t } from '../i18n.mjs';
import { EMPTY, nameExpression, withFlatNames } from '../map-style.mjs';

const FONT_BOLD = ['Beatway Bold', 'Roboto', 'Segoe UI', 'Noto Sans', 'Liberation Sans', 'sans-serif'];

const COLOURS = {
  light: { problem: '#b3261e', problemEdge: '#ffffff', moved: '#a21caf', edit: '#0b57d0', handle: '#ffffff', snap: '#b45309', chosen: '#1f4e8c' },
  dark: { problem: '#ff8a7a', problemEdge: '#0d1219', moved: '#e879f9', edit: '#a8c7fa', handle: '#0d1219', snap: '#ffc266', chosen: '#8ab8f5' },
};

/**
 * A feature as the map wants it.
 * @param {any} feature
 */
export function drawable(feature) {
  const flat = withFlatNames(feature);
  return { type: 'Feature', id: feature.properties.code, geometry: feature.geometry, properties: { ...flat.properties, kind: feature.properties.level } };
}

/** The words that stand on the map of a set, by code. @returns {any} expression */
const labelExpression = () => ['case', ['in', nameExpression(), ['literal', ['']]], ['get', 'code'], ['==', nameExpression(), ['get', 'code']], ['get', 'code'],
  ['format', ['get', 'code'], { 'font-scale': 1 }, '\n', {}, nameExpression(), { 'font-scale': 0.8 }]];

/** @returns {Record<string, any>} */
export function sources() {
  const empty = () => ({ type: 'geojson', data: EMPTY });
  return {
    // No simplifying: what is edited has to be drawn where it is.
    districts: { type: 'geojson', data: EMPTY, promoteId: 'code', tolerance: 0.2 },
    'district-labels': { type: 'geojson', data: EMPTY, promoteId: 'code' },
    moved: empty(), problem: empty(), 'edit-line': empty(), 'edit-handles': empty(), 'edit-points': empty(),
  };
}

/**
 * @param {import('../map-style.mjs').Palette} palette
 * @param {'light' | 'dark'} theme
 * @returns {any[]}
 */
export function layers(palette, theme) {
  const colour = COLOURS[theme];
  const beat = ['==', ['get', 'kind'], 'beat'];
  const precinct = ['==', ['get', 'kind'], 'precinct'];
  const nothing = ['in', ['get', 'code'], ['literal', []]];
  const halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.8 };
  const shape = (/** @type {string[]} */ ...kinds) => ['in', ['geometry-type'], ['literal', kinds.flatMap((each) => [each, `Multi${each}`])]];
  const point = (/** @type {string} */ kind) => ['==', ['get', 'kind'], kind];
  return [
    { id: 'district-fill', type: 'fill', source: 'districts', paint: { 'fill-color': palette.beat, 'fill-opacity': 0.05 } },
    { id: 'chosen-fill', type: 'fill', source: 'districts', filter: nothing, paint: { 'fill-color': colour.chosen, 'fill-opacity': 0.2 } },
    { id: 'moved-fill', type: 'fill', source: 'moved', paint: { 'fill-color': colour.moved, 'fill-opacity': 0.38 } },
    { id: 'beat-line', type: 'line', source: 'districts', filter: beat, paint: { 'line-color': palette.beat, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 13, 1.6] } },
    { id: 'precinct-line', type: 'line', source: 'districts', filter: precinct, layout: { 'line-join': 'round' }, paint: { 'line-color': palette.precinct, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 1.6, 13, 3] } },
    // A strip that moved may be narrower than the border beside it.
    { id: 'moved-line', type: 'line', source: 'moved', paint: { 'line-color': colour.moved, 'line-width': 1.8 } },
    { id: 'chosen-line', type: 'line', source: 'districts', filter: nothing, layout: { 'line-join': 'round' }, paint: { 'line-color': colour.chosen, 'line-width': 3 } },
    { id: 'beat-label', type: 'symbol', source: 'district-labels', filter: beat, minzoom: 10.2, layout: { 'text-field': labelExpression(), 'text-font': FONT_BOLD, 'text-size': 12.5, 'text-max-width': 9, 'text-padding': 4 }, paint: { 'text-color': palette.label, ...halo } },
    { id: 'precinct-label', type: 'symbol', source: 'district-labels', filter: precinct, maxzoom: 11.5, layout: { 'text-field': nameExpression(), 'text-font': FONT_BOLD, 'text-size': 14, 'text-max-width': 9, 'symbol-sort-key': 0 }, paint: { 'text-color': palette.precinct, ...halo } },
    { id: 'problem-fill', type: 'fill', source: 'problem', filter: shape('Polygon'), paint: { 'fill-color': colour.problem, 'fill-opacity': 0.45 } },
    { id: 'problem-line', type: 'line', source: 'problem', filter: shape('Polygon', 'LineString'), paint: { 'line-color': colour.problem, 'line-width': 3 } },
    { id: 'problem-point', type: 'circle', source: 'problem', filter: shape('Point'), paint: { 'circle-radius': 9, 'circle-color': colour.problem, 'circle-opacity': 0.35, 'circle-stroke-color': colour.problem, 'circle-stroke-width': 3 } },
    { id: 'edit-line', type: 'line', source: 'edit-line', layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': colour.edit, 'line-width': 3, 'line-dasharray': [1.6, 1.4] } },
    { id: 'edit-vertex', type: 'circle', source: 'edit-handles', paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 2, 13, 4, 15, 6], 'circle-color': colour.handle, 'circle-stroke-color': colour.edit, 'circle-stroke-width': 2 } },
    { id: 'edit-draw', type: 'circle', source: 'edit-points', filter: point('drawn'), paint: { 'circle-radius': 5, 'circle-color': colour.edit, 'circle-stroke-color': colour.handle, 'circle-stroke-width': 2 } },
    { id: 'edit-hover', type: 'circle', source: 'edit-points', filter: point('hover'), paint: { 'circle-radius': 7, 'circle-color': colour.edit, 'circle-opacity': 0.55, 'circle-stroke-color': colour.edit, 'circle-stroke-width': 2 } },
    { id: 'edit-active', type: 'circle', source: 'edit-points', filter: point('active'), paint: { 'circle-radius': 8, 'circle-color': colour.edit, 'circle-stroke-color': colour.handle, 'circle-stroke-width': 3 } },
    { id: 'edit-snap', type: 'circle', source: 'edit-points', filter: point('snap'), paint: { 'circle-radius': 12, 'circle-color': colour.snap, 'circle-opacity': 0.25, 'circle-stroke-color': colour.snap, 'circle-stroke-width': 3 } },
  ];
}

/** The words of MapLibre's own buttons. */
export function locale() {
  return {
    'Map.Title': t('b.map.canvas'),
    'NavigationControl.ZoomIn': t('map.zoom_in'),
    'NavigationControl.ZoomOut': t('map.zoom_out'),
    'AttributionControl.ToggleAttribution': t('map.attribution'),
    'ScaleControl.Meters': t('unit.m'),
    'ScaleControl.Kilometers': t('unit.km'),
  };
}
