/** The model behind the boundary editor: what is common stays common whatever is done. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { createCoverage, Refusal } from '../../../app/web/static/boundaries/coverage.mjs';
import { deleteVertex, describe, insertVertex, merge, move, moveTo, pull, weld, weldToEdge } from '../../../app/web/static/boundaries/edits.mjs';
import { split } from '../../../app/web/static/boundaries/split.mjs';

const beat = (code, ring, parent = 'P', holes = []) => ({
  type: 'Feature', properties: { code, level: 'beat', parent, name: { uk: code } },
  geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]], ...holes.map((each) => [...each, each[0]])] },
});
const precinct = (code, ring) => ({
  type: 'Feature', properties: { code, level: 'precinct', parent: null, name: { uk: code } }, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] },
});
const square = (x, y, side = 1) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];

/** Two beats side by side in one precinct, whose outline has no vertex where they meet. */
const pair = () => createCoverage([precinct('P', [[0, 0], [2, 0], [2, 1], [0, 1]]), beat('A', square(0, 0)), beat('B', square(1, 0).toReversed())]);
/** Four in two precincts. */
const four = () => createCoverage([
  precinct('P', [[0, 0], [2, 0], [2, 1], [0, 1]]), precinct('Q', [[0, 1], [2, 1], [2, 2], [0, 2]]),
  beat('A', square(0, 0)), beat('B', square(1, 0)), beat('C', square(0, 1), 'Q'), beat('D', square(1, 1), 'Q'),
]);

const ringArea = (ring) => ring.reduce((sum, [x, y], at) => {
  const [nx, ny] = ring[(at + 1) % ring.length];
  return sum + (x - ring[0][0]) * (ny - ring[0][1]) - (nx - ring[0][0]) * (y - ring[0][1]);
}, 0) / 2;
function area(coverage, code) {
  const { geometry } = coverage.feature(code);
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flat().reduce((sum, ring) => sum + ringArea(ring.slice(0, -1)), 0);
}
const near = (a, b, within = 1e-9) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);
const points = (coverage, code) => new Set(JSON.stringify(coverage.feature(code).geometry.coordinates).match(/\[-?[\d.e-]+,-?[\d.e-]+\]/g));
const has = (coverage, code, point) => points(coverage, code).has(JSON.stringify(point));
const vertex = (coverage, x, y) => coverage.planar.nearestVertex(x, y, 1e-6);
const edge = (coverage, x, y) => coverage.planar.nearestEdge(x, y, 1e-6).edge;
const refused = (reason) => (error) => error instanceof Refusal && error.reason === reason;
const whole = (coverage) => JSON.stringify([...coverage.districts.keys()].toSorted().map((code) => [code, area(coverage, code), [...points(coverage, code)].toSorted(), coverage.feature(code).properties]));

test('a vertex that two beats share moves for both, and for their precinct', () => {
  const coverage = pair();
  const codes = moveTo(coverage, vertex(coverage, 1, 0), 1.2, -0.1);
  assert.deepEqual([...codes].toSorted(), ['A', 'B', 'P']);
  for (const code of ['A', 'B', 'P']) assert.ok(has(coverage, code, [1.2, -0.1]), code);
  near(area(coverage, 'A') + area(coverage, 'B'), area(coverage, 'P'));
});

test('an edge moves as a whole', () => {
  const coverage = pair();
  const { u, v } = edge(coverage, 1, 0.5);
  move(coverage, [u, v], 0.25, 0);
  near(area(coverage, 'A'), 1.25);
  near(area(coverage, 'B'), 0.75);
  near(area(coverage, 'P'), 2);
});

test('the beats of somebody else are not touched', () => {
  const coverage = four();
  const codes = moveTo(coverage, vertex(coverage, 1, 0), 1.1, 0);
  assert.deepEqual(coverage.unsaved(), { upsert: [...codes].toSorted(), remove: [] });
  assert.ok(!codes.has('C') && !codes.has('Q'));
});

test('a new vertex is there for all who run along the edge', () => {
  const coverage = pair();
  const { id } = insertVertex(coverage, edge(coverage, 1, 0.4), 1, 0.4);
  moveTo(coverage, id, 0.8, 0.4);
  near(area(coverage, 'A') + area(coverage, 'B'), 2);
  assert.ok(area(coverage, 'A') < 1);
});

