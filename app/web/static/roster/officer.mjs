/** An officer: what the register says, postings, and coming or going in their stead. */

import { ask } from '../api.mjs';
import { choice, labelled, once } from '../boundaries/kit.mjs';
import { h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { dialogueOpen, wideDialogue } from './dialogues.mjs';
import { editEntry } from './entry.mjs';
import { dutyWords, entryWords, momentWords, periodWords } from './words.mjs';

/**
 * @param {import('./page.mjs').App} app
 * @param {any} one null for a new one
 */
export async function editOfficer(app, one) {
  if (dialogueOpen()) return;
  if (!app.mayEdit()) { await show(app, one); return; }
  const { week } = app.store.get();
  /** @type {any} */
  const then = await wideDialogue((close) => {
    const field = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ props = {}) => /** @type {HTMLInputElement} */ (h('input', { type: 'text', maxlength: 200, autocomplete: 'off', value: one?.[name] ?? '', ...props }));
    const code = field('code', { maxlength: 64, required: true, pattern: '[^\\/\\\\]+', disabled: Boolean(one) });
    const name = field('name', { required: true });
    const rank = field('rank');
    const reception = field('reception');
    const phone = field('phone', { type: 'tel', inputmode: 'tel' });
    const limit = field('load_limit', { type: 'number', min: 1, max: 100_000, step: 1 });
    const precinct = choice(week.precincts.map((/** @type {any} */ each) => ({ value: each.code, words: nameOf(each) })), week.precinct.code);
    const active = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: one?.active ?? true }));
    const fault = h('p.fault', { role: 'alert' });
    const save = h('button.primary', { type: 'submit' }, t(one ? 'r.save' : 'r.add_officer'));

    async function saved() {
      fault.textContent = '';
      const facts = {
        name: name.value, precinct: precinct.value, rank: rank.value.trim() || null, reception: reception.value.trim() || null,
        phone: phone.value.trim() || null, load_limit: limit.value ? Number(limit.value) : null, active: active.checked,
      };
      const headers = one ? { 'If-Match': `"${one.tag}"` } : { 'If-None-Match': '*' };
      try {
        await app.busy('r.busy.save', ask('PUT', `/officers/${encodeURIComponent(code.value.trim())}`, { body: facts, headers }));
        close({ words: t(one ? 'r.done.officer_changed' : 'r.done.officer_added', { name: facts.name }) });
      } catch (error) {
        fault.textContent = app.words(error);
        app.load();
      }
    }

    return {
      title: one ? one.name : t('r.officer.new'),
      focus: one ? name : code,
      body: [
        one && dutyPart(app, one, (words) => close({ words, undo: false })),
        one && postingsPart(app, one, (entry) => close({ entry })),
        h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); once(save, saved); } },
          h('h3', {}, t('r.officer.facts')),
          h('div.fields', {},
            labelled(t('r.officer.code'), code), labelled(t('r.officer.name'), name), labelled(t('r.officer.rank'), rank),
            labelled(t('r.precinct'), precinct),
            labelled(t('r.officer.reception'), reception, t('r.officer.reception_hint')),
            labelled(t('r.officer.phone'), phone, t('r.officer.phone_hint')),
            labelled(t('r.officer.limit'), limit, t('r.officer.limit_hint'))),
          h('label.check', {}, active, t('r.officer.active')),
          fault,
          h('div.buttons', {}, save, h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))),
      ],
    };
  });
  if (!then) return;
  if (then.entry) { await editEntry(app, { table: 'postings', officer: one.code, ...then.entry }); return; }
  await app.load();
  app.tell(then.words, 'info', then.undo !== false);
}

/**
 * @param {import('./page.mjs').App} app
 * @param {any} one
 * @param {(words: string) => void} done
 */
function dutyPart(app, one, done) {
  if (!one.active) return null;
  const on = one.duty === 'on';
  const fault = h('p.fault', { role: 'alert' });
  const tap = h('button', { type: 'button', onclick: () => once(tap, tapped) }, t(on ? 'r.duty.off' : 'r.duty.on'));
  async function tapped() {
    fault.textContent = '';
    try {
      await app.busy('r.busy.save', ask('POST', '/duty', { body: { officer: one.code, on_duty: !on } }));
      done(t(on ? 'r.done.went' : 'r.done.came', { name: one.name }));
    } catch (error) {
      fault.textContent = app.words(error);
    }
  }
  return h('section.officer-duty', {}, h('p', {}, h(`span.duty-word.duty-${one.duty}`, {}, dutyWords(one.duty)), h('span.quiet', {}, ` · ${t('r.load', { n: one.open_reports })}`)), tapsLine(app, one), tap, fault);
}

/** @param {import('./page.mjs').App} app @param {any} one */
function tapsLine(app, one) {
  if (!one.taps.length) return null;
  return h('p.quiet', {}, one.taps.slice(-6).map((/** @type {any} */ tap) => t(tap.on_duty ? 'r.truth.came' : 'r.truth.went', { at: momentWords(tap.at, app.zone()) })).join(' '));
}

/**
 * @param {import('./page.mjs').App} app
 * @param {any} one
 * @param {(entry: any) => void} edit
 */
function postingsPart(app, one, edit) {
  const words = (/** @type {any} */ each) => `${entryWords('postings', each)} · ${periodWords(each, app.zone())}`;
  return h('section', {}, h('h3', {}, t('r.officer.postings')),
    one.postings.length > 0
      ? h('ul.posting-list', {}, one.postings.map((/** @type {any} */ each) => h('li', {}, app.mayEdit() ? h('button', { type: 'button', onclick: () => edit({ entry: each }) }, words(each)) : words(each))))
      : h('p.quiet', {}, t('r.officer.no_postings')),
    app.mayEdit() && app.store.get().week.beats.length > 0 && h('button', { type: 'button', onclick: () => edit({}) }, t('r.officer.post')));
}

/**
 * For whoever only reads.
 * @param {import('./page.mjs').App} app
 * @param {any} one
 */
function show(app, one) {
  return wideDialogue((close) => {
    const done = h('button.primary', { type: 'button', onclick: () => close(null) }, t('close'));
    const fact = (/** @type {string} */ key, /** @type {string | null} */ value) => value && [h('dt', {}, t(key)), h('dd', {}, value)];
    return {
      title: one.name,
      focus: done,
      body: [
        h('p', {}, h(`span.duty-word.duty-${one.duty}`, {}, dutyWords(one.duty))), tapsLine(app, one),
        h('dl.facts', {}, fact('r.officer.rank', one.rank), fact('r.officer.reception', one.reception), one.phone && [h('dt', {}, t('r.officer.phone')), h('dd', {}, h('a', { href: `tel:${one.phone.replace(/[^+\d]/g, '')}` }, one.phone))]),
        postingsPart(app, one, () => {}),
        h('div.buttons', {}, done),
      ],
    };
  });
}
