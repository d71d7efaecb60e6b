/** What may be done with a set: propose, approve, put in force, go back, throw away. */

import { ApiError } from '../api.mjs';
import { h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { actionButton, actorName, areaWords, confirmed, dateWords, dialogue, failureWords, labelled, say } from './kit.mjs';
import { waiting } from './list.mjs';
import { sets, stateOf } from './sets.mjs';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * @param {any} set
 * @param {import('./page.mjs').App} app
 * @param {{changed: (set?: any) => Promise<void>, fail: (words: string, error?: unknown) => void, onrepaired: () => void}} listeners `onrepaired`: show what was moved
 */
export function stepsOf(set, app, { changed, fail, onrepaired }) {
  const state = stateOf(set);
  const errors = set.problems?.error ?? 0;
  const inForce = app.inForce();
  const outdated = isOutdated(set, inForce);

  /** @param {() => Promise<any>} work @param {string} done */
  async function run(work, done) {
    try {
      const answer = await app.busy('b.busy.step', work());
      say(t(done));
      app.tell(t(done));
      await changed(answer);
    } catch (error) {
      fail(failureWords(error), error);
      if (error instanceof ApiError && error.status === 409) await changed();
    }
  }

  /** @param {string} name @param {'propose' | 'withdraw' | 'approve' | 'rebase'} step @param {boolean} [primary] */
  const plain = (name, step, primary = false) => actionButton(primary ? 'button.primary' : 'button', t(name), () => run(() => sets.step(set.id, step), `b.done.${step}`), { data: { step } });

  if (!app.mayEdit()) return { buttons: [], notes: notesFor([]) };
  const buttons = [];
  const notes = [];
  if (state === 'draft') {
    buttons.push(h('a.button', { href: `#${set.id}/edit`, data: { step: 'edit' } }, t('b.step.edit')));
    if (errors) notes.push(t('b.note.errors_block', { n: errors }));
    else if (!outdated) buttons.unshift(plain('b.step.propose', 'propose', true));
  }
  if (state === 'proposed') {
    if (!set.may_approve) notes.push(t('b.note.second_person'));
    else if (!outdated) buttons.push(plain('b.step.approve', 'approve', true));
    buttons.push(plain('b.step.withdraw', 'withdraw'));
  }
  if (outdated && state !== 'approved') {
    notes.push(t('b.note.outdated', { id: set.based_on, now: inForce.id }));
    buttons.unshift(plain('b.step.rebase', 'rebase', state === 'draft'));
  }
  if (state === 'approved') {
    const back = set.was_in_force;
    buttons.push(actionButton('button.primary', t(back ? 'b.step.rollback' : 'b.step.activate'), () => activate(back), { data: { step: back ? 'rollback' : 'activate' } }));
    if (outdated && !back) notes.push(t('b.note.outdated', { id: set.based_on, now: inForce.id }));
    if (outdated && !back) buttons.push(plain('b.step.rebase', 'rebase'));
  }
  if (state === 'in_force' || state === 'approved') buttons.push(actionButton('button', t('b.step.copy'), copy, { data: { step: 'copy' } }));
  if (state === 'draft') buttons.push(actionButton('button.danger-quiet', t('b.step.delete'), remove, { data: { step: 'delete' } }));
  return { buttons, notes: notesFor(notes) };

  /** @param {string[]} words */
  function notesFor(words) {
    const failed = (set.scheduled ?? []).filter((/** @type {any} */ each) => each.state === 'failed');
    const conflicts = (set.conflicts ?? []).map((/** @type {any} */ each) => each.code);
    return [
      set.repair && h('div.note', {}, h('p', {}, set.repair.moved_m2 > 0 ? t('b.note.repaired', { area: areaWords(set.repair.moved_m2) }) : t('b.note.repaired_nothing')),
        set.repair.moved_m2 > 0 && app.map() && h('button', { type: 'button', onclick: onrepaired }, t('b.note.repaired_show'))),
      conflicts.length > 0 && h('p.note.warn', {}, t('b.note.rebased', { list: conflicts.join(', ') })),
      ...words.map((each) => h('p.note.warn.step-note', {}, each)),
      ...waiting(set).map((each) => h('div.note', {}, h('p', {}, t('b.note.scheduled', { at: dateWords(each.at), by: actorName(each.by) })),
        app.mayEdit() && actionButton('button', t('b.step.unschedule'), () => run(() => sets.cancel(set.id, each.id), 'b.done.unschedule'), { data: { step: 'unschedule' } }))),
      ...failed.slice(0, 1).map((/** @type {any} */ each) => h('p.note.warn', {}, t('b.note.schedule_failed', { at: dateWords(each.at), why: each.error ?? '' }))),
    ];
  }

  /** @param {boolean} back to what was in force before */
  async function activate(back) {
    const wish = await dialogue((close) => {
      const soon = localInput(new Date(Date.now() + HOUR_MS));
      const at = /** @type {HTMLInputElement} */ (h('input', { type: 'datetime-local', value: soon, min: localInput(new Date(Date.now() + MINUTE_MS)), required: true, disabled: true }));
      const now = /** @type {HTMLInputElement} */ (h('input', { type: 'radio', name: 'when', checked: true, onchange: () => { at.disabled = true; } }));
      const later = /** @type {HTMLInputElement} */ (h('input', { type: 'radio', name: 'when', onchange: () => { at.disabled = false; at.focus(); } }));
      const yes = h('button.primary', { type: 'submit' }, t(back ? 'b.step.rollback' : 'b.step.activate'));
      return {
        title: t(back ? 'b.activate.back_title' : 'b.activate.title', { label: set.label }), focus: yes,
        body: h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); close(later.checked ? { at: new Date(at.value).toISOString() } : {}); } },
          h('p.quiet', {}, t(back ? 'b.activate.back_text' : 'b.activate.text')),
          h('label.check', {}, now, t('b.activate.now')), h('label.check', {}, later, t('b.activate.later')),
          labelled(t('b.activate.when'), at, t('b.activate.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })),
          h('div.buttons', {}, yes, h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))),
      };
    });
    if (!wish) return;
    await run(() => sets.step(set.id, 'activate', { ...wish, ...(back ? { rollback: true } : {}) }), wish.at ? 'b.done.schedule' : back ? 'b.done.rollback' : 'b.done.activate');
  }

  async function copy() {
    const features = await app.busy('b.busy.districts', sets.districts(set.id)).catch((error) => { fail(failureWords(error)); return null; });
    if (!features) return;
    const form = new FormData();
    form.set('file', new Blob([JSON.stringify({ type: 'FeatureCollection', features })], { type: 'application/geo+json' }), `set-${set.id}.geojson`);
    form.set('label', t('b.step.copy_label', { label: set.label }));
    // What is copied from an older set would still follow the one in force.
    form.set('based_on', String(inForce?.id ?? set.id));
    form.set('keep', 'true');
    try {
      const made = await app.busy('b.busy.step', app.send('/boundary-sets', form));
      await app.loadSets();
      app.go(`#${made.id}/edit`);
    } catch (error) {
      fail(failureWords(error));
    }
  }

  async function remove() {
    if (!await confirmed({ title: t('b.delete.title', { label: set.label }), text: t('b.delete.text'), yes: t('b.step.delete'), danger: true })) return;
    try {
      await app.busy('b.busy.step', sets.remove(set.id));
      app.tell(t('b.done.delete'));
      await app.loadSets();
      app.go('#');
    } catch (error) {
      fail(failureWords(error));
    }
  }
}

/**
 * Whether others' changes have come into force since this set was begun.
 * @param {any} set
 * @param {any} inForce
 */
export const isOutdated = (set, inForce) => Boolean(inForce) && !set.in_force && set.based_on !== null && set.based_on !== undefined && set.based_on !== inForce.id;

/** @param {Date} at @returns {string} as the field for date and time wants it */
function localInput(at) {
  return new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}
