/** Taking hold of the boundaries on the map: by mouse, by finger, by keyboard. */

import { Refusal } from './coverage.mjs';
import { edgesOf } from './faces.mjs';
import { deleteVertex, insertVertex, move, moveTo, pull, weld, weldToEdge } from './edits.mjs';

const REACH_PX = 10;
const FINGER_PX = 24;
/** More handles than this are a smear; the one under the pointer is still shown. */
const MOST_HANDLES = 1_500;
const STILL_PX = 3;

/**
 * @typedef {{kind: 'vertex', ids: number[]} | {kind: 'edge', edge: import('./planar.mjs').Edge, x: number, y: number}} Held
 * @typedef {{
 *   coverage: import('./coverage.mjs').Coverage,
 *   selected: () => string | null,
 *   tool: () => 'shape' | 'split' | 'merge',
 *   onchange: (codes: Set<string>, words: string) => void,
 *   onrefuse: (error: Refusal) => void,
 *   onpick: (code: string | null) => void,
 *   onactive: (id: number | null) => void,
 *   online: (line: [number, number][]) => void,
 * }} Options
 */

/**
 * @param {import('./set-map.mjs').SetMap} view
 * @param {Options} options
 */
export function createPointer(view, { coverage, selected, tool, onchange, onrefuse, onpick, onactive, online }) {
  const { map } = view;
  const canvas = map.getCanvas();
  const { planar } = coverage;
  const ended = new AbortController();
  /** @type {{off: () => void}[]} */
  const heard = [];
  /** @type {Held | null} */
  let held = null;
  /** @type {any} */
  let from = null;
  /** @type {{x: number, y: number, vertex: number | null, edge: import('./planar.mjs').Edge | null} | null} */
  let target = null;
  /** @type {any} */
  let hover = null;
  /** @type {number | null} */
  let active = null;
  /** @type {[number, number][]} */
  let line = [];
  /** @type {[number, number] | null} */
  let ahead = null;
  let frame = 0;

  /** @param {any} point */
  const place = (point) => { const { lng, lat } = map.unproject(point); return { x: lng, y: lat }; };
  /** @param {any} point @param {number} pixels @returns {number} in degrees of latitude */
  const reach = (point, pixels) => Math.abs(map.unproject([point.x, point.y + pixels]).lat - map.unproject(point).lat);
  const ownRings = () => new Set(coverage.ringsOf(selected() ?? ''));

  /**
   * What of the chosen district lies under the pointer.
   * @param {any} point
   * @param {number} pixels
   * @returns {Held | null}
   */
  function under(point, pixels) {
    const own = ownRings();
    if (!own.size) return null;
    const isOwn = (/** @type {import('./planar.mjs').Edge} */ edge) => edge.rings.some((rid) => own.has(rid));
    const { x, y } = place(point);
    const id = planar.nearestVertex(x, y, reach(point, pixels), (each) => planar.links[each].some(isOwn));
    if (id !== null) return { kind: 'vertex', ids: [id] };
    const on = planar.nearestEdge(x, y, reach(point, pixels), isOwn);
    return on && { kind: 'edge', edge: on.edge, x: on.x, y: on.y };
  }

  /**
   * Somebody else's vertex or edge near by, onto which what is held would be put.
   * @param {any} point
   * @param {Set<number>} apart rings that do not count
   */
  function snapAt(point, apart) {
    const { x, y } = place(point);
    const foreign = (/** @type {import('./planar.mjs').Edge} */ edge) => edge.rings.every((rid) => !apart.has(rid));
    const id = planar.nearestVertex(x, y, reach(point, REACH_PX), (each) => planar.links[each].every(foreign));
    if (id !== null) return { x: planar.xs[id], y: planar.ys[id], vertex: id, edge: null };
    const on = planar.nearestEdge(x, y, reach(point, REACH_PX), foreign);
    return on && { x: on.x, y: on.y, vertex: null, edge: on.edge };
  }

  /** @param {any} event */
  function down(event) {
    if (tool() !== 'shape' || held || (event.points && event.points.length > 1) || event.originalEvent.button > 0) return;
    const found = under(event.point, event.points ? FINGER_PX : REACH_PX);
    if (!found) return;
    // Without this the map itself would be dragged.
    event.preventDefault();
    held = found.kind === 'edge' && event.originalEvent.shiftKey ? { kind: 'vertex', ids: [found.edge.u, found.edge.v] } : found;
    from = event.point;
    target = null;
    canvas.style.cursor = 'grabbing';
  }

  /** @param {any} event */
  function moved(event) {
    ahead = [event.lngLat.lng, event.lngLat.lat];
    if (!held) {
      const next = tool() === 'shape' ? under(event.point, REACH_PX) : null;
      if (next || hover) { hover = next; later(); }
      canvas.style.cursor = next ? 'grab' : tool() === 'shape' ? '' : 'crosshair';
      if (line.length) later();
      return;
    }
    event.preventDefault();
    const { x, y } = place(event.point);
    const apart = held.kind === 'vertex' ? new Set(held.ids.flatMap((id) => [...planar.ringsAt(id)])) : new Set(held.edge.rings);
    const free = event.originalEvent.altKey || (held.kind === 'vertex' && held.ids.length > 1);
    target = (free ? null : snapAt(event.point, apart)) ?? { x, y, vertex: null, edge: null };
    later();
  }

  /** @param {any} event */
  function up(event) {
    if (!held) return;
    const was = held;
    const to = target;
    const still = !to || (event.point && Math.hypot(event.point.x - from.x, event.point.y - from.y) < STILL_PX);
    drop();
    if (still) {
      if (was.kind === 'vertex') activate(was.ids[0]);
      return;
    }
    attempt(() => put(was, /** @type {NonNullable<typeof target>} */ (to)));
  }

  /**
   * @param {Held} what
   * @param {NonNullable<typeof target>} to
   * @returns {[Set<string>, string]}
   */
  function put(what, to) {
    if (what.kind === 'vertex' && what.ids.length > 1) {
      const start = place(from);
      return [move(coverage, what.ids, to.x - start.x, to.y - start.y), 'b.edit.said.edge'];
    }
    if (what.kind === 'edge') {
      const made = pull(coverage, what.edge, to);
      active = made.id;
      return [made.codes, 'b.edit.said.insert'];
    }
    const codes = lay(what.ids[0], to);
    active = to.vertex ?? what.ids[0];
    return [codes, to.vertex !== null || to.edge ? 'b.edit.said.weld' : 'b.edit.said.move'];
  }

  /** @param {number} id @param {NonNullable<typeof target>} to */
  function lay(id, to) {
    if (to.vertex !== null) return weld(coverage, id, to.vertex);
    if (to.edge) return weldToEdge(coverage, id, to.edge, to.x, to.y);
    return moveTo(coverage, id, to.x, to.y);
  }

  /** @param {() => [Set<string>, string]} work */
  function attempt(work) {
    try {
      const [codes, words] = work();
      onchange(codes, words);
      if (active !== null && !planar.links[active]?.length) active = null;
      onactive(active);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      onrefuse(error);
    }
    draw();
  }

  function drop() {
    held = null;
    target = null;
    canvas.style.cursor = '';
    draw();
  }

  /** @param {any} event */
  function clicked(event) {
    if (tool() === 'split' && selected()) { addPoint(event.point); return; }
    const hit = tool() === 'shape' ? under(event.point, REACH_PX) : null;
    if (hit?.kind === 'vertex') activate(hit.ids[0]);
    else onpick(view.at(event.point));
  }

  /** @param {any} point */
  function addPoint(point) {
    const own = ownRings();
    const { x, y } = place(point);
    const isOwn = (/** @type {import('./planar.mjs').Edge} */ edge) => edge.rings.some((rid) => own.has(rid));
    const id = planar.nearestVertex(x, y, reach(point, REACH_PX), (each) => planar.links[each].some(isOwn));
    const on = id === null ? planar.nearestEdge(x, y, reach(point, REACH_PX), isOwn) : null;
    const last = line.at(-1);
    const next = /** @type {[number, number]} */ (id !== null ? [planar.xs[id], planar.ys[id]] : on ? [on.x, on.y] : [x, y]);
    if (last && last[0] === next[0] && last[1] === next[1]) { finish(); return; }
    line.push(next);
    draw();
    // From border to border: nothing is missing.
    if (line.length > 1 && (id !== null || on)) finish();
  }

  function finish() {
    if (line.length < 2) return;
    const drawn = line;
    line = [];
    draw();
    online(drawn);
  }

  /** @param {number | null} id */
  function activate(id) {
    active = id;
    onactive(id);
    draw();
  }

  function later() {
    if (frame) return;
    frame = requestAnimationFrame(() => { frame = 0; follow(); });
  }

  function draw() {
    view.show('edit-handles', { type: 'FeatureCollection', features: tool() === 'shape' ? handles() : [] });
    follow();
  }

  /** What changes with every move of the pointer, and no more than that. */
  function follow() {
    view.show('edit-points', { type: 'FeatureCollection', features: tool() === 'shape' ? marks() : line.map((each) => dot(each, 'drawn')) });
    view.show('edit-line', { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: held && target ? strands() : line.length ? [ahead ? [...line, ahead] : line] : [] } });
  }

  function handles() {
    const bounds = map.getBounds();
    const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const ids = new Set([...ownRings()].flatMap((rid) => planar.ring(rid)));
    const seen = [...ids].filter((id) => planar.xs[id] >= west && planar.xs[id] <= east && planar.ys[id] >= south && planar.ys[id] <= north);
    return seen.length <= MOST_HANDLES ? seen.map((id) => dot([planar.xs[id], planar.ys[id]], 'vertex')) : [];
  }

  function marks() {
    const { dataset } = map.getContainer();
    if (active === null) delete dataset.active;
    else { const { x, y } = map.project([planar.xs[active], planar.ys[active]]); dataset.active = `${x} ${y}`; }
    const dots = [];
    if (hover?.kind === 'vertex' && !held) dots.push(dot([planar.xs[hover.ids[0]], planar.ys[hover.ids[0]]], 'hover'));
    if (hover?.kind === 'edge' && !held) dots.push(dot([hover.x, hover.y], 'hover'));
    if (active !== null && !held) dots.push(dot([planar.xs[active], planar.ys[active]], 'active'));
    if (held && target) dots.push(dot([target.x, target.y], target.vertex !== null || target.edge ? 'snap' : 'active'));
    return dots;
  }

  /** The edges as they would run if what is held were let go now. */
  function strands() {
    const to = /** @type {NonNullable<typeof target>} */ (target);
    if (held?.kind === 'edge') return [[[planar.xs[held.edge.u], planar.ys[held.edge.u]], [to.x, to.y], [planar.xs[held.edge.v], planar.ys[held.edge.v]]]];
    const ids = held?.ids ?? [];
    const start = place(from);
    const [dx, dy] = ids.length > 1 ? [to.x - start.x, to.y - start.y] : [to.x - planar.xs[ids[0]], to.y - planar.ys[ids[0]]];
    const at = (/** @type {number} */ id) => (ids.includes(id) ? [planar.xs[id] + dx, planar.ys[id] + dy] : [planar.xs[id], planar.ys[id]]);
    return [...new Set(ids.flatMap((id) => planar.links[id]))].map(({ u, v }) => [at(u), at(v)]);
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const done = tool() === 'split' ? drawKeys(event) : shapeKeys(event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event */
  function drawKeys(event) {
    const { clientWidth, clientHeight } = canvas;
    if (event.key === ' ' && selected()) addPoint({ x: clientWidth / 2, y: clientHeight / 2 });
    else if (event.key === 'Enter' && line.length) finish();
    else if (event.key === 'Backspace' && line.length) { line.pop(); draw(); } else if (event.key === 'Escape' && line.length) { line = []; draw(); } else return false;
    return true;
  }

  /** @param {KeyboardEvent} event */
  function shapeKeys(event) {
    if (event.ctrlKey || event.metaKey || !selected()) return false;
    if (event.key === 'Escape' && held) { drop(); return true; }
    if (event.key === 'Escape' && active !== null) { activate(null); return true; }
    if (['KeyN', 'KeyP'].includes(event.code)) { step(event.code === 'KeyN' ? 1 : -1); return true; }
    if (active === null) return false;
    const steps = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
    const by = steps[event.key];
    if (by) { nudge(by, event.shiftKey ? 10 : 1); return true; }
    if (event.key === 'Delete' || event.key === 'Backspace') { remove(); return true; }
    if (event.code === 'KeyI') { insertAfter(); return true; }
    return false;
  }

  /** @param {number} by to the next vertex of the ring, or back */
  function step(by) {
    const rings = [...ownRings()].map((rid) => planar.ring(rid));
    const ring = rings.find((each) => active !== null && each.includes(active)) ?? rings[0];
    const at = active === null ? -1 : ring.indexOf(active);
    const next = ring[(at + by + ring.length) % ring.length];
    activate(next);
    if (!map.getBounds().contains([planar.xs[next], planar.ys[next]])) map.easeTo({ center: [planar.xs[next], planar.ys[next]], duration: 200 });
  }

  /** @param {[number, number]} by @param {number} pixels */
  function nudge([bx, by], pixels) {
    const id = /** @type {number} */ (active);
    const point = map.project([planar.xs[id], planar.ys[id]]);
    const { lng, lat } = map.unproject([point.x + bx * pixels, point.y + by * pixels]);
    attempt(() => [moveTo(coverage, id, lng, lat), 'b.edit.said.move']);
  }

  function insertAfter() {
    const id = /** @type {number} */ (active);
    const own = [...ownRings()].map((rid) => edgesOf(planar.ring(rid))).flat().find(([u]) => u === id);
    const edge = own && planar.edgeOf(...own);
    if (!own || !edge) return;
    attempt(() => {
      const made = insertVertex(coverage, edge, (planar.xs[own[0]] + planar.xs[own[1]]) / 2, (planar.ys[own[0]] + planar.ys[own[1]]) / 2);
      active = made.id;
      return [made.codes, 'b.edit.said.insert'];
    });
  }

  function remove() {
    const id = /** @type {number} */ (active);
    attempt(() => [deleteVertex(coverage, id), 'b.edit.said.delete']);
  }

  const on = (/** @type {any} */ type, /** @type {any} */ listener) => { map.on(type, listener); heard.push({ off: () => map.off(type, listener) }); };
  for (const type of ['mousedown', 'touchstart']) on(type, down);
  for (const type of ['mousemove', 'touchmove']) on(type, moved);
  for (const type of ['mouseup', 'touchend']) on(type, up);
  on('touchcancel', drop);
  on('click', clicked);
  on('moveend', draw);
  on('style.load', draw);
  canvas.addEventListener('keydown', keyed, { signal: ended.signal });
  // Let go outside the map, the vertex stays where it was last seen.
  addEventListener('mouseup', (event) => { if (held && event.target !== canvas) up({}); }, { signal: ended.signal });
  map.doubleClickZoom.disable();

  return {
    draw,
    activate,
    remove,
    active: () => active,
    /** @param {number} x @param {number} y the active vertex to where somebody typed */
    moveActive(x, y) { if (active !== null) { const id = active; attempt(() => [moveTo(coverage, id, x, y), 'b.edit.said.move']); } },
    isDrawing: () => line.length > 0,
    finish,
    cancel() { line = []; drop(); },
    stop() {
      ended.abort();
      heard.forEach(({ off }) => off());
      cancelAnimationFrame(frame);
      map.doubleClickZoom.enable();
      canvas.style.cursor = '';
      view.show('edit-handles', null);
      view.show('edit-points', null);
      view.show('edit-line', null);
    },
  };
}

/**
 * @param {[number, number]} coordinates
 * @param {'vertex' | 'hover' | 'active' | 'snap' | 'drawn'} kind
 */
const dot = (coordinates, kind) => ({ type: 'Feature', properties: { kind }, geometry: { type: 'Point', coordinates } });
