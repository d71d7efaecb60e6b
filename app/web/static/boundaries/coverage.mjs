/**
 * Districts over one planar graph, and every change of them as something that can be undone.
 *
 * Why not terra-draw: it keeps every district as an outline of its own, so that a common edge is two
 * edges that happen to lie on each other, and it hands the map all of them at each change.
 */

import { assemble, edgesOf, signedArea, trace, untangle } from './faces.mjs';
import { cellFor } from './grid.mjs';
import { createPlanar } from './planar.mjs';

/** About a millimetre: what is nearer is the same point. */
const SAME_DEG = 1e-8;
/** About five centimetres: a vertex this near to a neighbour's edge lies on it. */
const ON_EDGE_DEG = 5e-7;

/** A change that would break the boundaries; `reason` is a key of words. */
export class Refusal extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * @typedef {{code: string, level: 'precinct' | 'beat', parent: string | null, [name: string]: any}} Properties
 * @typedef {{properties: Properties, polygons: number[][]}} District polygons of rings by number
 * @typedef {{code: string, ids: number[]}} Ring
 * @typedef {{
 *   kind: string, codes: Set<string>,
 *   vertices: Map<number, {before: [number, number], after: [number, number]}>,
 *   rings: Map<number, {before: Ring | null, after: Ring | null}>,
 *   districts: Map<string, {before: District | null, after: District | null}>,
 * }} Change
 */

/** @param {any} geometry @returns {number[][][][]} */
const polygonsOf = (geometry) => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates);

