/** Small helpers of drawing. No rule about whose place a point is belongs here: the server decides. */

const EARTH_M = 6_371_008.8;

/** @typedef {[number, number]} LonLat */

/**
 * A circle on the ground.
 * @param {LonLat} centre
 * @param {number} radiusM
 * @returns {object} GeoJSON Feature
 */
export function circle([lon, lat], radiusM) {
  const ring = [];
  for (let step = 0; step <= 64; step += 1) {
    const angle = (step / 64) * 2 * Math.PI;
    const dLat = (radiusM / EARTH_M) * Math.sin(angle);
    const dLon = ((radiusM / EARTH_M) * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180);
    ring.push([lon + (dLon * 180) / Math.PI, lat + (dLat * 180) / Math.PI]);
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } };
}

/**
 * @param {any} geometry Polygon or MultiPolygon
 * @returns {number[][][][]} polygons of rings
 */
function polygons(geometry) {
  if (geometry?.type === 'Polygon') return [geometry.coordinates];
  if (geometry?.type === 'MultiPolygon') return geometry.coordinates;
  return [];
}

/**
 * @param {any[]} geometries Polygons or MultiPolygons
 * @returns {[number, number, number, number] | null} west, south, east, north
 */
export function boundsOf(geometries) {
  let box = null;
  for (const [lon, lat] of geometries.flatMap(polygons).flat(2)) {
    if (!box) box = [lon, lat, lon, lat];
    else box = [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)];
  }
  return /** @type {any} */ (box);
}

/**
 * Where a label of a polygon has the most room: the best of a grid, refined twice.
 * @param {any} geometry
 * @returns {LonLat | null}
 */
export function labelPoint(geometry) {
  const largest = polygons(geometry).toSorted((a, b) => boxArea(b[0]) - boxArea(a[0]))[0];
  if (!largest) return null;
  const [west, south, east, north] = ringBox(largest[0]);
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  let best = { x: (west + east) / 2, y: (south + north) / 2, room: -Infinity };
  let [halfX, halfY] = [(east - west) / 2, (north - south) / 2];
  for (let pass = 0; pass < 3; pass += 1) {
    const centre = best;
    for (let i = -6; i <= 6; i += 1) {
      for (let j = -6; j <= 6; j += 1) {
        const x = centre.x + (i / 6) * halfX;
        const y = centre.y + (j / 6) * halfY;
        const room = distanceInside(x, y, largest, squeeze);
        if (room > best.room) best = { x, y, room };
      }
    }
    halfX /= 6;
    halfY /= 6;
  }
  return [best.x, best.y];
}

/** @param {number[][]} ring */
function ringBox(ring) {
  const xs = ring.map((point) => point[0]);
  const ys = ring.map((point) => point[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** @param {number[][]} ring */
function boxArea(ring) {
  const [west, south, east, north] = ringBox(ring);
  return (east - west) * (north - south);
}

/**
 * Distance to the edge, negative outside.
 * @param {number} x
 * @param {number} y
 * @param {number[][][]} rings
 * @param {number} squeeze of a degree of longitude against one of latitude
 */
function distanceInside(x, y, rings, squeeze) {
  let inside = false;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [ax, ay] = ring[i];
      const [bx, by] = ring[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      nearest = Math.min(nearest, toSegment((x - ax) * squeeze, y - ay, (bx - ax) * squeeze, by - ay));
    }
  }
  return inside ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}

/**
 * @param {number} px
 * @param {number} py
 * @param {number} dx
 * @param {number} dy
 */
function toSegment(px, py, dx, dy) {
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
  return (px - along * dx) ** 2 + (py - along * dy) ** 2;
}
