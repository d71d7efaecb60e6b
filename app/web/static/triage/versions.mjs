/** Versions of the rules: who made which, and going back to one. */

import { ApiError, ask, get } from '../api.mjs';
import { actionButton, confirmed, dateWords } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';

/** @param {import('./page.mjs').App} app */
export function createVersions(app) {
  const { state } = app;
  const node = h('section.triage-card', { 'aria-labelledby': 'versions-title' });
  /** @type {any[]} */
  let versions = [];

  async function load() {
    versions = (await get('/triage/versions')).versions;
    draw();
  }

  function draw() {
    fill(node, h('h3.card-title', { id: 'versions-title' }, t('tr.versions')),
      h('ol.versions', {}, versions.map((each) => h('li', {},
        h('p', {}, h('strong', {}, t('tr.version', { n: each.id })), ' ', each.in_force && h('span.badge.st-in_force', {}, t('tr.in_force'))),
        each.note && h('p', {}, each.note),
        h('p.quiet', {}, [each.made_by === 'shipped' ? t('tr.shipped') : each.made_by, dateWords(each.made_at)].join(' · ')),
        state.mayEdit && !each.in_force && actionButton('button.small', t('tr.back'), () => back(each), { data: { version: each.id } })))));
  }

  /** @param {any} version */
  async function back(version) {
    const text = app.isDirty() ? t('tr.back_text_unsaved') : t('tr.back_text');
    if (!await confirmed({ title: t('tr.back_title', { n: version.id }), text, yes: t('tr.back') })) return;
    try {
      app.take(await app.busy(ask('POST', `/triage/versions/${version.id}/activate`, { body: { based_on: state.version } })));
      app.tell(t('tr.went_back', { n: version.id }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) app.tell(t('tr.conflict', { n: error.problem.in_force }), 'warn');
      else app.failed(error);
    }
    await load();
  }

  return { node, load, draw };
}