/** @param {any[]} features GeoJSON in our own schema */
export function createCoverage(features) {
  const all = features.flatMap((each) => polygonsOf(each.geometry).flat(2));
  const box = /** @type {import('./grid.mjs').Box} */ (all.reduce(([w, s, e, n], [x, y]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)], [180, 90, -180, -90]));
  const squeeze = all.length ? Math.max(0.05, Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180)) : 1;
  const planar = createPlanar({ cell: all.length ? cellFor(box, all.length) : 0.01, squeeze });
  /** @type {Map<string, District>} */
  const districts = new Map();
  /** @type {Map<number, string>} */
  const owners = new Map();
  /** @type {Change[]} */
  const history = [];
  let at = 0;
  let savedAt = 0;
  /** What a saved state that can no longer be gone back to leaves changed. @type {Set<string>} */
  let lost = new Set();
  let nextRing = 0;
  /** @type {Change | null} */
  let recording = null;

  function load() {
    /** @type {Map<string, number>} */
    const known = new Map();
    const vertex = (/** @type {number[]} */ [x, y]) => {
      const key = `${Math.round(x / SAME_DEG)} ${Math.round(y / SAME_DEG)}`;
      const there = known.get(key);
      if (there !== undefined) return there;
      const id = planar.addVertex(x, y);
      known.set(key, id);
      return id;
    };
    for (const { geometry, properties } of features) {
      const polygons = polygonsOf(geometry).map((rings) => rings.map((ring, index) => {
        const ids = ring.map(vertex).filter((id, place, whole) => id !== whole[(place + 1) % whole.length]);
        const rightWay = (signedArea(ids, planar) > 0) === (index === 0);
        return newRing(properties.code, rightWay ? ids : ids.toReversed());
      }));
      districts.set(properties.code, { properties: { ...properties }, polygons });
    }
    node();
  }

  /** Give every edge the vertices that neighbours have on it, so that it is theirs too. */
  function node() {
    /** @type {Map<number, Map<string, number[]>>} */
    const extra = new Map();
    const seen = new Set();
    for (const code of districts.keys()) {
      for (const rid of ringsOf(code)) {
        for (const [u, v] of edgesOf(planar.ring(rid))) {
          const edge = planar.edgeOf(u, v);
          if (!edge || seen.has(edge)) continue;
          seen.add(edge);
          const between = onEdge(edge);
          for (const each of between.length ? edge.rings : []) {
            const held = extra.get(each) ?? new Map();
            held.set(`${edge.u} ${edge.v}`, between);
            held.set(`${edge.v} ${edge.u}`, between.toReversed());
            extra.set(each, held);
          }
        }
      }
    }
    for (const [rid, held] of extra) {
      planar.setRing(rid, edgesOf(planar.ring(rid)).flatMap(([u, v]) => [u, ...(held.get(`${u} ${v}`) ?? [])]));
    }
  }

  /** @param {import('./planar.mjs').Edge} edge @returns {number[]} from u to v */
  function onEdge({ u, v }) {
    const { xs, ys } = planar;
    const [dx, dy] = [(xs[v] - xs[u]) * squeeze, ys[v] - ys[u]];
    const long = Math.hypot(dx, dy);
    const found = [];
    for (const id of planar.verticesNear([Math.min(xs[u], xs[v]), Math.min(ys[u], ys[v]), Math.max(xs[u], xs[v]), Math.max(ys[u], ys[v])])) {
      if (id === u || id === v) continue;
      const [px, py] = [(xs[id] - xs[u]) * squeeze, ys[id] - ys[u]];
      const along = (px * dx + py * dy) / long;
      if (along > ON_EDGE_DEG && along < long - ON_EDGE_DEG && Math.abs(px * dy - py * dx) / long < ON_EDGE_DEG) found.push({ id, along });
    }
    return found.toSorted((a, b) => a.along - b.along).map(({ id }) => id);
  }

  /**
   * @param {string} code
   * @param {number[]} ids
   */
  function newRing(code, ids) {
    const rid = nextRing;
    nextRing += 1;
    putRing(rid, { code, ids });
    return rid;
  }

  /** @param {string} code */
  const ringsOf = (code) => districts.get(code)?.polygons.flat() ?? [];

  // The three ways in which anything changes; each notes what was before.

  /**
   * @param {number} rid
   * @param {Ring | null} after
   */
  function putRing(rid, after) {
    const code = owners.get(rid);
    const before = code === undefined ? null : { code, ids: planar.ring(rid) };
    if (recording) {
      const noted = recording.rings.get(rid);
      recording.rings.set(rid, { before: noted ? noted.before : before, after });
      for (const each of [before, after]) if (each) recording.codes.add(each.code);
    }
    if (after) owners.set(rid, after.code);
    else owners.delete(rid);
    planar.setRing(rid, after?.ids ?? []);
  }

  /**
   * @param {number} id
   * @param {number} x
   * @param {number} y
   */
  function putVertex(id, x, y) {
    if (recording) {
      const noted = recording.vertices.get(id);
      recording.vertices.set(id, { before: noted ? noted.before : [planar.xs[id], planar.ys[id]], after: [x, y] });
      for (const rid of planar.ringsAt(id)) recording.codes.add(/** @type {string} */ (owners.get(rid)));
    }
    planar.moveVertex(id, x, y);
  }

  /**
   * @param {string} code
   * @param {District | null} after
   */
  function putDistrict(code, after) {
    if (recording) {
      const noted = recording.districts.get(code);
      recording.districts.set(code, { before: noted ? noted.before : districts.get(code) ?? null, after });
      recording.codes.add(code);
    }
    if (after) districts.set(code, after);
    else districts.delete(code);
  }

  /**
   * @param {Change} change
   * @param {'before' | 'after'} which
   */
  function apply(change, which) {
    // Rings first: a vertex that moves while it is in no ring touches nothing.
    for (const [rid, states] of change.rings) putRing(rid, states[which]);
    for (const [id, states] of change.vertices) putVertex(id, ...states[which]);
    for (const [code, states] of change.districts) putDistrict(code, states[which]);
  }

  /**
   * Do several things as one, or none of them.
   * @param {string} kind
   * @param {() => void} work may throw a Refusal
   * @returns {Set<string>} the codes that differ
   */
  function edit(kind, work) {
    const change = { kind, codes: new Set(), vertices: new Map(), rings: new Map(), districts: new Map() };
    recording = change;
    try {
      work();
    } catch (error) {
      recording = null;
      apply(change, 'before');
      throw error;
    }
    recording = null;
    if (!change.codes.size) return change.codes;
    if (savedAt > at) {
      history.slice(at, savedAt).forEach((each) => each.codes.forEach((code) => lost.add(code)));
      savedAt = at;
    }
    history.length = at;
    history.push(change);
    at += 1;
    return change.codes;
  }

  /**
   * Give a district new outlines in place of those it has.
   * @param {string} code
   * @param {number[][][]} polygons rings as lists of vertices
   * @param {Properties} [properties]
   */
  function reshape(code, polygons, properties = districts.get(code)?.properties) {
    for (const rid of ringsOf(code)) putRing(rid, null);
    const rids = polygons.map((rings) => rings.map((ids) => newRing(code, ids)));
    putDistrict(code, { properties: /** @type {Properties} */ (properties), polygons: rids });
  }

  /** @param {string} code */
  const edgesOfDistrict = (code) => ringsOf(code).flatMap((rid) => edgesOf(planar.ring(rid)));

  /** @param {string[]} codes @returns {number[][][]} their union, by what cancels out */
  const unite = (codes) => assemble(untangle(trace(codes.flatMap(edgesOfDistrict), planar)), planar);

  load();

  return {
    planar,
    districts,
    edit,
    putRing,
    putVertex,
    putDistrict,
    reshape,
    ringsOf,
    edgesOfDistrict,
    unite,
    /** @param {number} rid */
    ownerOf: (rid) => /** @type {string} */ (owners.get(rid)),
    /** @param {string} code @returns {string[]} the beats of a precinct */
    beatsOf: (code) => [...districts.values()].filter((each) => each.properties.parent === code).map((each) => each.properties.code),
    /** @param {string} code */
    has: (code) => districts.has(code),
    canUndo: () => at > 0,
    canRedo: () => at < history.length,
    /** @returns {{kind: string, codes: Set<string>} | null} what was undone */
    undo() {
      if (!at) return null;
      at -= 1;
      apply(history[at], 'before');
      return history[at];
    },
    /** @returns {{kind: string, codes: Set<string>} | null} what was done again */
    redo() {
      if (at >= history.length) return null;
      at += 1;
      apply(history[at - 1], 'after');
      return history[at - 1];
    },
    /** @returns {{upsert: string[], remove: string[]}} codes that differ from what was last saved */
    unsaved() {
      const touched = new Set(lost);
      history.slice(Math.min(at, savedAt), Math.max(at, savedAt)).forEach((each) => each.codes.forEach((code) => touched.add(code)));
      const codes = [...touched].toSorted();
      return { upsert: codes.filter((code) => districts.has(code)), remove: codes.filter((code) => !districts.has(code)) };
    },
    /** @returns {() => void} to be called when what is so now has been saved */
    saving() {
      const [then, whole] = [at, history.slice(0, at)];
      return () => {
        lost = new Set();
        savedAt = then;
        // Somebody went on while it was sent, on another branch of the history.
        const common = whole.findIndex((each, index) => history[index] !== each);
        if (common >= 0) {
          whole.slice(common).forEach((each) => each.codes.forEach((code) => lost.add(code)));
          savedAt = common;
        }
      };
    },
    /** @param {string} code @returns {any} GeoJSON Feature */
    feature(code) {
      const { properties, polygons } = /** @type {District} */ (districts.get(code));
      const coordinates = polygons.map((rids) => rids.map((rid) => {
        const ids = planar.ring(rid);
        return [...ids, ids[0]].map((id) => [planar.xs[id], planar.ys[id]]);
      }));
      const geometry = coordinates.length === 1 ? { type: 'Polygon', coordinates: coordinates[0] } : { type: 'MultiPolygon', coordinates };
      return { type: 'Feature', id: code, properties, geometry };
    },
  };
}

/** @typedef {ReturnType<typeof createCoverage>} Coverage */
