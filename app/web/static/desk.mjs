/** The duty desk's tools: place, owner, duplicate. */

import { get } from './api.mjs';
import { waiting } from './bars.mjs';
import { fill, h } from './dom.mjs';
import { nameOf, t } from './i18n.mjs';
import { isOpen } from './shapes.mjs';
import { drafts } from './sync.mjs';

/** @typedef {import('./app.mjs').App} App */

/** @param {App} app */
export function createDeskTools(app) {
  const { store } = app;
  const node = h('details.desk-tools', { hidden: true, ontoggle: () => { if (node.open) loadOwners(); } });
  /** @type {any} */
  let report = null;
  let drawnFor = '';

  const owner = /** @type {HTMLSelectElement} */ (h('select', { id: 'owner', required: true }));
  const why = /** @type {HTMLInputElement} */ (h('input', { id: 'why', type: 'text', required: true, maxlength: 300, autocomplete: 'off', oninput: () => drafts.write(report.number, 'why', why.value) }));
  const original = /** @type {HTMLInputElement} */ (h('input', { id: 'original', type: 'text', required: true, list: 'open-numbers', autocomplete: 'off', inputmode: 'numeric', pattern: '\\d{4}-\\d+' }));
  const numbers = h('datalist', { id: 'open-numbers' });

  /** @param {any} next */
  function show(next) {
    report = next;
    node.hidden = !report || !app.isDesk() || !isOpen(app.statusOf(report)) || Boolean(report.duplicate_of);
    if (node.hidden) return;
    const key = `${report.number} ${document.documentElement.lang} ${Boolean(report.placement)} ${report.abusive}`;
    if (key === drawnFor) return;
    const isOther = !drawnFor.startsWith(report.number);
    drawnFor = key;
    if (isOther) {
      why.value = drafts.read(report.number, 'why');
      original.value = '';
    }
    draw();
    if (node.open) loadOwners();
  }

  function draw() {
    original.placeholder = report.number;
    fill(node,
      h('summary', {}, t('desk.title')),
      h('div.block', {}, h('h3', {}, t('section.place')),
        h('button', { type: 'button', onclick: () => app.place(report) }, t(report.placement ? 'action.replace' : 'action.place'))),
      h('form.block', { onsubmit: assign }, h('h3', {}, t('desk.assign')),
        h('label', { for: 'owner' }, t('desk.owner')), owner,
        h('label', { for: 'why' }, t('desk.why')), why,
        h('div.buttons', {}, h('button', { type: 'submit' }, t('desk.assign_do')))),
      h('form.block', { onsubmit: duplicate }, h('h3', {}, t('desk.duplicate')),
        h('label', { for: 'original' }, t('desk.original')), original, numbers,
        h('div.buttons', {}, h('button', { type: 'submit' }, t('desk.duplicate_do')))),
      report.reporter && h('div.block', {}, h('h3', {}, t('mn.title')),
        h('p.quiet', {}, t(report.abusive ? 'mn.is_abusive' : 'mn.hint')),
        h('div.buttons', {}, h('button', { type: 'button', id: 'abusive', onclick: abusive }, t(report.abusive ? 'mn.take_back' : 'mn.mark')))));
  }

  function abusive() {
    app.act({ number: report.number, kind: 'abusive', body: { abusive: !report.abusive } });
  }

  async function loadOwners() {
    const { districts, reports } = store.get();
    fill(numbers, [...reports.values()].filter((each) => each.number !== report.number).map((each) => h('option', { value: each.number }, (each.text ?? '').slice(0, 60))));
    const precincts = districts.filter((each) => each.level === 'precinct');
    const chosen = owner.value;
    /** @type {Map<string, any[]>} */
    const officers = new Map();
    try {
      const own = precincts.toSorted((a, b) => Number(b.code === report.precinct?.code) - Number(a.code === report.precinct?.code));
      await waiting('busy.officers', Promise.all(own.map(async (precinct) => officers.set(precinct.code, await officersOf(precinct, districts)))));
      fill(owner,
        h('option', { value: '' }, t('desk.choose')),
        h('optgroup', { label: t('desk.desks') },
          precincts.map((each) => h('option', { value: `desk ${each.code}` }, t('owner.desk', { precinct: nameOf(each) }))),
          h('option', { value: 'desk city' }, t('owner.city_desk'))),
        own.map((precinct) => h('optgroup', { label: nameOf(precinct) },
          (officers.get(precinct.code) ?? []).map((each) => h('option', { value: `officer ${each.code}` },
            `${nameOf(each)} · ${t(each.on_shift ? 'desk.on_shift' : 'desk.off_shift')}`)))));
      owner.value = chosen;
      // A value that is no longer offered leaves nothing chosen.
      if (owner.selectedIndex < 0) owner.value = '';
    } catch {
      fill(owner, h('option', { value: '' }, t('desk.not_loaded')));
    }
  }

  /** @param {Event} event */
  function assign(event) {
    event.preventDefault();
    const [kind, ...rest] = owner.value.split(' ');
    const reason = why.value.trim();
    if (!reason || !rest.length) return;
    app.act({ number: report.number, kind: 'assignment', body: { [kind]: rest.join(' '), why: reason } });
    owner.value = '';
    why.value = '';
  }

  /** @param {Event} event */
  function duplicate(event) {
    event.preventDefault();
    const of = original.value.trim();
    if (of) app.act({ number: report.number, kind: 'duplicate', body: { of } });
  }

  return { node, show };
}

/**
 * The officers of a precinct, those on shift first.
 * @param {any} precinct
 * @param {any[]} districts
 * @returns {Promise<any[]>}
 */
async function officersOf(precinct, districts) {
  const whole = await get(`/districts/${encodeURIComponent(precinct.code)}`);
  let posted = whole.officers ?? [];
  if (!posted.length) {
    const beats = districts.filter((each) => each.parent === precinct.code);
    const answers = await Promise.all(beats.map((each) => get(`/districts/${encodeURIComponent(each.code)}`)));
    posted = answers.flatMap((each) => each.officers ?? []);
  }
  const known = new Map(posted.map((/** @type {any} */ each) => [each.code, each]));
  return [...known.values()].toSorted((a, b) => Number(b.on_shift) - Number(a.on_shift) || nameOf(a).localeCompare(nameOf(b)));
}