test('a vertex is deleted for all, and not where three meet', () => {
  const coverage = pair();
  const { id } = insertVertex(coverage, edge(coverage, 1, 0.4), 1, 0.4);
  moveTo(coverage, id, 0.8, 0.4);
  deleteVertex(coverage, id);
  near(area(coverage, 'A'), 1);
  assert.throws(() => deleteVertex(coverage, vertex(coverage, 1, 0)), refused('junction'));
});

test('a change that makes edges cross is refused, and nothing of it stays', () => {
  const coverage = pair();
  const before = whole(coverage);
  assert.throws(() => moveTo(coverage, vertex(coverage, 0, 0), 1.5, 0.5), refused('crossing'));
  assert.equal(whole(coverage), before);
  assert.equal(coverage.canUndo(), false);
});

test('everything can be undone and done again', () => {
  const coverage = four();
  const states = [whole(coverage)];
  const steps = [
    () => moveTo(coverage, vertex(coverage, 1, 1), 1.1, 1.05),
    () => insertVertex(coverage, edge(coverage, 0.5, 0), 0.5, 0),
    () => split(coverage, 'A', [[0.5, -1], [0.5, 3]], { code: 'A2', level: 'beat', parent: 'P', name: {} }),
    () => merge(coverage, 'B', 'D'),
    () => describe(coverage, 'A2', { name: { uk: 'Нова' } }),
  ];
  for (const step of steps) { step(); states.push(whole(coverage)); }
  assert.equal(new Set(states).size, states.length);
  for (const state of states.slice(0, -1).toReversed()) { coverage.undo(); assert.equal(whole(coverage), state); }
  assert.equal(coverage.undo(), null);
  assert.deepEqual(coverage.unsaved(), { upsert: [], remove: [] });
  for (const state of states.slice(1)) { coverage.redo(); assert.equal(whole(coverage), state); }
  assert.equal(coverage.redo(), null);
});

test('what is unsaved follows undo, saving and another branch', () => {
  const coverage = four();
  moveTo(coverage, vertex(coverage, 0, 0), -0.1, 0);
  coverage.saving()();
  assert.deepEqual(coverage.unsaved().upsert, []);
  coverage.undo();
  assert.deepEqual(coverage.unsaved().upsert, ['A', 'P']);
  moveTo(coverage, vertex(coverage, 2, 2), 2.1, 2);
  assert.deepEqual(coverage.unsaved().upsert, ['A', 'D', 'P', 'Q']);
  coverage.undo();
  assert.deepEqual(coverage.unsaved().upsert, ['A', 'P']);
});

test('what is done while saving stays unsaved', () => {
  const coverage = four();
  moveTo(coverage, vertex(coverage, 0, 0), -0.1, 0);
  const saved = coverage.saving();
  merge(coverage, 'C', 'D');
  saved();
  assert.deepEqual(coverage.unsaved(), { upsert: ['C'], remove: ['D'] });
});

test('a beat is split by a line; its neighbours get the new corners', () => {
  const coverage = four();
  split(coverage, 'A', [[-1, 0.6], [0.5, 0.7], [3, 0.6]], { code: 'A2', level: 'beat', parent: 'P', name: {} });
  near(area(coverage, 'A') + area(coverage, 'A2'), 1);
  assert.ok(area(coverage, 'A') > area(coverage, 'A2'), 'the larger keeps the code');
  assert.equal(coverage.feature('A2').geometry.type, 'Polygon');
  near(area(coverage, 'B'), 1);
  const shared = [...points(coverage, 'A')].filter((each) => points(coverage, 'A2').has(each));
  assert.equal(shared.length, 3);
  const onB = shared.filter((each) => points(coverage, 'B').has(each));
  assert.equal(onB.length, 1);
  const id = coverage.planar.nearestVertex(...JSON.parse(onB[0]), 1e-9);
  assert.deepEqual([...moveTo(coverage, id, 1.05, 0.65)].toSorted(), ['A', 'A2', 'B']);
});

test('a split from vertex to vertex adds nothing to the border', () => {
  const coverage = pair();
  split(coverage, 'A', [[0, 0], [1, 1]], { code: 'A2', level: 'beat', parent: 'P', name: {} });
  near(area(coverage, 'A'), 0.5);
  near(area(coverage, 'A2'), 0.5);
  assert.equal(points(coverage, 'P').size, 6);
});

test('a line through a hole splits on both its sides', () => {
  const coverage = createCoverage([beat('A', square(0, 0, 3), null, [square(1, 1)])]);
  assert.equal(area(coverage, 'A'), 8);
  split(coverage, 'A', [[-1, 1.5], [4, 1.5]], { code: 'N', level: 'beat', parent: null, name: {} });
  near(area(coverage, 'A'), 4);
  near(area(coverage, 'N'), 4);
  assert.equal(coverage.feature('A').geometry.coordinates.length, 1);
});

