/** The pins' pictures and the reports as points. */

import { isOpen, SHAPES } from './shapes.mjs';

const SIZE = 34;

/**
 * Draw one status shape for the map.
 * @param {string} status
 * @param {import('./map-style.mjs').Palette} palette
 * @param {number} ratio device pixels a pixel
 * @returns {ImageData}
 */
function pinImage(status, palette, ratio) {
  const side = Math.round(SIZE * ratio);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const scale = (side * 0.82) / 24;
  pen.translate(side * 0.09, side * 0.09);
  pen.scale(scale, scale);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  const outline = new Path2D(SHAPES[status].outline);
  pen.strokeStyle = palette.pinEdge;
  pen.lineWidth = 3.4;
  pen.stroke(outline);
  pen.fillStyle = palette[status];
  pen.fill(outline);
  pen.strokeStyle = palette.mark;
  pen.lineWidth = 2.5;
  pen.stroke(new Path2D(SHAPES[status].mark));
  return pen.getImageData(0, 0, side, side);
}

/**
 * Diagonal lines for a beat that has nobody.
 * @param {import('./map-style.mjs').Palette} palette
 * @param {number} ratio
 * @returns {ImageData}
 */
function hatchImage(palette, ratio) {
  const side = Math.round(12 * ratio);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.strokeStyle = palette.hatch;
  pen.lineWidth = 1.5 * ratio;
  for (const shift of [-side, 0, side]) {
    pen.beginPath();
    pen.moveTo(shift - 1, side + 1);
    pen.lineTo(shift + side + 1, -1);
    pen.stroke();
  }
  return pen.getImageData(0, 0, side, side);
}

/**
 * Put the pictures into a map's style.
 * @param {import('maplibre-gl').Map} map
 * @param {import('./map-style.mjs').Palette} palette
 */
export function addImages(map, palette) {
  const ratio = Math.max(1, Math.min(3, devicePixelRatio || 1));
  for (const status of Object.keys(SHAPES)) {
    if (map.hasImage(`pin-${status}`)) map.removeImage(`pin-${status}`);
    map.addImage(`pin-${status}`, pinImage(status, palette, ratio), { pixelRatio: ratio });
  }
  if (map.hasImage('hatch')) map.removeImage('hatch');
  map.addImage('hatch', hatchImage(palette, ratio), { pixelRatio: ratio });
}

/**
 * @param {Iterable<any>} reports
 * @param {(report: any) => string} statusOf with what still waits to be sent
 * @returns {any} GeoJSON
 */
export function asPoints(reports, statusOf) {
  const features = [];
  for (const report of reports) {
    const status = statusOf(report);
    if (report.placement && isOpen(status)) features.push(asPoint(report, status));
  }
  return { type: 'FeatureCollection', features };
}

/**
 * @param {any} report
 * @param {string} status
 */
export function asPoint(report, status) {
  return {
    type: 'Feature',
    properties: { number: report.number, status, priority: report.priority },
    geometry: { type: 'Point', coordinates: [report.placement.lon, report.placement.lat] },
  };
}
