/** For how many days each thing is kept: seen by those who lead, changed by administrators. */

import { ask } from '../api.mjs';
import { announce, fill, h } from '../dom.mjs';
import { t, tCode } from '../i18n.mjs';
import { day, failureWords } from './kit.mjs';

/**
 * @param {Element} node
 * @param {any} retention the answer of `/retention`
 * @param {{mayEdit: boolean, reload: () => Promise<void>}} how
 */
export function drawRules(node, retention, { mayEdit, reload }) {
  fill(node,
    h('h2', { id: 'rules-title' }, t('k.rules')),
    h('p.quiet', {}, t('k.rules_lead', { n: retention.warned_days })),
    h('ul.keeping-list', {}, retention.rules.map((/** @type {any} */ rule) => row(rule, mayEdit, reload))));
}

/**
 * @param {any} rule
 * @param {boolean} mayEdit
 * @param {() => Promise<void>} reload
 */
function row(rule, mayEdit, reload) {
  const name = rule.privacy_class === 'any' ? tCode('k.what', rule.content) : `${tCode('k.what', rule.content)} · ${tCode('k.class', rule.privacy_class)}`;
  const whose = rule.changed_by ? t('k.rule_by', { name: rule.changed_by }) : t('k.rule_default');
  return h('li.rule-row', { data: { rule: `${rule.content}/${rule.privacy_class}` } },
    h('span', {}, name),
    h('span.quiet', {}, whose, rule.coming_at && h('strong.soon', {}, ' ', t('k.coming_rule', { n: rule.coming_days, day: day(rule.coming_at) }))),
    mayEdit ? form(rule, name, reload) : h('span.count', {}, t('k.days', { n: rule.days })));
}

/**
 * @param {any} rule
 * @param {string} name
 * @param {() => Promise<void>} reload
 */
function form(rule, name, reload) {
  const days = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: '1', max: '36500', required: true, inputmode: 'numeric', 'aria-label': t('k.days_of', { name }), value: String(rule.coming_days ?? rule.days) }));
  const save = /** @type {HTMLButtonElement} */ (h('button', { type: 'submit' }, t('k.save')));
  const fault = h('p.fault', { role: 'alert' });
  return h('form', {
    async onsubmit(/** @type {Event} */ event) {
      event.preventDefault();
      if (save.disabled) return;
      save.disabled = true;
      fault.textContent = '';
      try {
        const changed = await ask('PUT', `/retention/${rule.content}/${rule.privacy_class}`, { body: { days: Number(days.value) } });
        announce(changed.coming_at ? t('k.saved_later', { day: day(changed.coming_at) }) : t('k.saved'));
        await reload();
      } catch (error) {
        fault.textContent = failureWords(error);
      } finally {
        save.disabled = false;
      }
    },
  }, days, save, fault);
}
