/** The page for dispatch rules. */

import { ApiError, get } from '../api.mjs';
import { byId, fill } from '../dom.mjs';
import { createPlainPage } from '../plain-page.mjs';
import { createDraft } from '../triage/draft.mjs';
import { createSaving } from '../triage/saving.mjs';
import { createVersions } from '../triage/versions.mjs';
import { createList } from './list.mjs';
import { faultWords, loadNames, ruleName } from './names.mjs';
import { createTrying } from './trying.mjs';

/**
 * What is edited: the draft beside the version it was made from.
 * @type {{version: number, mayEdit: boolean, saved: any, draft: any, faults: {where: string, what: string, text: string}[],
 *   broken: {rule: string, what: string, text: string}[]}}
 */
const state = { version: 0, mayEdit: false, saved: null, draft: null, faults: [], broken: [] };

const { isDirty, mayLeave } = createDraft(state);
const page = createPlainPage({
  words: 'rl', busy: 'tr.busy', parts: ['boundaries', 'triage', 'rules'], roles: ['admin', 'desk', 'leader'], load, draw, mayLeave,
});

const app = {
  ...page,
  state,
  isDirty,
  path: '/dispatch-rules',
  /** @param {{where: string, what: string, text: string}} fault */
  faultLine: (fault) => {
    const rule = state.draft.rules.find((/** @type {any} */ one) => one.code === fault.where);
    return [rule && ruleName(rule), faultWords(fault)].filter(Boolean).join(': ');
  },
  /** @param {string} field */
  whose: (field) => state.draft.rules[Number(/rules\.rules\.(\d+)/.exec(field)?.[1])]?.code ?? '',
  /** Something was typed: what stands about it beside the fields has to be true again. */
  changed() { saving.draw(); },
  /** @param {{where: string, what: string, text: string}[]} faults */
  showFaults(faults) {
    state.faults = faults;
    list.drawFaults();
    saving.draw();
  },
  /** @param {any} answer a version with its rules */
  take(answer) {
    use(answer);
    draw();
  },
  async load() { app.take(await app.busy(get(app.path))); },
  /** @param {unknown} error */
  failed(error) {
    if (error instanceof ApiError && error.problem.faults) app.showFaults(error.problem.faults);
    else page.failed(error);
  },
  refreshVersions: () => versions.load(),
};

/** @typedef {typeof app} App */

const list = createList(app);
const trying = createTrying(app);
const versions = createVersions(app);
const saving = createSaving(app, byId('save-bar'));

/** @param {any} answer a version with its rules */
function use(answer) {
  // What is broken is known of what was saved; discarding does not mend it.
  Object.assign(state, { version: answer.version, mayEdit: answer.may_edit, saved: answer.rules, draft: structuredClone(answer.rules), faults: [], broken: answer.broken ?? state.broken });
}

async function load() {
  try {
    await loadNames();
    use(await get(app.path));
    versions.load().catch(app.failed);
  } catch (error) {
    app.failed(error);
  }
}

function draw() {
  if (!state.draft) return;
  list.draw();
  trying.draw();
  versions.draw();
  saving.draw();
  fill(byId('body'), list.node, trying.node, versions.node);
}

page.start();
