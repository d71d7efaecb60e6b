/** One street or landmark: its names, its place, its houses, what was changed. */

import { ApiError, ask, get } from '../api.mjs';
import { actionButton, choice, confirmed, dialogue, failureWords, labelled } from '../boundaries/kit.mjs';
import { fill, h, icon } from '../dom.mjs';
import { languageNow, t } from '../i18n.mjs';
import { createHouses } from './houses.mjs';
import { changesNode, undo } from './journal.mjs';
import { createPin } from './pin.mjs';
import { typeField, typeWords } from './types.mjs';

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createEntry(place, app) {
  /** @type {any} */
  let entry = null;
  /** @type {any[]} */
  let changes = [];
  /** @type {string | null} */
  let house = null;
  /** @type {ReturnType<typeof createPin> | null} */
  let pin = null;
  let round = 0;
  let message = /** @type {{kind: string, text: string, undo?: number} | null} */ (null);
  const houses = createHouses(app, { save: saveHouse, choose: (number) => { house = number; message = null; draw(); } });

  const path = () => `/gazetteer/${entry.kind}s/${entry.id}`;

  /** @param {'street' | 'landmark'} kind @param {number} id @param {string | null} wantedHouse */
  async function open(kind, id, wantedHouse) {
    const own = ++round;
    [house, message, entry] = [wantedHouse, null, null];
    fill(place, head(''), h('div.side-body', {}, h('p.loading', { role: 'status' }, t('g.busy.entry'))));
    try {
      const [found, page] = await app.busy('g.busy.entry', Promise.all([get(`/gazetteer/${kind}s/${id}`), get(`/gazetteer/changes?kind=${kind}&id=${id}`)]));
      if (own !== round) return;
      entry = found;
      changes = page.changes;
      draw({ fit: true });
      place.querySelector('h2')?.focus();
    } catch (error) {
      if (own !== round) return;
      fill(place, head(t('g.title')), h('div.side-body', {}, h('div.note.warn', { role: 'alert' }, h('p', {}, failureWords(error)), h('button', { type: 'button', onclick: () => open(kind, id, wantedHouse) }, t('retry')))));
    }
  }

  const head = (/** @type {string} */ label) => h('div.side-head', {}, h('a.button.icon-button.back', { href: '#', 'aria-label': t('g.back'), title: t('g.back') }, icon('m15 5-7 7 7 7')), h('h2', { id: 'side-title', tabindex: -1 }, label));

  /** @param {{fit?: boolean}} [how] */
  function draw({ fit = false } = {}) {
    stopPin();
    const isStreet = entry.kind === 'street';
    fill(place, head(entry.label[languageNow()]),
      h('div.side-body', {},
        message && h('div.note', { class: `note ${message.kind}`, role: message.kind === 'warn' ? 'alert' : 'status' }, h('p', {}, message.text),
          message.undo && actionButton('button', t('g.journal.undo'), () => undo(/** @type {number} */ (message?.undo), app, reload))),
        h('p.quiet', {}, typeWords(entry.kind, entry.type), ' · ', t('g.source', { source: entry.source === 'staff' ? t('g.source_staff') : entry.source })),
        entry.retired && h('p', {}, h('span.badge.b-unclear', {}, t('g.retired.badge'))),
        app.mayEdit() && buttons(),
        h('div', { id: 'pin-place' }),
        namesNode(),
        isStreet && houses.node(entry, house),
        isStreet && entry.crossings.length > 0 && h('details', {}, h('summary', {}, t('g.crossings', { n: entry.crossings.length })),
          h('ul.entries', {}, entry.crossings.map((/** @type {any} */ each) => h('li', {}, h('a.entry', { href: `#street/${each.id}` }, each.label))))),
        h('details.changes', { open: changes.length > 0 && changes.length < 4 }, h('summary', {}, t('g.changes', { n: changes.length })), changesNode(changes, app, reload))));
    showOnMap(fit);
  }

  /** @param {boolean} fit */
  function showOnMap(fit) {
    const of = languageNow();
    const own = entry.houses.map((/** @type {any} */ each) => ({ lon: each.lon, lat: each.lat, label: each.number, number: each.number, state: each.state, chosen: each.number === house }));
    const points = entry.kind === 'street' ? own : [{ lon: entry.lon, lat: entry.lat, label: entry.label[of], chosen: true }];
    const chosen = own.find((/** @type {any} */ each) => each.chosen);
    app.map()?.show(points, { line: entry.course, fit: fit && !chosen, pick: (picked) => { if (picked.number) { house = picked.number; message = null; draw(); place.querySelector('.house-card')?.scrollIntoView({ block: 'nearest' }); } } });
    if (chosen) app.map()?.look([chosen.lon, chosen.lat]);
  }

  function buttons() {
    const isStreet = entry.kind === 'street';
    return h('div.buttons.entry-buttons', {},
      h('button', { type: 'button', onclick: rename }, t('g.rename.open')),
      !isStreet && !entry.retired && h('button', { type: 'button', onclick: () => move() }, t('g.move')),
      !isStreet && (entry.retired
        ? actionButton('button.primary', t('g.retire.back'), () => patch({ retired: false }))
        : h('button.danger-quiet', { type: 'button', onclick: retire }, t('g.retire.open'))));
  }

  function namesNode() {
    const text = /** @type {HTMLInputElement} */ (h('input', { id: 'alias', type: 'text', autocomplete: 'off', maxlength: 80 }));
    const kind = choice(['alias', 'variant', 'former'].map((each) => ({ value: each, words: t(`g.name_kind.${each}`) })), 'alias', { id: 'alias-kind', 'aria-label': t('g.alias.kind') });
    const add = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (text.value.trim()) patch({ add_names: [{ text: text.value.trim(), kind: kind.value }] }, '#alias');
    };
    return h('section', {}, h('h3', {}, t('g.names')),
      h('ul.names', {}, entry.names.map((/** @type {any} */ each) => h('li', { data: { kind: each.kind } },
        h('span', {}, h('span.name-text', { lang: each.language ?? null }, each.text),
          h('span.quiet', {}, ` ${[each.language, t(`g.name_kind.${each.kind}`), each.by_staff && t('g.by_staff')].filter(Boolean).join(' · ')}`),
          each.shared_with.length > 0 && h('span.shared.quiet', {}, t('g.shared', { list: each.shared_with.join(', ') }))),
        app.mayEdit() && each.kind !== 'today' && actionButton('button.remove', '×', () => patch({ remove_names: [each.text] }, '#alias'), { 'aria-label': t('g.name_remove', { name: each.text }), title: t('g.name_remove', { name: each.text }) })))),
      app.mayEdit() && h('form.alias-form', { onsubmit: add }, h('label', { for: 'alias' }, t('g.alias.label')), h('div.alias-line', {}, text, kind, h('button', { type: 'submit' }, t('g.alias.add')))));
  }

  async function rename() {
    const isStreet = entry.kind === 'street';
    const today = (/** @type {string} */ language) => entry.names.find((/** @type {any} */ each) => each.kind === 'today' && each.language === language)?.text ?? '';
    const fallback = entry.names.find((/** @type {any} */ each) => each.kind === 'today')?.text ?? entry.label.uk;
    const body = await dialogue((close) => {
      const field = (/** @type {string} */ language, /** @type {string} */ value, /** @type {boolean} */ required = false) => /** @type {HTMLInputElement} */ (h('input', { type: 'text', maxlength: 80, autocomplete: 'off', value, required, lang: language }));
      const names = { uk: field('uk', today('uk') || fallback, true), ru: field('ru', today('ru')), en: field('en', today('en')) };
      const type = typeField(entry.kind, entry.type);
      const keeps = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: true }));
      const done = (/** @type {Event} */ event) => {
        event.preventDefault();
        const name = Object.fromEntries(Object.entries(names).map(([key, each]) => [key, each.value.trim()]).filter(([, value]) => value));
        const isSame = names.uk.value.trim() === (today('uk') || fallback) && names.ru.value.trim() === today('ru') && names.en.value.trim() === today('en');
        close({ ...(isSame ? {} : { name, keeps_former: keeps.checked }), ...(type.value() === entry.type ? {} : { type: type.value() }) });
      };
      return { title: t('g.rename.title'), focus: names.uk, body: h('form', { onsubmit: done },
        labelled(t('g.name.uk'), names.uk, isStreet ? t('g.rename.bare') : null), labelled(t('g.name.ru'), names.ru), labelled(t('g.name.en'), names.en), labelled(t('g.type'), type.field),
        h('label.check', {}, keeps, t('g.rename.keeps')),
        h('div.buttons', {}, h('button.primary', { type: 'submit' }, t('g.save')), h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))) };
    });
    if (body && Object.keys(body).length) await patch(body);
  }

  async function retire() {
    if (await confirmed({ title: t('g.retire.title', { label: entry.label[languageNow()] }), text: t('g.retire.text'), yes: t('g.retire.yes'), danger: true })) await patch({ retired: true });
  }

  function move() {
    stopPin();
    pinForm([entry.lon, entry.lat], t('g.move_title'), (at) => patch({ lon: at[0], lat: at[1] }));
  }

  /**
   * @param {[number, number] | null} at
   * @param {string} title
   * @param {(at: [number, number]) => Promise<unknown>} save
   */
  function pinForm(at, title, save) {
    const node = place.querySelector('#pin-place');
    if (!node) return;
    const button = /** @type {HTMLButtonElement} */ (actionButton('button.primary', t('g.pin.save'), async () => { const now = pin?.at(); if (now) await save(now); }));
    pin = createPin(app, at, (now) => { button.disabled = !now; });
    button.disabled = !at;
    fill(node, h('section.card', {}, h('h3', { tabindex: -1 }, title), pin.node,
      h('div.buttons', {}, app.map() && h('button.to-map', { type: 'button', onclick: () => app.showMap() }, t('g.pin.on_map')), button, h('button', { type: 'button', onclick: stopPin }, t('cancel')))));
    if (at) app.map()?.look(at);
    node.querySelector('h3')?.focus();
    node.scrollIntoView({ block: 'nearest' });
  }

  function stopPin() {
    pin?.remove();
    pin = null;
    const node = place.querySelector('#pin-place');
    if (node) fill(node);
  }

  /** @param {any} change @param {string} [focus] */
  const patch = (change, focus) => save('PATCH', path(), { version: entry.version, ...change }, focus);

  /**
   * @param {string} number
   * @param {any} change
   */
  async function saveHouse(number, change) {
    const known = entry.houses.find((/** @type {any} */ each) => each.number === number);
    if (change.pin) {
      stopPin();
      const at = known ? [known.lon, known.lat] : entry.lon === null ? null : [entry.lon, entry.lat];
      pinForm(/** @type {any} */ (at), t('g.house.move_title', { house: number }), (now) => saveHouse(number, { lon: now[0], lat: now[1] }));
      return;
    }
    house = number;
    await save('PUT', `${path()}/houses/${encodeURIComponent(number)}`, { version: known?.version ?? change.version ?? 0, ...change });
  }

  /**
   * @param {string} method
   * @param {string} where
   * @param {any} body
   * @param {string} [focus]
   */
  async function save(method, where, body, focus) {
    const own = round;
    try {
      const saved = await app.busy('g.busy.save', ask(method, where, { body }));
      if (own !== round) return;
      entry = saved;
      changes = (await get(`/gazetteer/changes?kind=${entry.kind}&id=${entry.id}`).catch(() => ({ changes }))).changes;
      const [latest] = changes;
      message = { kind: '', text: t('g.done.saved'), undo: latest?.can_undo ? latest.id : undefined };
      app.showSide();
      draw();
    } catch (error) {
      if (own !== round) return;
      const stale = error instanceof ApiError && error.problem.code === 'stale' && error.problem.current;
      const fault = error instanceof ApiError && error.problem.fault ? t(`g.name_fault.${error.problem.fault}`) : '';
      message = { kind: 'warn', text: stale ? t('g.stale') : fault || failureWords(error) };
      const typed = /** @type {HTMLInputElement | null} */ (place.querySelector('#alias'))?.value ?? '';
      if (stale) {
        entry = stale;
        changes = (await get(`/gazetteer/changes?kind=${entry.kind}&id=${entry.id}`).catch(() => ({ changes }))).changes;
      }
      draw();
      // What was typed is not lost.
      const alias = /** @type {HTMLInputElement | null} */ (place.querySelector('#alias'));
      if (alias) alias.value = typed;
    }
    if (focus) /** @type {HTMLElement | null} */ (place.querySelector(focus))?.focus();
    else place.querySelector('h2')?.focus();
  }

  async function reload() {
    const [kind, id] = [entry.kind, entry.id];
    const shown = house;
    await open(kind, id, shown);
  }

  return { open, close() { round += 1; stopPin(); } };
}
