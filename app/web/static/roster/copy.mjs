/** Copying last week: first what it would add and what stands in its way. */

import { ask } from '../api.mjs';
import { once } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { wideDialogue } from './dialogues.mjs';
import { dateWords, periodWords } from './words.mjs';
import { laterDate } from './zone.mjs';

/** @param {import('./page.mjs').App} app */
export async function copyWeek(app) {
  const { week } = app.store.get();
  const target = week.days[0].date;
  const source = laterDate(target, -7);
  const asked = { precinct: week.precinct.code, source, target };
  const words = await wideDialogue((close) => {
    const part = h('div', { role: 'status' }, h('p.loading', {}, t('r.copy.looking')));
    const fault = h('p.fault', { role: 'alert' });
    const yes = /** @type {HTMLButtonElement} */ (h('button.primary', { type: 'button', disabled: true, onclick: () => once(yes, copied) }, t('r.copy.yes')));
    const no = h('button', { type: 'button', onclick: () => close(null) }, t('cancel'));
    let digest = '';

    async function look() {
      fault.textContent = '';
      yes.disabled = true;
      try {
        const found = await ask('POST', '/roster/copy-week', { body: { ...asked, dry_run: true } });
        digest = found.digest;
        yes.disabled = !found.added.length;
        yes.textContent = found.added.length ? t('r.copy.yes_n', { n: found.added.length }) : t('r.copy.yes');
        fill(part, plan(found));
      } catch (error) {
        fill(part, h('button', { type: 'button', onclick: look }, t('retry')));
        fault.textContent = app.words(error);
      }
    }

    async function copied() {
      fault.textContent = '';
      try {
        const done = await ask('POST', '/roster/copy-week', { body: { ...asked, digest } });
        close(t('r.copy.done', { n: done.added.length }));
      } catch (error) {
        const said = app.words(error);
        await look();
        fault.textContent = said;
      }
    }

    /** @param {any} found */
    function plan(found) {
      const line = (/** @type {any} */ each) => `${app.nameOfOfficer(each.officer)}: ${each.kind === 'on_call' ? `${t('r.shift.on_call')}, ` : ''}${periodWords(each, app.zone())}`;
      return [
        !found.added.length && !found.skipped.length && h('p', {}, t(found.same ? 'r.copy.all_there' : 'r.copy.nothing')),
        found.added.length > 0 && [h('h3', {}, t('r.copy.added', { n: found.added.length })), h('ul.change-list', {}, found.added.map((/** @type {any} */ each) => h('li.v-added', {}, line(each))))],
        found.skipped.length > 0 && [h('h3', {}, t('r.copy.skipped', { n: found.skipped.length })), h('ul.change-list', {}, found.skipped.map((/** @type {any} */ each) => h('li.v-skipped', {}, line(each.shift), h('span.quiet.block-line', {}, t(`r.copy.why.${each.why}`, { period: each.other ? periodWords(each.other, app.zone()) : '' })))))],
        found.same > 0 && h('p.quiet', {}, t('r.copy.same', { n: found.same })),
      ];
    }

    look();
    return {
      title: t('r.copy.title', { from: dateWords(source, { day: 'numeric', month: 'long' }), to: dateWords(target, { day: 'numeric', month: 'long' }) }),
      focus: no,
      body: [part, fault, h('div.buttons', {}, yes, no)],
    };
  });
  if (!words) return;
  await app.load();
  app.tell(words, 'info', true);
}
