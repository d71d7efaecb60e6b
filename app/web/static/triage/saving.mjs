/** The bar that says what is not saved yet, and saves it as a new version. */

import { ApiError, ask } from '../api.mjs';
import { actionButton, confirmed } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';

/** @typedef {{where: string, what: string, text: string}} Fault */

/**
 * What it needs of a page whose draft becomes a version.
 * @typedef {object} Saved
 * @property {{version: number, mayEdit: boolean, saved: any, draft: any, faults: Fault[]}} state
 * @property {string} path of the versions' API
 * @property {() => boolean} isDirty
 * @property {(fault: Fault) => string} faultLine
 * @property {(field: string) => string} whose code of what a field belongs to, as in `rules.categories.3.priority`
 * @property {<T>(work: Promise<T>) => Promise<T>} busy
 * @property {(answer: any) => void} take
 * @property {(text: string) => void} tell
 * @property {(faults: Fault[]) => void} showFaults
 * @property {(error: unknown) => void} failed
 * @property {() => Promise<void>} load
 * @property {() => Promise<void>} refreshVersions
 */

/**
 * @param {Saved} app
 * @param {HTMLElement} bar
 */
export function createSaving(app, bar) {
  const { state } = app;
  const note = /** @type {HTMLInputElement} */ (h('input', { id: 'note', type: 'text', maxlength: 300, autocomplete: 'off' }));
  /** Of a version that somebody else has put in force meanwhile. @type {number | null} */
  let newer = null;
  let drawn = '';

  function draw() {
    const isDirty = Boolean(state.draft) && app.isDirty();
    bar.hidden = !state.mayEdit || (!isDirty && !state.faults.length);
    const key = JSON.stringify([bar.hidden, newer, state.faults, document.documentElement.lang]);
    // A field that is being typed in must not be made anew.
    if (key === drawn) return;
    drawn = key;
    note.setAttribute('aria-label', t('tr.note'));
    note.placeholder = t('tr.note');
    fill(bar,
      newer !== null && h('div.note.warn', { role: 'alert' }, h('p', {}, t('tr.conflict', { n: newer })),
        h('div.buttons', {},
          actionButton('button', t('tr.take_theirs'), theirs, { id: 'take-theirs' }),
          actionButton('button', t('tr.keep_mine'), () => save(newer ?? state.version), { id: 'keep-mine' }))),
      state.faults.length > 0 && h('div.note.warn', { role: 'alert' }, h('p', {}, h('strong', {}, t('tr.faults', { n: state.faults.length }))),
        h('ul', {}, state.faults.slice(0, 5).map((each) => h('li', {}, h('button.link', { type: 'button', onclick: () => showFault(each.where) }, app.faultLine(each)))))),
      h('div.save-line', {}, h('span.quiet', {}, t('tr.unsaved')), note,
        actionButton('button', t('tr.discard'), discard, { id: 'discard' }),
        actionButton('button.primary', t('tr.save'), () => save(state.version), { id: 'save' })));
  }

  /** @param {string} where */
  function showFault(where) {
    const found = /** @type {HTMLDetailsElement | null} */ (document.querySelector(`details[data-code="${CSS.escape(where || 'whole')}"]`));
    if (!found) return;
    found.hidden = false;
    found.open = true;
    found.scrollIntoView({ block: 'start' });
  }

  /** @param {number} basedOn */
  async function save(basedOn) {
    try {
      const body = { based_on: basedOn, rules: state.draft, ...(note.value.trim() ? { note: note.value.trim() } : {}) };
      const saved = await app.busy(ask('POST', `${app.path}/versions`, { body }));
      newer = null;
      note.value = '';
      app.take(saved);
      app.tell(t('tr.saved', { n: saved.version }));
      await app.refreshVersions();
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) { newer = error.problem.in_force; draw(); return; }
      if (error instanceof ApiError && error.problem.errors) {
        app.showFaults(error.problem.errors.map((/** @type {any} */ each) => ({ where: app.whose(each.field), what: 'shape', text: `${each.field}: ${each.detail}` })));
        return;
      }
      app.failed(error);
    }
  }

  async function theirs() {
    newer = null;
    await app.load().catch(app.failed);
    await app.refreshVersions();
  }

  async function discard() {
    if (!await confirmed({ title: t('tr.leave_title'), text: t('tr.leave_text'), yes: t('tr.discard'), danger: true })) return;
    newer = null;
    app.take({ version: state.version, may_edit: state.mayEdit, rules: state.saved, broken: null });
  }

  return { draw };
}