test('a hole stays with the side it is in', () => {
  const coverage = createCoverage([beat('A', square(0, 0, 3), null, [square(1, 1)])]);
  split(coverage, 'A', [[2.5, -1], [2.5, 4]], { code: 'N', level: 'beat', parent: null, name: {} });
  near(area(coverage, 'A'), 6.5);
  near(area(coverage, 'N'), 1.5);
  assert.equal(coverage.feature('A').geometry.coordinates.length, 2);
});

test('a line across a horseshoe leaves two arms in one new district', () => {
  const coverage = createCoverage([beat('U', [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]])]);
  split(coverage, 'U', [[-1, 2], [4, 2]], { code: 'N', level: 'beat', parent: null, name: {} });
  near(area(coverage, 'U'), 5);
  near(area(coverage, 'N'), 2);
  assert.equal(coverage.feature('N').geometry.type, 'MultiPolygon');
});

test('a line that does not part the beat is refused', () => {
  const properties = { code: 'N', level: 'beat', parent: 'P', name: {} };
  for (const line of [[[0.5, -1], [0.5, 0.5]], [[5, 5], [6, 6]], [[0.2, 0.2], [0.8, 0.8]], [[0, 0], [0, 1]]]) {
    const coverage = pair();
    const before = whole(coverage);
    assert.throws(() => split(coverage, 'A', line, properties), refused('line_misses'));
    assert.equal(whole(coverage), before);
  }
  assert.throws(() => split(pair(), 'A', [[-1, 0.2], [2, 0.2], [2, 3], [0.5, 3], [0.5, -1]], properties), refused('line_crosses_itself'));
  assert.throws(() => split(pair(), 'A', [[0.5, -1], [0.5, 2]], { ...properties, code: 'B' }), refused('code_taken'));
  assert.throws(() => split(pair(), 'P', [[0.5, -1], [0.5, 2]], properties), refused('has_beats'));
});

test('a line into a hole only is refused', () => {
  const coverage = createCoverage([beat('A', square(0, 0, 3), null, [square(1, 1)])]);
  assert.throws(() => split(coverage, 'A', [[-1, 1.5], [1.5, 1.5]], { code: 'N', level: 'beat', parent: null, name: {} }), refused('line_misses'));
});

test('two neighbours become one, without what parted them', () => {
  const coverage = pair();
  insertVertex(coverage, edge(coverage, 1, 0.4), 1, 0.4);
  merge(coverage, 'A', 'B');
  near(area(coverage, 'A'), 2);
  assert.equal(coverage.has('B'), false);
  assert.ok(!has(coverage, 'A', [1, 0.4]));
  assert.deepEqual(coverage.unsaved(), { upsert: ['A'], remove: ['B'] });
});

test('a ring of beats round another leaves a hole when merged', () => {
  const ring = [beat('W', [[0, 0], [1, 1], [1, 2], [0, 3]]), beat('S', [[0, 0], [3, 0], [2, 1], [1, 1]]), beat('E', [[3, 0], [3, 3], [2, 2], [2, 1]]), beat('N', [[0, 3], [1, 2], [2, 2], [3, 3]]), beat('M', square(1, 1))];
  const coverage = createCoverage(ring);
  for (const other of ['S', 'E', 'N']) merge(coverage, 'W', other);
  near(area(coverage, 'W'), 8);
  assert.equal(coverage.feature('W').geometry.coordinates.length, 2);
  near(area(coverage, 'M'), 1);
});

test('a merge over a precinct border moves that border too', () => {
  const coverage = four();
  merge(coverage, 'A', 'C');
  near(area(coverage, 'P'), 3);
  near(area(coverage, 'Q'), 1);
  assert.throws(() => merge(coverage, 'A', 'D'), refused('last_beat'));
});

test('those who do not meet are not merged', () => {
  assert.throws(() => merge(four(), 'A', 'D'), refused('not_neighbours'));
  assert.throws(() => merge(four(), 'A', 'P'), refused('other_level'));
});

test('a beat given to another precinct takes its ground along', () => {
  const coverage = four();
  describe(coverage, 'B', { parent: 'Q' });
  near(area(coverage, 'P'), 1);
  near(area(coverage, 'Q'), 3);
  coverage.undo();
  near(area(coverage, 'P'), 2);
});

