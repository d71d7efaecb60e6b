/** What observers see, for an admin. */

import { ask, get } from '../api.mjs';
import { actionButton, confirmed, dateWords } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { askScope } from './form.mjs';
import { categoryOptions, chosenWords, districtOptions } from './picker.mjs';

/** @param {import('./page.mjs').App} app */
export function createObservers(app) {
  const node = h('section.triage-card', { 'aria-labelledby': 'observers-title' });
  /** @type {any[]} */
  let observers = [];

  async function load() {
    ({ observers } = await get('/observers'));
    draw();
  }

  function draw() {
    fill(node, h('h3.card-title', { id: 'observers-title' }, t('su.observers')), h('p.quiet', {}, t('su.observers_lead')),
      observers.length ? h('ul.sub-list', {}, observers.map(item)) : h('p.quiet', {}, t('su.no_observers')));
  }

  /** @param {any} each */
  function item(each) {
    const categories = chosenWords(each.categories, t('su.all_categories'), categoryOptions(app.known.categories));
    const districts = chosenWords(each.districts, t('su.everywhere'), districtOptions(app.known.districts));
    return h('li.sub', { class: `sub ${each.assigned ? '' : 'off'}`, data: { login: each.login } },
      h('div.sub-head', {}, h('span.sub-name', {}, each.name), h('span.badge', {}, each.login), !each.active && h('span.badge', {}, t('su.left'))),
      h('p', {}, each.assigned ? `${categories} · ${districts}` : t('su.sees_nothing')),
      each.set_by && h('p.quiet', {}, t('su.set_by', { who: each.set_by, time: dateWords(each.set_at) })),
      h('div.buttons', {}, actionButton('button.small', t('su.assign'), () => edit(each)), each.assigned && actionButton('button.small.danger-quiet', t('su.take_away'), () => takeAway(each))));
  }

  /** @param {any} each */
  async function edit(each) {
    if (await askScope(app.known, each)) await app.doing(load(), t('su.assigned'));
  }

  /** @param {any} each */
  async function takeAway(each) {
    if (!await confirmed({ title: t('su.take_away_title', { name: each.name }), text: t('su.take_away_text'), yes: t('su.take_away'), danger: true })) return;
    await app.doing(ask('DELETE', `/observers/${encodeURIComponent(each.login)}/scope`).then(load), t('su.taken_away'));
  }

  return { node, load, draw };
}
