/** Cutting a district in two along a drawn line. */

import { Refusal } from './coverage.mjs';
import { addOn } from './edits.mjs';
import { assemble, edgesOf, isInside, signedArea, trace, untangle } from './faces.mjs';

/** About a centimetre: a line that passes this near to a vertex passes through it. */
const NEAR_DEG = 1e-7;

/** @typedef {import('./coverage.mjs').Coverage} Coverage */
/** @typedef {[number, number]} LonLat */
/** @typedef {{along: number, id: number}} Hit `along`: segments of the line and a share of the next */

/**
 * The larger side keeps the code; the other becomes a district of its own.
 * @param {Coverage} coverage
 * @param {string} code
 * @param {LonLat[]} line from outside or the border to outside or the border
 * @param {import('./coverage.mjs').Properties} properties of the new district
 */
export function split(coverage, code, line, properties) {
  const district = coverage.districts.get(code);
  return coverage.edit('split', () => {
    if (!district) throw new Refusal('no_district');
    if (coverage.has(properties.code)) throw new Refusal('code_taken');
    if (district.properties.level === 'precinct' && coverage.beatsOf(code).length) throw new Refusal('has_beats');
    if (crossesItself(line)) throw new Refusal('line_crosses_itself');
    const cuts = cutsOf(coverage, code, line);
    const { forward, faces } = partsOf(coverage, code, cuts);
    const parts = assemble(untangle(faces), coverage.planar);
    const sides = /** @type {[number[][][], number[][][]]} */ ([[], []]);
    const untouched = [];
    for (const part of parts) {
      const edges = part.flat().length ? part.flatMap(edgesOf) : [];
      if (edges.some(([u, v]) => forward.has(`${u} ${v}`))) sides[0].push(part);
      else if (edges.some(([u, v]) => forward.has(`${v} ${u}`))) sides[1].push(part);
      else untouched.push(part);
    }
    if (!sides[0].length || !sides[1].length) throw new Refusal('line_misses');
    const area = (/** @type {number[][][]} */ side) => side.flat().reduce((sum, ring) => sum + signedArea(ring, coverage.planar), 0);
    const [large, small] = area(sides[0]) >= area(sides[1]) ? sides : [sides[1], sides[0]];
    coverage.reshape(code, [...large, ...untouched]);
    coverage.reshape(properties.code, small, properties);
  });
}

/**
 * The pieces of the line that lie inside, from border to border; the border gets vertices there.
 * @param {Coverage} coverage
 * @param {string} code
 * @param {LonLat[]} line
 * @returns {number[][]} each a list of vertices
 */
function cutsOf(coverage, code, line) {
  const hits = hitsOf(coverage, code, line);
  const cuts = [];
  for (let at = 0; at + 1 < hits.length; at += 1) {
    const [from, to] = [hits[at], hits[at + 1]];
    const between = line.filter((_, index) => index > from.along && index < to.along);
    const path = [pointOf(coverage, from.id), ...between, pointOf(coverage, to.id)];
    if (from.id === to.id) continue;
    if (!between.length && coverage.planar.edgeOf(from.id, to.id)) continue;
    if (!isWithin(coverage, code, middleOf(path))) continue;
    cuts.push([from.id, ...between.map(([x, y]) => coverage.planar.addVertex(x, y)), to.id]);
  }
  if (!cuts.length) throw new Refusal('line_misses');
  return cuts;
}

/**
 * @param {Coverage} coverage
 * @param {string} code
 * @param {LonLat[]} line
 * @returns {Hit[]} in order along the line
 */
function hitsOf(coverage, code, line) {
  const { planar } = coverage;
  const own = new Set(coverage.ringsOf(code));
  /** @type {{along: number, x: number, y: number}[]} */
  const found = [];
  for (let index = 0; index + 1 < line.length; index += 1) {
    const [[ax, ay], [bx, by]] = [line[index], line[index + 1]];
    const box = /** @type {import('./grid.mjs').Box} */ ([Math.min(ax, bx) - NEAR_DEG, Math.min(ay, by) - NEAR_DEG, Math.max(ax, bx) + NEAR_DEG, Math.max(ay, by) + NEAR_DEG]);
    for (const edge of planar.edgesNear(box)) {
      if (!edge.rings.some((rid) => own.has(rid))) continue;
      const met = meet(line[index], line[index + 1], pointOf(coverage, edge.u), pointOf(coverage, edge.v));
      if (!met) continue;
      // What is met at a point of the line itself is that point, not something just before it.
      const end = [index, index + 1].find((each) => Math.hypot(line[each][0] - met.x, line[each][1] - met.y) < 2 * NEAR_DEG);
      found.push({ along: end ?? index + met.along, x: met.x, y: met.y });
    }
  }
  // One edge can be hit more than once: after each new vertex the piece that is meant is looked up.
  const hits = found.map(({ along, x, y }) => ({ along, id: vertexAt(coverage, own, x, y) }));
  const ordered = hits.toSorted((a, b) => a.along - b.along);
  return ordered.filter((hit, at) => hit.id >= 0 && (at === 0 || ordered[at - 1].id !== hit.id));
}

