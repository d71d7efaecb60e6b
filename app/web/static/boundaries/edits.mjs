/** What can be done to boundaries: each moves, adds or takes away for all districts that meet there. */

import { Refusal } from './coverage.mjs';
import { edgesOf } from './faces.mjs';

/** @typedef {import('./coverage.mjs').Coverage} Coverage */
/** @typedef {import('./planar.mjs').Edge} Edge */

/**
 * Move vertices together: one, or the two of an edge.
 * @param {Coverage} coverage
 * @param {number[]} ids
 * @param {number} dx degrees
 * @param {number} dy degrees
 */
export function move(coverage, ids, dx, dy) {
  const { planar } = coverage;
  return coverage.edit('move', () => uncrossed(coverage, ids, () => {
    for (const id of ids) coverage.putVertex(id, planar.xs[id] + dx, planar.ys[id] + dy);
  }));
}

/**
 * @param {Coverage} coverage
 * @param {number} id
 * @param {number} x
 * @param {number} y
 */
export const moveTo = (coverage, id, x, y) => move(coverage, [id], x - coverage.planar.xs[id], y - coverage.planar.ys[id]);

/**
 * Put a vertex onto another, so that both are one from now on: this is how a gap is closed by hand.
 * @param {Coverage} coverage
 * @param {number} id
 * @param {number} target
 */
export function weld(coverage, id, target) {
  return coverage.edit('weld', () => uncrossed(coverage, [target], () => join(coverage, id, target)));
}

/**
 * Put a vertex onto an edge.
 * @param {Coverage} coverage
 * @param {number} id
 * @param {Edge} edge
 * @param {number} x
 * @param {number} y
 */
export function weldToEdge(coverage, id, edge, x, y) {
  return coverage.edit('weld', () => {
    const target = addOn(coverage, edge, x, y);
    uncrossed(coverage, [target], () => join(coverage, id, target));
  });
}

/**
 * Put a new vertex onto an edge, for every district that runs along it.
 * @param {Coverage} coverage
 * @param {Edge} edge
 * @param {number} x
 * @param {number} y
 * @returns {{codes: Set<string>, id: number}}
 */
export function insertVertex(coverage, edge, x, y) {
  let id = -1;
  const codes = coverage.edit('insert', () => { id = addOn(coverage, edge, x, y); });
  return { codes, id };
}

/**
 * Pull a new vertex out of an edge, to a free place or onto somebody else's vertex or edge.
 * @param {Coverage} coverage
 * @param {Edge} edge
 * @param {{x: number, y: number, vertex?: number | null, edge?: Edge | null}} to
 * @returns {{codes: Set<string>, id: number}} the vertex that is there now
 */
export function pull(coverage, edge, to) {
  const { planar } = coverage;
  let id = -1;
  const codes = coverage.edit('pull', () => {
    const made = addOn(coverage, edge, (planar.xs[edge.u] + planar.xs[edge.v]) / 2, (planar.ys[edge.u] + planar.ys[edge.v]) / 2);
    id = to.vertex ?? (to.edge ? addOn(coverage, to.edge, to.x, to.y) : made);
    uncrossed(coverage, [id], () => {
      if (id === made) coverage.putVertex(made, to.x, to.y);
      else join(coverage, made, id);
    });
  });
  return { codes, id };
}

/**
 * @param {Coverage} coverage
 * @param {number} id
 */
export function deleteVertex(coverage, id) {
  const { planar } = coverage;
  return coverage.edit('delete', () => {
    if (!planar.links[id]?.length) throw new Refusal('no_vertex');
    // Where three meet, each would take another short cut, and a gap would be left between them.
    if (planar.links[id].length > 2) throw new Refusal('junction');
    const [before, after] = planar.links[id].map(({ u, v }) => (u === id ? v : u));
    const short = planar.edgeOf(before, after);
    uncrossed(coverage, [before], () => {
      for (const rid of planar.ringsAt(id)) {
        const next = planar.ring(rid).filter((each) => each !== id);
        if (next.length < 3 || short) throw new Refusal('too_small');
        coverage.putRing(rid, { code: coverage.ownerOf(rid), ids: next });
      }
    });
  });
}

/**
 * Make one district of two that meet; it keeps the first one's code.
 * @param {Coverage} coverage
 * @param {string} code
 * @param {string} other
 */
