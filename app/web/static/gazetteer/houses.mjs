/** The houses of a street: which there are, and what is wrong with one. */

import { actionButton, labelled } from '../boundaries/kit.mjs';
import { h } from '../dom.mjs';
import { t } from '../i18n.mjs';

/**
 * @param {import('./page.mjs').App} app
 * @param {{save: (house: string, change: any) => Promise<unknown>, choose: (house: string | null) => void}} does
 */
export function createHouses(app, { save, choose }) {
  /** @param {any} entry @param {string | null} chosen */
  function node(entry, chosen) {
    const known = entry.houses.find((/** @type {any} */ each) => each.number === chosen);
    return h('section', {}, h('h3', {}, t('g.houses_title', { n: entry.houses.length })),
      known ? card(known) : chosen && unknown(chosen),
      h('ul.houses', {}, entry.houses.map((/** @type {any} */ each) => h('li', {}, h('button.house', {
        type: 'button', class: `house ${each.state}`, 'aria-pressed': String(each.number === chosen), 'aria-label': each.state === 'as_in_file' ? null : `${each.number}: ${t(`g.house.${each.state}`)}`,
        onclick: () => choose(each.number === chosen ? null : each.number) }, each.number)))),
      app.mayEdit() && addForm());
  }

  /** @param {any} house */
  function card(house) {
    return h('div.card.house-card', {},
      h('p', {}, h('strong', {}, t('g.house.title', { house: house.number })), ' ', house.state !== 'as_in_file' && h('span.badge.b-unclear', {}, t(`g.house.${house.state}`))),
      h('p.coordinates.quiet', {}, `${house.lat.toFixed(6)}, ${house.lon.toFixed(6)}`),
      house.state === 'misplaced' && h('p.quiet', {}, t('g.house.misplaced_note')),
      app.mayEdit() && h('div.buttons', {},
        h('button', { type: 'button', onclick: () => save(house.number, { pin: true }) }, t('g.move')),
        house.state !== 'misplaced' && actionButton('button.danger-quiet', t(house.state === 'added' ? 'g.house.remove' : 'g.house.misplace'), () => save(house.number, { misplaced: true })),
        ['moved', 'misplaced'].includes(house.state) && actionButton('button', t('g.house.as_file'), () => save(house.number, {}))));
  }

  /** A house that was looked for; its place is only estimated. @param {string} number */
  function unknown(number) {
    return h('div.card.house-card', {}, h('p', {}, h('strong', {}, t('g.house.title', { house: number }))), h('p.quiet', {}, t('g.house.unknown')),
      app.mayEdit() && h('div.buttons', {}, h('button', { type: 'button', onclick: () => save(number, { pin: true }) }, t('g.house.place'))));
  }

  function addForm() {
    const number = /** @type {HTMLInputElement} */ (h('input', { type: 'text', id: 'house-number', maxlength: 20, autocomplete: 'off', required: true }));
    return h('details', {}, h('summary', {}, t('g.house.add')),
      h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); if (number.value.trim()) save(number.value.trim(), { pin: true }); } },
        labelled(t('g.house.number'), number), h('div.buttons', {}, h('button', { type: 'submit' }, t('g.house.place')))));
  }

  return { node };
}