/**
 * @param {Coverage} coverage
 * @param {Set<number>} own
 * @param {number} x
 * @param {number} y
 * @returns {number}
 */
function vertexAt(coverage, own, x, y) {
  const { planar } = coverage;
  const isOwn = (/** @type {import('./planar.mjs').Edge} */ edge) => edge.rings.some((rid) => own.has(rid));
  const near = planar.nearestVertex(x, y, NEAR_DEG, (id) => planar.links[id].some(isOwn));
  if (near !== null) return near;
  const on = planar.nearestEdge(x, y, NEAR_DEG, isOwn);
  return on ? addOn(coverage, on.edge, x, y) : -1;
}

/**
 * The faces that the border and the cuts make, without the cuts that part nothing.
 * @param {Coverage} coverage
 * @param {string} code
 * @param {number[][]} cuts
 */
function partsOf(coverage, code, cuts) {
  const border = coverage.edgesOfDistrict(code);
  let left = cuts;
  for (;;) {
    const forward = new Set();
    const keep = new Set();
    const paths = left.flatMap((cut) => cut.slice(1).map((id, at) => /** @type {LonLat} */ ([cut[at], id])));
    for (const [u, v] of paths) {
      forward.add(`${u} ${v}`);
      keep.add(`${u} ${v}`).add(`${v} ${u}`);
    }
    const faces = trace([...border, ...paths, ...paths.map(([u, v]) => /** @type {LonLat} */ ([v, u]))], coverage.planar, { keep });
    const idle = new Set(faces.flatMap((face) => bothWays(face, forward)));
    if (!idle.size) return { forward, faces };
    left = left.filter((cut) => !cut.slice(1).some((id, at) => idle.has(`${cut[at]} ${id}`)));
    if (!left.length) throw new Refusal('line_misses');
  }
}

/**
 * @param {number[]} face
 * @param {Set<string>} forward
 * @returns {string[]} cuts along which the face runs on both sides
 */
function bothWays(face, forward) {
  const runs = new Set(edgesOf(face).map(([u, v]) => `${u} ${v}`));
  return [...runs].filter((run) => forward.has(run) && runs.has(run.split(' ').reverse().join(' ')));
}

/** @param {Coverage} coverage @param {number} id @returns {LonLat} */
const pointOf = ({ planar }, id) => [planar.xs[id], planar.ys[id]];

/** @param {LonLat[]} path @returns {LonLat} the middle of its longest piece */
function middleOf(path) {
  let best = /** @type {LonLat} */ (path[0]);
  let longest = -1;
  for (let at = 0; at + 1 < path.length; at += 1) {
    const [[ax, ay], [bx, by]] = [path[at], path[at + 1]];
    const long = Math.hypot(bx - ax, by - ay);
    if (long > longest) [best, longest] = [[(ax + bx) / 2, (ay + by) / 2], long];
  }
  return best;
}

/** @param {Coverage} coverage @param {string} code @param {LonLat} point */
function isWithin(coverage, code, [x, y]) {
  let inside = false;
  for (const rid of coverage.ringsOf(code)) if (isInside(x, y, coverage.planar.ring(rid), coverage.planar)) inside = !inside;
  return inside;
}

/**
 * Where two pieces meet; an end that all but touches counts.
 * @param {LonLat} a
 * @param {LonLat} b
 * @param {LonLat} c
 * @param {LonLat} d
 */
function meet([ax, ay], [bx, by], [cx, cy], [dx, dy]) {
  const [px, py, qx, qy] = [bx - ax, by - ay, dx - cx, dy - cy];
  const turn = px * qy - py * qx;
  if (turn === 0) return null;
  const along = ((cx - ax) * qy - (cy - ay) * qx) / turn;
  const over = ((cx - ax) * py - (cy - ay) * px) / turn;
  const [slack, slackOver] = [NEAR_DEG / Math.hypot(px, py), NEAR_DEG / Math.hypot(qx, qy)];
  if (along < -slack || along > 1 + slack || over < -slackOver || over > 1 + slackOver) return null;
  const held = Math.max(0, Math.min(1, over));
  return { along: Math.max(0, Math.min(1, along)), x: cx + held * qx, y: cy + held * qy };
}

/** @param {LonLat[]} line */
function crossesItself(line) {
  for (let first = 0; first + 1 < line.length; first += 1) {
    for (let second = first + 2; second + 1 < line.length; second += 1) {
      if (meet(line[first], line[first + 1], line[second], line[second + 1])) return true;
    }
  }
  return false;
}
