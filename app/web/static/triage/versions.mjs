/** Versions of the rules: who made which, and going back to one. */

import { ApiError, ask, get } from '../api.mjs';
import { actionButton, confirmed, dateWords } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';

/**
 * @param {import('./saving.mjs').Saved} app
 */
export function createVersions(app) {
  const { state } = app;
  const node = h('section.triage-card', { 'aria-labelledby': 'versions-title' });
  /** @type {any[]} */
  let versions = [];
  /** @type {{version: number, at: string, actor: string}[]} */
  let journal = [];

  async function load() {
    const found = await get(`${app.path}/versions`);
    versions = found.versions;
    journal = found.journal ?? [];
    draw();
  }

  function draw() {
    fill(node, h('h3.card-title', { id: 'versions-title' }, t('tr.versions')),
      h('ol.versions', {}, versions.map((each) => h('li', {},
        h('p', {}, h('strong', {}, t('tr.version', { n: each.id })), ' ', each.in_force && h('span.badge.st-in_force', {}, t('tr.in_force'))),
        each.note && h('p', {}, each.note),
        h('p.quiet', {}, [who(each.made_by), dateWords(each.made_at)].join(' · ')),
        state.mayEdit && !each.in_force && actionButton('button.small', t('tr.back'), () => back(each), { data: { version: each.id } })))),
      journal.length > 1 && h('details', {}, h('summary', {}, t('rl.journal', { n: journal.length })),
        h('ol.journal', {}, journal.map((each) => h('li', {}, h('strong', {}, t('tr.version', { n: each.version })), h('span.quiet', {}, ` · ${[who(each.actor), dateWords(each.at)].join(' · ')}`))))));
  }

  /** @param {string} actor */
  const who = (actor) => (actor === 'shipped' ? t('tr.shipped') : actor);

  /** @param {any} version */
  async function back(version) {
    const text = app.isDirty() ? t('tr.back_text_unsaved') : t('tr.back_text');
    if (!await confirmed({ title: t('tr.back_title', { n: version.id }), text, yes: t('tr.back') })) return;
    try {
      app.take(await app.busy(ask('POST', `${app.path}/versions/${version.id}/activate`, { body: { based_on: state.version } })));
      app.tell(t('tr.went_back', { n: version.id }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) app.tell(t('tr.conflict', { n: error.problem.in_force }), 'warn');
      else app.failed(error);
    }
    await load();
  }

  return { node, load, draw };
}
