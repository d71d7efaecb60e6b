/** Try a message with the rules as they stand in the fields, saved or not. */

import { ask } from '../api.mjs';
import { actionButton } from '../boundaries/kit.mjs';
import { fill, h, icon } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { ICONS } from '../shapes.mjs';
import { percent } from '../words.mjs';

/** @param {import('./page.mjs').App} app */
export function createTrying(app) {
  const { state } = app;
  const text = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: 'try', rows: 3, maxlength: 10_000, onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(); } }));
  const answer = h('div.tried', { 'aria-live': 'polite' });
  const node = h('section.triage-card', { 'aria-labelledby': 'try-title' });
  /** @type {any} */
  let tried = null;

  async function run() {
    if (!text.value.trim()) { text.focus(); return; }
    try {
      const rules = app.isDirty() ? state.draft : null;
      tried = await app.busy(ask('POST', '/triage/try', { body: rules ? { text: text.value, rules } : { text: text.value } }));
      app.showFaults([]);
      drawAnswer();
    } catch (error) {
      tried = null;
      drawAnswer();
      app.failed(error);
    }
  }

  /** @param {string} code */
  function name(code) {
    if (code === 'danger') return t('sorting.danger');
    if (code === 'abuse') return t('tr.abuse');
    const category = state.draft.categories.find((/** @type {any} */ each) => each.code === code);
    return nameOf({ code, name: category?.names });
  }

  function drawAnswer() {
    if (!tried) { fill(answer); return; }
    const { triage } = tried;
    const words = [...triage.danger, ...triage.abuse ?? [], ...triage.matched];
    fill(answer,
      tried.danger && h('p.danger-line', {}, icon(ICONS.alarm), h('strong', {}, t('sorting.danger'))),
      h('p.tried-category', {}, h('strong', {}, name(tried.category))),
      h('p', {}, [t(`priority.${tried.priority}`), t(`response.${tried.response}`)].join(' · ')),
      h('p.quiet', {}, t('tr.tried_certainty', { share: percent(triage.certainty), needed: percent(tried.certainty_needed) })),
      words.length > 0 ? h('table.matched', {},
        h('thead', {}, h('tr', {}, ['tr.col_words', 'tr.col_category', 'tr.col_rule', 'tr.col_weight'].map((each) => h('th', { scope: 'col' }, t(each))))),
        h('tbody', {}, words.map((/** @type {any} */ each) => h('tr', {}, h('td', {}, `«${each.words}»`), h('td', {}, name(each.category)), h('td', {}, h('code', {}, each.rule)), h('td', {}, each.category === 'danger' ? '' : each.weight)))))
        : h('p.quiet', {}, t('tr.no_words')));
  }

  return {
    node,
    draw() {
      text.placeholder = t('tr.try_placeholder');
      fill(node, h('h3.card-title', { id: 'try-title' }, h('label', { for: 'try' }, t('tr.try'))), text,
        h('div.buttons', {}, actionButton('button.primary', t('tr.try_do'), run, { id: 'try-do' })), answer);
      drawAnswer();
    },
  };
}
