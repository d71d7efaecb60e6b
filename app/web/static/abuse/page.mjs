/** The page of people who are rude or write without end: what is laid on them, and lifting it. */

import { get } from '../api.mjs';
import { byId, fill } from '../dom.mjs';
import { createPlainPage } from '../plain-page.mjs';
import { createPeople } from './people.mjs';

const LOOK_MS = 30_000;

/** @type {{people: any[]}} */
const state = { people: [] };
const page = createPlainPage({ words: 'mn', parts: ['boundaries', 'services'], roles: ['admin', 'desk'], load, draw });
const app = { state, ...page };
/** @typedef {typeof app} App */

const people = createPeople(app);

async function load() {
  Object.assign(state, await get('/conduct'));
}

function draw() {
  people.draw();
  fill(byId('body'), people.node);
}

page.start();
// Whoever is reading somebody's history is not disturbed.
setInterval(() => { if (!document.hidden && page.me() && !people.isOpen()) load().then(draw).catch(() => {}); }, LOOK_MS);
