/** What the rules, as they stand in the fields, would have made of the reports of the last days. */

import { ask } from '../api.mjs';
import { actionButton, labelled, number } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { brokenWords, deskName, ruleName } from './names.mjs';

const USUAL_DAYS = 30;
const MOST_DAYS = 366;
const PATIENCE_MS = 300_000;

/** @param {import('./page.mjs').App} app */
export function createTrying(app) {
  const { state } = app;
  const days = /** @type {HTMLInputElement} */ (h('input', { id: 'days', type: 'number', min: 1, max: MOST_DAYS, inputmode: 'numeric', value: USUAL_DAYS }));
  const answer = h('div.tried', { 'aria-live': 'polite' });
  const node = h('section.triage-card', { 'aria-labelledby': 'dry-title' });
  /** @type {{found: any, rules: any[], isDraft: boolean} | null} */
  let tried = null;

  async function run() {
    if (!days.reportValidity()) return;
    const isDraft = app.isDirty();
    const rules = structuredClone(state.draft.rules);
    const body = { days: Number(days.value) || USUAL_DAYS, ...(isDraft ? { rules: state.draft } : {}) };
    try {
      const found = await app.busy(ask('POST', '/dispatch-rules/dry-run', { body, patienceMs: PATIENCE_MS }));
      tried = { found, rules, isDraft };
      app.showFaults([]);
    } catch (error) {
      tried = null;
      app.failed(error);
    }
    drawAnswer();
  }

  /** @param {string} what @param {string | null} value */
  function valueWords(what, value) {
    if (what === 'response') return t(`response.${value}`);
    if (what === 'priority') return t(`priority.${value}`);
    return value === null ? t('rl.by_ladder') : deskName(value);
  }

  /** @param {string[]} numbers */
  const links = (numbers) => numbers.map((each, at) => [at > 0 && ', ', h('a', { href: `/#${each}` }, each)]);

  function drawAnswer() {
    if (!tried) { fill(answer); return; }
    const { found, rules, isDraft } = tried;
    const name = (/** @type {string} */ code) => ruleName(rules.find((each) => each.code === code) ?? { code });
    const head = (/** @type {string[]} */ keys) => h('thead', {}, h('tr', {}, keys.map((each) => h('th', { scope: 'col' }, t(each)))));
    const cell = (/** @type {string} */ key, /** @type {any} */ ...what) => h('td', { data: { label: t(key) } }, ...what);
    fill(answer,
      h('p.tried-category', {}, h('strong', {}, found.reports === 0 ? t('rl.dry_none', { n: found.days }) : t(isDraft ? 'rl.dry_changed' : 'rl.dry_alone', { changed: number(found.changed), n: found.reports }))),
      found.changed > 0 && h('p', {}, [['rl.col_response', found.response], ['rl.col_priority', found.priority], ['rl.col_desk', found.desk]].map(([key, count]) => `${t(String(key))}: ${number(Number(count))}`).join(' · ')),
      found.broken.length > 0 && h('ul.dry-broken', {}, found.broken.map((/** @type {any} */ each) => h('li', {}, `${name(each.rule)}: ${brokenWords(each)}`))),
      found.reports > 0 && found.rules.length > 0 && h('table.matched.dry', {}, h('caption', {}, t('rl.dry_rules')),
        head(['rl.col_rule', 'rl.col_fits', 'rl.col_response', 'rl.col_priority', 'rl.col_desk', 'rl.col_samples']),
        h('tbody', {}, found.rules.map((/** @type {any} */ each) => h('tr', {}, h('th', { scope: 'row' }, name(each.rule)), cell('rl.col_fits', number(each.fits)), cell('rl.col_response', number(each.response)), cell('rl.col_priority', number(each.priority)), cell('rl.col_desk', number(each.desk)), cell('rl.col_samples', links(each.samples)))))),
      found.moves.length > 0 && h('table.matched.dry', {}, h('caption', {}, t('rl.dry_moves')),
        head(['rl.col_what', 'rl.col_before', 'rl.col_after', 'rl.col_reports', 'rl.col_samples']),
        h('tbody', {}, found.moves.map((/** @type {any} */ each) => h('tr', {}, h('th', { scope: 'row' }, t(`rl.col_${each.what}`)), cell('rl.col_before', valueWords(each.what, each.before)), cell('rl.col_after', valueWords(each.what, each.after)), cell('rl.col_reports', number(each.reports)), cell('rl.col_samples', links(each.samples)))))));
  }

  return {
    node,
    draw() {
      node.hidden = !state.mayEdit;
      fill(node, h('h3.card-title', { id: 'dry-title' }, t('rl.dry')), h('p.quiet', {}, t('rl.dry_hint')),
        h('div.dry-line', {}, labelled(t('rl.dry_days'), days), actionButton('button.primary', t('rl.dry_do'), run, { id: 'dry-do' })), answer);
      drawAnswer();
    },
  };
}
