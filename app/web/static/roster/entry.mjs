/** The form of a shift, an absence or a posting: all that dragging can do, and more. */

import { ask } from '../api.mjs';
import { choice, dialogue, labelled, once } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { entryWords, periodWords } from './words.mjs';
import { instantsOf, laterDate, localOf } from './zone.mjs';

/** @typedef {'shifts' | 'leaves' | 'postings'} Table */

/** @type {Record<Table, string[]>} */
const KINDS = { shifts: ['duty', 'on_call'], leaves: ['vacation', 'sick', 'training', 'other'], postings: ['primary', 'deputy'] };
/** A shift that nobody has said more of. */
const BEGINS = '08:00';
const ENDS = '20:00';

/**
 * Add an entry, or change the one there is.
 * @param {import('./page.mjs').App} app
 * @param {{table?: Table, entry?: any, officer?: string, day?: string}} about
 */
export async function editEntry(app, { table = 'shifts', entry = null, officer = '', day = '' }) {
  const { week } = app.store.get();
  if (!app.mayEdit()) { if (entry) await show(app, table, entry, officer); return; }
  const zone = app.zone();
  const date = day || app.store.get().day || firstDay(week, zone);
  const words = await dialogue((close) => {
    const people = week.officers.filter((/** @type {any} */ each) => each.active || each.code === officer);
    const whose = choice(people.map((/** @type {any} */ each) => ({ value: each.code, words: each.name })), officer || people[0]?.code);
    const what = choice(Object.entries(KINDS).flatMap(([each, kinds]) => (entry && each !== table ? [] : kinds.map((kind) => ({ value: `${each} ${kind}`, words: kindWords(/** @type {Table} */ (each), kind) })))), `${table} ${entry?.kind ?? KINDS[table][0]}`, { onchange: changed });
    const beat = choice(week.beats.map((/** @type {any} */ each) => ({ value: each.code, words: `${each.code}: ${nameOf(each)}` })), entry?.beat ?? week.beats[0]?.code ?? '');
    beat.disabled = Boolean(entry);
    const since = timeField(zone, entry ? Date.parse(entry.since) : `${date}T${BEGINS}`);
    const until = timeField(zone, entry ? entry.until && Date.parse(entry.until) : table === 'shifts' ? `${date}T${ENDS}` : '');
    const fault = h('p.fault', { role: 'alert' });
    const beatField = labelled(t('r.entry.beat'), beat);
    const untilField = labelled(t('r.entry.until'), until.node, t('r.entry.until_hint'));
    const save = h('button.primary', { type: 'submit' }, t(entry ? 'r.save' : 'r.add'));
    const remove = entry && h('button.danger-quiet', { type: 'button', onclick: () => once(remove, removed) }, t('r.remove'));
    const chosen = () => /** @type {[Table, string]} */ (what.value.split(' '));

    function changed() {
      beatField.hidden = chosen()[0] !== 'postings';
    }

    async function saved() {
      fault.textContent = '';
      const [to, kind] = chosen();
      const from = since.value();
      const end = until.isEmpty() ? null : until.value();
      if (from === undefined || end === undefined) { fault.textContent = t('r.entry.no_time'); return; }
      if (end !== null && end <= from) { fault.textContent = t('r.entry.ends_before'); until.node.focus(); return; }
      const period = { since: new Date(from).toISOString(), until: end === null ? null : new Date(end).toISOString() };
      const body = { ...period, kind, officer: whose.value, ...(to === 'postings' && !entry ? { beat: beat.value } : {}) };
      try {
        await app.busy('r.busy.save', entry
          ? ask('PATCH', `/roster/${table}/${entry.id}`, { body, headers: { 'If-Match': `"${entry.tag}"` } })
          : ask('POST', `/${to}`, { body }));
        close(t(entry ? 'r.done.changed' : 'r.done.added', { name: app.nameOfOfficer(whose.value), what: entryWords(to, { kind, beat: beat.value }), period: periodWords(period, zone) }));
      } catch (error) {
        fault.textContent = app.words(error);
        app.load();
      }
    }

    async function removed() {
      fault.textContent = '';
      try {
        await app.busy('r.busy.save', ask('DELETE', `/roster/${table}/${entry.id}`, { headers: { 'If-Match': `"${entry.tag}"` } }));
        close(t('r.done.removed', { name: app.nameOfOfficer(officer), what: entryWords(table, entry), period: periodWords(entry, zone) }));
      } catch (error) {
        fault.textContent = app.words(error);
        app.load();
      }
    }

    changed();
    return {
      title: t(entry ? 'r.entry.change' : 'r.entry.new'),
      focus: entry ? since.node : whose,
      body: h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); once(save, saved); } },
        labelled(t('r.entry.officer'), whose), labelled(t('r.entry.what'), what), beatField,
        labelled(t('r.entry.since'), since.node), since.more, untilField, until.more,
        quick(since, until), fault,
        h('div.buttons', {}, save, h('button', { type: 'button', onclick: () => close(null) }, t('cancel')), remove)),
    };
  });
  if (!words) return;
  await app.load();
  app.tell(words, 'info', true);
}

