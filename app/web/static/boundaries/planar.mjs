/**
 * Vertices, edges and rings that share them.
 *
 * A ring is a list of vertices by number. Two districts that meet have the same numbers along their
 * common edge, so there is nothing to keep in step: the edge exists once.
 */

import { createGrid } from './grid.mjs';

/** @typedef {{u: number, v: number, rings: number[]}} Edge a ring is named as often as it runs there */
/** @typedef {{edge: Edge, x: number, y: number, distance: number}} OnEdge */

/**
 * @param {{cell: number, squeeze: number}} options `squeeze`: of a degree of longitude against one
 *   of latitude here
 */
export function createPlanar({ cell, squeeze }) {
  /** @type {number[]} */
  const xs = [];
  /** @type {number[]} */
  const ys = [];
  /** @type {Edge[][]} */
  const links = [];
  /** @type {Map<number, number[]>} */
  const rings = new Map();
  /** @type {ReturnType<typeof createGrid<number>>} */
  const points = createGrid(cell);
  /** @type {ReturnType<typeof createGrid<Edge>>} */
  const lines = createGrid(cell);

  /**
   * @param {Edge} edge
   * @returns {import('./grid.mjs').Box}
   */
  const boxOf = ({ u, v }) => [Math.min(xs[u], xs[v]), Math.min(ys[u], ys[v]), Math.max(xs[u], xs[v]), Math.max(ys[u], ys[v])];
  /** @param {number} id @returns {import('./grid.mjs').Box} */
  const pointBox = (id) => [xs[id], ys[id], xs[id], ys[id]];
  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius in degrees of latitude
   * @returns {import('./grid.mjs').Box}
   */
  const around = (x, y, radius) => [x - radius / squeeze, y - radius, x + radius / squeeze, y + radius];

  /**
   * @param {number} u
   * @param {number} v
   */
  const edgeOf = (u, v) => links[u].find((each) => (each.u === v) || (each.v === v));

  /**
   * @param {number} rid
   * @param {number} u
   * @param {number} v
   */
  function link(rid, u, v) {
    const known = edgeOf(u, v);
    if (known) { known.rings.push(rid); return; }
    const edge = { u, v, rings: [rid] };
    for (const id of [u, v]) {
      if (!links[id].length) points.add(pointBox(id), id);
      links[id].push(edge);
    }
    lines.add(boxOf(edge), edge);
  }

  /**
   * @param {number} rid
   * @param {number} u
   * @param {number} v
   */
  function unlink(rid, u, v) {
    const edge = /** @type {Edge} */ (edgeOf(u, v));
    edge.rings.splice(edge.rings.indexOf(rid), 1);
    if (edge.rings.length) return;
    lines.remove(boxOf(edge), edge);
    for (const id of [u, v]) {
      links[id].splice(links[id].indexOf(edge), 1);
      if (!links[id].length) points.remove(pointBox(id), id);
    }
  }

  /**
   * @param {number[]} ids
   * @param {number} head how many at the start stay
   * @param {number} tail how many at the end stay
   * @param {(u: number, v: number) => void} visit
   */
  function changedEdges(ids, head, tail, visit) {
    if (ids.length < 2) return;
    const last = tail ? ids.length - tail - 1 : ids.length - 2;
    for (let at = Math.max(head - 1, 0); at <= last; at += 1) visit(ids[at], ids[at + 1]);
    if (!head || !tail) visit(ids[ids.length - 1], ids[0]);
  }

  return {
    xs,
    ys,
    links,
    squeeze,
    edgeOf,
    /**
     * @param {number} x
     * @param {number} y
     * @returns {number} its number
     */
    addVertex(x, y) {
      xs.push(x);
      ys.push(y);
      links.push([]);
      return xs.length - 1;
    },
    /**
     * @param {number} id
     * @param {number} x
     * @param {number} y
     */
    moveVertex(id, x, y) {
      const held = links[id];
      for (const edge of held) lines.remove(boxOf(edge), edge);
      if (held.length) points.remove(pointBox(id), id);
      xs[id] = x;
      ys[id] = y;
      for (const edge of held) lines.add(boxOf(edge), edge);
      if (held.length) points.add(pointBox(id), id);
    },
    /** @param {number} rid @returns {number[]} not to be changed */
    ring: (rid) => rings.get(rid) ?? [],
    /**
     * Replace a ring; only what differs is linked anew.
     * @param {number} rid
     * @param {number[]} next empty to remove it
     */
    setRing(rid, next) {
      const before = rings.get(rid) ?? [];
      const least = Math.min(before.length, next.length);
      let head = 0;
      while (head < least && before[head] === next[head]) head += 1;
      if (head === before.length && head === next.length) return;
      let tail = 0;
      while (tail < least - head && before[before.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
      changedEdges(next, head, tail, (u, v) => link(rid, u, v));
      changedEdges(before, head, tail, (u, v) => unlink(rid, u, v));
      if (next.length) rings.set(rid, next);
      else rings.delete(rid);
    },
    /** @param {number} id @returns {Set<number>} the rings that pass through a vertex */
    ringsAt: (id) => new Set(links[id].flatMap((each) => each.rings)),
    /**
     * @param {number} x
     * @param {number} y
     * @param {number} radius in degrees of latitude
     * @param {(id: number) => boolean} [fits]
     * @returns {number | null}
     */
    nearestVertex(x, y, radius, fits = () => true) {
      let best = null;
      let least = radius * radius;
      for (const id of points.near(around(x, y, radius))) {
        const square = ((xs[id] - x) * squeeze) ** 2 + (ys[id] - y) ** 2;
        if (square <= least && fits(id)) [best, least] = [id, square];
      }
      return best;
    },
    /**
     * @param {number} x
     * @param {number} y
     * @param {number} radius in degrees of latitude
     * @param {(edge: Edge) => boolean} [fits]
     * @returns {OnEdge | null}
     */
    nearestEdge(x, y, radius, fits = () => true) {
      /** @type {OnEdge | null} */
      let best = null;
      for (const edge of lines.near(around(x, y, radius))) {
        const { u, v } = edge;
        const [dx, dy] = [(xs[v] - xs[u]) * squeeze, ys[v] - ys[u]];
        const long = dx * dx + dy * dy;
        const along = long ? Math.max(0, Math.min(1, (((x - xs[u]) * squeeze) * dx + (y - ys[u]) * dy) / long)) : 0;
        const [px, py] = [xs[u] + along * (xs[v] - xs[u]), ys[u] + along * (ys[v] - ys[u])];
        const distance = Math.hypot((px - x) * squeeze, py - y);
        if (distance <= (best?.distance ?? radius) && fits(edge)) best = { edge, x: px, y: py, distance };
      }
      return best;
    },
    /** @param {import('./grid.mjs').Box} box */
    edgesNear: (box) => lines.near(box),
    /** @param {import('./grid.mjs').Box} box */
    verticesNear: (box) => points.near(box),
    /**
     * @param {Edge} edge
     * @returns {number} how many other edges it crosses, common ends not counted
     */
    crossings(edge) {
      let count = 0;
      for (const other of lines.near(boxOf(edge))) {
        const apart = other.u !== edge.u && other.u !== edge.v && other.v !== edge.u && other.v !== edge.v;
        if (apart && cross(edge, other)) count += 1;
      }
      return count;
    },
  };

  /**
   * @param {Edge} a
   * @param {Edge} b
   */
  function cross(a, b) {
    const side = (/** @type {number} */ o, /** @type {number} */ p, /** @type {number} */ q) => Math.sign((xs[p] - xs[o]) * (ys[q] - ys[o]) - (ys[p] - ys[o]) * (xs[q] - xs[o]));
    return side(a.u, a.v, b.u) * side(a.u, a.v, b.v) < 0 && side(b.u, b.v, a.u) * side(b.u, b.v, a.v) < 0;
  }
}

/** @typedef {ReturnType<typeof createPlanar>} Planar */
