/** What was learnt from corrections: how good it is beside the rules, and switching it on and off. */

import { ask, get } from '../api.mjs';
import { actionButton, confirmed, dateWords } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { percent } from '../words.mjs';

/** @param {import('./page.mjs').App} app */
export function createLearning(app) {
  const { state } = app;
  const node = h('section.triage-card', { 'aria-labelledby': 'learning-title' });
  /** @type {{labels: number, in_use: number | null, models: any[]}} */
  let found = { labels: 0, in_use: null, models: [] };

  async function load() {
    found = await get('/triage/models');
    draw();
  }

  function draw() {
    fill(node, h('h3.card-title', { id: 'learning-title' }, t('tr.learning')),
      h('p.quiet', {}, t('tr.learning_lead')),
      h('p', {}, t('tr.labels', { n: found.labels })),
      found.models.length === 0 && h('p.quiet', {}, t('tr.no_models')),
      h('ol.versions', {}, found.models.map((each) => h('li', {},
        h('p', {}, h('strong', {}, t('tr.model', { n: each.id })), ' ', each.id === found.in_use && h('span.badge.st-in_force', {}, t('tr.in_use'))),
        h('p', {}, t('tr.scores', { model: percent(each.score.model), rules: percent(each.score.rules), n: each.score.held })),
        h('p.quiet', {}, [t('tr.learnt_from', { n: each.labels }), dateWords(each.made_at)].join(' · ')),
        !each.better && h('p.quiet', {}, t('tr.not_better')),
        state.mayEdit && each.id === found.in_use && actionButton('button.small', t('tr.model_off'), () => use(null), { id: 'model-off' }),
        state.mayEdit && each.better && each.id !== found.in_use && actionButton('button.small', t('tr.model_on'), () => use(each.id), { data: { model: each.id } })))));
  }

  /** @param {number | null} model */
  async function use(model) {
    if (model !== null && !await confirmed({ title: t('tr.model_on_title'), text: t('tr.model_on_text'), yes: t('tr.model_on') })) return;
    try {
      found = await app.busy(ask('PUT', '/triage/model', { body: { model } }));
      draw();
    } catch (error) {
      app.failed(error);
    }
  }

  return { node, load, draw };
}
