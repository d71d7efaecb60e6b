/** The page of services that are not the police: who they are, where, and bringing them in. */

import { get } from '../api.mjs';
import { byId, fill } from '../dom.mjs';
import { createPlainPage } from '../plain-page.mjs';
import { createImport } from './import.mjs';
import { createList } from './list.mjs';
import { createTrying } from './trying.mjs';

/** @type {{services: any[], kinds: any[], categories: any[], mayEdit: boolean, retired: boolean}} */
const state = { services: [], kinds: [], categories: [], mayEdit: false, retired: false };

const page = createPlainPage({
  words: 'sv', parts: ['boundaries', 'services'], roles: ['admin', 'desk', 'leader', 'gis'], load, draw,
});

const app = { state, ...page };
/** @typedef {typeof app} App */

const list = createList(app);
const trying = createTrying(app);
const bringing = createImport(app);

async function load() {
  const [found, { categories }] = await Promise.all([get(`/services?retired=${state.retired}`), get('/categories')]);
  Object.assign(state, { services: found.services, kinds: found.kinds, mayEdit: found.may_edit, categories });
}

function draw() {
  list.draw();
  trying.draw();
  if (state.mayEdit) bringing.draw();
  fill(byId('body'), list.node, trying.node, state.mayEdit && bringing.node);
}

page.start();
