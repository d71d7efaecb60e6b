/** The page for categories and the rules of triage. */

import { ApiError, get } from '../api.mjs';
import { byId, fill } from '../dom.mjs';
import { nameOf } from '../i18n.mjs';
import { createPlainPage } from '../plain-page.mjs';
import { createDraft } from './draft.mjs';
import { createForm, faultWords } from './form.mjs';
import { createLearning } from './learning.mjs';
import { createSaving } from './saving.mjs';
import { createTrying } from './trying.mjs';
import { createVersions } from './versions.mjs';

/**
 * What is edited: the draft beside the version it was made from.
 * @type {{version: number, mayEdit: boolean, saved: any, draft: any, faults: {where: string, what: string, text: string}[]}}
 */
const state = { version: 0, mayEdit: false, saved: null, draft: null, faults: [] };

const { isDirty, mayLeave } = createDraft(state);
const page = createPlainPage({
  words: 'tr', parts: ['boundaries', 'triage', 'incidents'], roles: ['admin', 'desk', 'leader'], load, draw, mayLeave,
});

const app = {
  ...page,
  state,
  isDirty,
  path: '/triage',
  /** @param {{where: string, what: string, text: string}} fault */
  faultLine: (fault) => [nameOf({ code: fault.where, name: state.draft.categories.find((/** @type {any} */ one) => one.code === fault.where)?.names }), faultWords(fault)].filter(Boolean).join(': '),
  /** @param {string} field */
  whose: (field) => state.draft.categories[Number(/categories\.(\d+)/.exec(field)?.[1])]?.code ?? '',
  /** Something was typed: what stands about it beside the fields has to be true again. */
  changed() { saving.draw(); },
  /** @param {{where: string, what: string, text: string}[]} faults */
  showFaults(faults) {
    state.faults = faults;
    form.drawFaults();
    saving.draw();
  },
  /** @param {any} answer a version with its rules */
  take(answer) {
    use(answer);
    draw();
  },
  async load() { app.take(await app.busy(get('/triage/rules'))); },
  /** @param {unknown} error */
  failed(error) {
    if (error instanceof ApiError && error.problem.faults) app.showFaults(error.problem.faults);
    else page.failed(error);
  },
  refreshVersions: () => versions.load(),
};

/** @typedef {typeof app} App */

const form = createForm(app);
const trying = createTrying(app);
const versions = createVersions(app);
const learning = createLearning(app);
const saving = createSaving(app, byId('save-bar'));

/** @param {any} answer a version with its rules */
function use(answer) {
  Object.assign(state, { version: answer.version, mayEdit: answer.may_edit, saved: answer.rules, draft: structuredClone(answer.rules), faults: [] });
}

async function load() {
  try {
    use(await get('/triage/rules'));
    Promise.all([versions.load(), learning.load()]).catch(app.failed);
  } catch (error) {
    app.failed(error);
  }
}

function draw() {
  if (!state.draft) return;
  trying.draw();
  form.draw();
  versions.draw();
  learning.draw();
  saving.draw();
  fill(byId('body'), trying.node, form.node, versions.node, learning.node);
}

page.start();