/** @param {Table} table @param {string} kind */
const kindWords = (table, kind) => t(`r.${{ shifts: 'shift', leaves: 'leave', postings: 'posting' }[table]}.${kind}`);

/** @param {any} week @param {string} zone */
function firstDay(week, zone) {
  const today = localOf(Date.now(), zone).slice(0, 10);
  return week.days.some((/** @type {any} */ each) => each.date === today) ? today : week.days[0].date;
}

/**
 * Shifts as they usually are, with one press.
 * @param {ReturnType<typeof timeField>} since
 * @param {ReturnType<typeof timeField>} until
 */
function quick(since, until) {
  const fillIn = (/** @type {string} */ from, /** @type {string} */ to, /** @type {number} */ days) => {
    const date = since.node.value.slice(0, 10);
    if (!date) return;
    since.set(`${date}T${from}`);
    until.set(`${laterDate(date, days)}T${to}`);
  };
  return h('div.quick', { role: 'group', 'aria-label': t('r.quick') },
    h('button', { type: 'button', onclick: () => fillIn('08:00', '20:00', 0) }, t('r.quick.day')),
    h('button', { type: 'button', onclick: () => fillIn('20:00', '08:00', 1) }, t('r.quick.night')),
    h('button', { type: 'button', onclick: () => fillIn('08:00', '08:00', 1) }, t('r.quick.whole')));
}

/**
 * A field for a time by the city's clock; where that time comes twice, it asks which one.
 * @param {string} zone
 * @param {number | string | null} start an instant, or `2026-10-25T08:00`
 */
function timeField(zone, start) {
  const node = /** @type {HTMLInputElement} */ (h('input', { type: 'datetime-local', step: 60, min: '2000-01-10T00:00', max: '2199-12-20T00:00', oninput: drawMore }));
  const more = h('div.time-more', { 'aria-live': 'polite' });
  let second = false;
  if (typeof start === 'number') {
    node.value = localOf(start, zone);
    second = instantsOf(node.value, zone).indexOf(start) === 1;
  } else node.value = start ?? '';

  function drawMore() {
    const found = node.value ? instantsOf(node.value, zone) : [];
    if (node.value && !found.length) fill(more, h('p.hint-warn', {}, t('r.time.skipped')));
    else if (found.length > 1) {
      const which = choice([{ value: '0', words: t('r.time.first') }, { value: '1', words: t('r.time.second') }], second ? '1' : '0', { 'aria-label': t('r.time.twice'), onchange: () => { second = which.value === '1'; } });
      fill(more, h('p.quiet', {}, t('r.time.twice')), which);
    } else fill(more);
  }

  drawMore();
  return {
    node,
    more,
    isEmpty: () => !node.value && !node.validity.badInput,
    /** @param {string} local */
    set(local) { node.value = local; second = false; drawMore(); },
    /** @returns {number | undefined} milliseconds; undefined when there is no such time */
    value() {
      const found = node.value ? instantsOf(node.value, zone) : [];
      return found[found.length > 1 && second ? 1 : 0];
    },
  };
}

/**
 * For whoever only reads.
 * @param {import('./page.mjs').App} app
 * @param {Table} table
 * @param {any} entry
 * @param {string} officer
 */
function show(app, table, entry, officer) {
  return dialogue((close) => {
    const done = h('button.primary', { type: 'button', onclick: () => close(null) }, t('close'));
    return { title: app.nameOfOfficer(officer), focus: done, body: [h('p', {}, entryWords(table, entry)), h('p', {}, periodWords(entry, app.zone())), h('div.buttons', {}, done)] };
  });
}
