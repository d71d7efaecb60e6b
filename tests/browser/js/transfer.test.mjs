/** Reading the progress of an upload, however the network cuts it up. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createLines } from '../../../app/web/static/boundaries/transfer.mjs';

const SAID = [{ stage: 'reading', done: 1, total: 2 }, { stage: 'зберігаю', done: 2, total: 2 }, { status: 201, body: { id: 7 } }];
const TEXT = SAID.map((each) => JSON.stringify(each)).join('\n');

test('each line is told once, wherever the text is cut', () => {
  for (let cut = 0; cut <= TEXT.length; cut += 1) {
    const told = [];
    const lines = createLines((progress) => told.push(progress));
    lines.take(TEXT.slice(0, cut));
    assert.deepEqual(lines.end(TEXT), { status: 201, body: { id: 7 } });
    assert.deepEqual(told, SAID.slice(0, 2));
  }
});

test('an answer that was cut off has no outcome', () => {
  const lines = createLines(() => {});
  assert.equal(lines.end(`${JSON.stringify(SAID[0])}\n`), null);
});
