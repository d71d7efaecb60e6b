/** Rings out of directed edges. What is inside lies to the left: outer rings run counterclockwise. */

/** @typedef {{xs: number[], ys: number[]}} Points */

/**
 * @param {number[]} ids
 * @param {Points} points
 * @returns {number} in square degrees, negative when it runs clockwise
 */
export function signedArea(ids, { xs, ys }) {
  let twice = 0;
  for (let i = 0, j = ids.length - 1; i < ids.length; j = i, i += 1) {
    // About the first vertex, for small rings far from the origin.
    twice += (xs[ids[j]] - xs[ids[0]]) * (ys[ids[i]] - ys[ids[0]]) - (xs[ids[i]] - xs[ids[0]]) * (ys[ids[j]] - ys[ids[0]]);
  }
  return twice / 2;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number[]} ids
 * @param {Points} points
 */
export function isInside(x, y, ids, { xs, ys }) {
  let inside = false;
  for (let i = 0, j = ids.length - 1; i < ids.length; j = i, i += 1) {
    const [ax, ay, bx, by] = [xs[ids[i]], ys[ids[i]], xs[ids[j]], ys[ids[j]]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/**
 * The rings that directed edges make; one and its opposite cancel each other.
 * @param {Iterable<[number, number]>} directed
 * @param {Points} points
 * @param {{keep?: Set<string>}} [options] `keep`: edges, as `u v`, that do not cancel
 * @returns {number[][]} may pass a vertex twice
 */
export function trace(directed, points, { keep = new Set() } = {}) {
  /** @type {Map<number, Set<number>>} */
  const out = new Map();
  for (const [u, v] of directed) {
    const back = out.get(v);
    if (back?.has(u) && !keep.has(`${u} ${v}`)) { back.delete(u); continue; }
    const from = out.get(u);
    if (from) from.add(v);
    else out.set(u, new Set([v]));
  }
  const found = [];
  for (const [start, targets] of out) {
    while (targets.size) {
      const ring = [start];
      let [from, to] = [start, /** @type {number} */ (targets.values().next().value)];
      targets.delete(to);
      while (to !== start || mustGoOn(from, to)) {
        ring.push(to);
        const next = leftmost(from, to);
        // Edges that do not close are of a broken file: what was walked is left out.
        if (next === null) { ring.length = 0; break; }
        out.get(to)?.delete(next);
        [from, to] = [to, next];
      }
      if (ring.length) found.push(ring);

      /**
       * Back at the start, but the face goes on through it.
       * @param {number} before
       * @param {number} at
       */
      function mustGoOn(before, at) {
        const next = leftmost(before, at);
        return next !== null && turn(before, at, next) < turn(before, at, ring[1] ?? at);
      }
    }
  }
  return found;

  /**
   * @param {number} before
   * @param {number} at
   * @returns {number | null}
   */
  function leftmost(before, at) {
    let best = null;
    let least = Infinity;
    for (const next of out.get(at) ?? []) {
      const angle = turn(before, at, next);
      if (angle < least) [best, least] = [next, angle];
    }
    return best;
  }

  /**
   * Clockwise from where one came, so a turn to the left is small and a turn back is the largest.
   * @param {number} before
   * @param {number} at
   * @param {number} next
   */
  function turn(before, at, next) {
    const { xs, ys } = points;
    const angle = Math.atan2(ys[before] - ys[at], xs[before] - xs[at]) - Math.atan2(ys[next] - ys[at], xs[next] - xs[at]);
    const positive = angle <= 0 ? angle + 2 * Math.PI : angle;
    return next === before ? 2 * Math.PI : positive;
  }
}

/**
 * Cut rings that pass a vertex twice into simple ones.
 * @param {number[][]} rings
 * @returns {number[][]}
 */
export function untangle(rings) {
  return rings.flatMap((ring) => {
    const simple = [];
    /** @type {number[]} */
    const path = [];
    /** @type {Map<number, number>} */
    const at = new Map();
    for (const id of ring) {
      const before = at.get(id);
      if (before !== undefined) {
        const loop = path.splice(before);
        loop.forEach((each) => at.delete(each));
        simple.push(loop);
      }
      at.set(id, path.length);
      path.push(id);
    }
    simple.push(path);
    return simple.filter((each) => each.length > 2);
  });
}

/**
 * Put holes into the outer rings that hold them.
 * @param {number[][]} rings simple
 * @param {Points} points
 * @returns {number[][][]} polygons: an outer ring and its holes
 */
export function assemble(rings, points) {
  const outers = rings.map((ring) => ({ ring, area: signedArea(ring, points) })).filter(({ area }) => area > 0).toSorted((a, b) => a.area - b.area);
  const polygons = outers.map(({ ring }) => [ring]);
  for (const hole of rings) {
    if (signedArea(hole, points) >= 0) continue;
    const home = outers.findIndex(({ ring }) => holds(ring, hole, points));
    if (home >= 0) polygons[home].push(hole);
  }
  return polygons;
}

/**
 * @param {number[]} outer
 * @param {number[]} hole
 * @param {Points} points
 */
function holds(outer, hole, points) {
  const { xs, ys } = points;
  const shared = new Set(outer);
  const free = hole.find((id) => !shared.has(id));
  if (free !== undefined) return isInside(xs[free], ys[free], outer, points);
  return isInside((xs[hole[0]] + xs[hole[1]]) / 2, (ys[hole[0]] + ys[hole[1]]) / 2, outer, points);
}

/**
 * @param {number[]} ids
 * @returns {[number, number][]}
 */
export const edgesOf = (ids) => ids.map((id, at) => [id, ids[(at + 1) % ids.length]]);