test('merged precincts keep all their beats', () => {
  const coverage = four();
  merge(coverage, 'P', 'Q');
  near(area(coverage, 'P'), 4);
  assert.deepEqual(coverage.beatsOf('P').toSorted(), ['A', 'B', 'C', 'D']);
});

test('a gap is closed by putting a vertex onto another, or onto an edge', () => {
  const coverage = createCoverage([beat('A', square(0, 0)), beat('B', [[1.1, 0], [2, 0], [2, 1], [1.1, 1]])]);
  weld(coverage, vertex(coverage, 1.1, 0), vertex(coverage, 1, 0));
  weldToEdge(coverage, vertex(coverage, 1.1, 1), edge(coverage, 1, 0.9), 1, 0.9);
  assert.deepEqual([...moveTo(coverage, vertex(coverage, 1, 0), 0.9, 0)].toSorted(), ['A', 'B']);
  assert.deepEqual([...moveTo(coverage, vertex(coverage, 1, 0.9), 0.9, 0.9)].toSorted(), ['A', 'B']);
});

test('a vertex is pulled out of an edge in one step', () => {
  const coverage = pair();
  const { id, codes } = pull(coverage, edge(coverage, 1, 0.5), { x: 0.7, y: 0.5 });
  assert.deepEqual([...codes].toSorted(), ['A', 'B']);
  near(area(coverage, 'A'), 0.85);
  near(area(coverage, 'A') + area(coverage, 'B'), 2);
  assert.equal(vertex(coverage, 0.7, 0.5), id);
  assert.throws(() => pull(coverage, edge(coverage, 1.5, 0), { x: 0.5, y: 0.9 }), refused('crossing'));
  coverage.undo();
  assert.deepEqual(coverage.unsaved(), { upsert: [], remove: [] });
  assert.equal(coverage.canUndo(), false);
});

test('an edge is pulled onto a neighbour that stands apart', () => {
  const coverage = createCoverage([beat('A', square(0, 0)), beat('B', [[1.2, 0.5], [2, 0], [2, 1]])]);
  const { id } = pull(coverage, edge(coverage, 1, 0.5), { x: 1.2, y: 0.5, vertex: vertex(coverage, 1.2, 0.5) });
  assert.deepEqual([...moveTo(coverage, id, 1.1, 0.5)].toSorted(), ['A', 'B']);
});

test('a beat cannot be pinched into a figure of eight', () => {
  const coverage = createCoverage([beat('A', [[0, 0], [1, 0], [2, 0], [2, 1], [1, 0.5], [0, 1]])]);
  assert.throws(() => weld(coverage, vertex(coverage, 1, 0.5), vertex(coverage, 1, 0)), refused('pinch'));
});

const city = process.env.BEATWAY_TEST_CITY;
test('a whole city shares its edges everywhere', { skip: !city }, () => {
  const features = JSON.parse(readFileSync(city, 'utf8')).features;
  const coverage = createCoverage(features);
  const total = () => [...coverage.districts.keys()].reduce((sum, code) => sum + area(coverage, code), 0);
  const before = total();
  let shared = 0;
  const { planar } = coverage;
  const busy = planar.links.map((links, id) => ({ id, owners: new Set([...planar.ringsAt(id)].map(coverage.ownerOf)).size })).filter(({ owners }) => owners > 1);
  for (let step = 0; step < 200; step += 1) {
    const { id } = busy[(step * 7919) % busy.length];
    try {
      if (moveTo(coverage, id, planar.xs[id] + 1e-6, planar.ys[id] + 1e-6).size > 1) shared += 1;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  assert.ok(shared > 190, `${shared} moved for several`);
  while (coverage.undo());
  near(total(), before, 1e-12);
  // Every two neighbours can be merged, and come apart again.
  const codes = [...coverage.districts.keys()].slice(0, 30);
  for (const code of codes) {
    const rids = new Set(coverage.ringsOf(code));
    const there = coverage.edgesOfDistrict(code).map(([u, v]) => planar.edgeOf(u, v).rings.find((rid) => !rids.has(rid))).find((rid) => rid !== undefined);
    if (there === undefined) continue;
    const other = coverage.ownerOf(there);
    const sum = area(coverage, code) + area(coverage, other);
    merge(coverage, code, other);
    near(area(coverage, code), sum, 1e-12);
    coverage.undo();
  }
  near(total(), before, 1e-12);
  assert.deepEqual(coverage.unsaved(), { upsert: [], remove: [] });
});