export function merge(coverage, code, other) {
  const [kept, gone] = [coverage.districts.get(code), coverage.districts.get(other)];
  return coverage.edit('merge', () => {
    if (!kept || !gone || code === other) throw new Refusal('no_district');
    if (kept.properties.level !== gone.properties.level) throw new Refusal('other_level');
    const opposite = new Set(coverage.edgesOfDistrict(other).map(([u, v]) => `${v} ${u}`));
    if (!coverage.edgesOfDistrict(code).some(([u, v]) => opposite.has(`${u} ${v}`))) throw new Refusal('not_neighbours');
    const [from, to] = [gone.properties.parent, kept.properties.parent];
    if (from !== to && from && coverage.beatsOf(from).length < 2) throw new Refusal('last_beat');
    const polygons = coverage.unite([code, other]);
    for (const rid of coverage.ringsOf(other)) coverage.putRing(rid, null);
    coverage.reshape(code, polygons);
    for (const beat of coverage.beatsOf(other)) reparent(coverage, beat, code);
    coverage.putDistrict(other, null);
    if (from !== to) rebuild(coverage, [from, to]);
  });
}

/**
 * Change what is known of a district; with another precinct, both precincts get their new outline.
 * @param {Coverage} coverage
 * @param {string} code
 * @param {Record<string, any>} values of its properties
 */
export function describe(coverage, code, values) {
  const known = /** @type {import('./coverage.mjs').District} */ (coverage.districts.get(code));
  const from = known.properties.parent;
  const to = 'parent' in values ? values.parent : from;
  return coverage.edit('describe', () => {
    if (from !== to && from && coverage.beatsOf(from).length < 2) throw new Refusal('last_beat');
    coverage.putDistrict(code, { ...known, properties: { ...known.properties, ...values } });
    if (from !== to) rebuild(coverage, [from, to]);
  });
}

/**
 * @param {Coverage} coverage
 * @param {string} beat
 * @param {string} parent
 */
function reparent(coverage, beat, parent) {
  const known = /** @type {import('./coverage.mjs').District} */ (coverage.districts.get(beat));
  coverage.putDistrict(beat, { ...known, properties: { ...known.properties, parent } });
}

/**
 * @param {Coverage} coverage
 * @param {(string | null)[]} precincts
 */
function rebuild(coverage, precincts) {
  for (const code of precincts) {
    if (code && coverage.has(code) && coverage.beatsOf(code).length) coverage.reshape(code, coverage.unite(coverage.beatsOf(code)));
  }
}

/**
 * @param {Coverage} coverage
 * @param {Edge} edge
 * @param {number} x
 * @param {number} y
 * @returns {number}
 */
export function addOn(coverage, edge, x, y) {
  const { planar } = coverage;
  const { u, v } = edge;
  const id = planar.addVertex(x, y);
  for (const rid of new Set(edge.rings)) {
    const ids = edgesOf(planar.ring(rid)).flatMap(([from, to]) => ((from === u && to === v) || (from === v && to === u) ? [from, id] : [from]));
    coverage.putRing(rid, { code: coverage.ownerOf(rid), ids });
  }
  return id;
}

/**
 * @param {Coverage} coverage
 * @param {number} id
 * @param {number} target
 */
function join(coverage, id, target) {
  const { planar } = coverage;
  for (const rid of planar.ringsAt(id)) {
    const ids = planar.ring(rid).map((each) => (each === id ? target : each)).filter((each, place, whole) => each !== whole[(place + 1) % whole.length]);
    if (ids.length < 3) throw new Refusal('too_small');
    // A district that touches itself would be a figure of eight.
    if (new Set(ids).size < ids.length) throw new Refusal('pinch');
    coverage.putRing(rid, { code: coverage.ownerOf(rid), ids });
  }
}

/**
 * Refuse a change after which the edges at some vertices cross more others than before.
 * @param {Coverage} coverage
 * @param {number[]} ids
 * @param {() => void} work
 */
function uncrossed(coverage, ids, work) {
  const { planar } = coverage;
  const count = () => [...new Set(ids.flatMap((id) => planar.links[id]))].reduce((sum, edge) => sum + planar.crossings(edge), 0);
  const before = count();
  work();
  if (count() > before) throw new Refusal('crossing');
}
