/** Reports of which nothing goes: who holds which and why, and holding another. */

import { ask, reportPath } from '../api.mjs';
import { announce, fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { dayAndTime, failureWords } from './kit.mjs';

const NUMBER = '[0-9]{4}-[0-9]{6,12}';

/**
 * @param {Element} node
 * @param {{mayHold: boolean, reload: () => Promise<void>}} how
 */
export function createHolds(node, { mayHold, reload }) {
  const number = /** @type {HTMLInputElement} */ (h('input', { id: 'hold-number', type: 'text', required: true, pattern: NUMBER, placeholder: '2026-000001', autocomplete: 'off' }));
  const reason = /** @type {HTMLInputElement} */ (h('input', { id: 'hold-reason', type: 'text', required: true, maxlength: '300', autocomplete: 'off' }));
  const submit = /** @type {HTMLButtonElement} */ (h('button.primary', { type: 'submit' }));
  const fault = h('p.fault', { role: 'alert' });
  const list = h('div');
  const labels = [h('label', { for: 'hold-number' }), h('label', { for: 'hold-reason' })];
  const title = h('h2', { id: 'holds-title' });
  const lead = h('p.quiet');
  const formTitle = h('h3');
  const form = h('form.keeping-form', { onsubmit: hold }, formTitle, h('div', {}, labels[0], number), h('div', {}, labels[1], reason), submit, fault);
  // What is being written stays, whatever is drawn anew around it.
  fill(node, title, lead, list, mayHold && form);

  /** @param {Event} event */
  async function hold(event) {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    fault.textContent = '';
    try {
      await ask('POST', `${reportPath(number.value.trim())}/hold`, { body: { reason: reason.value.trim() } });
      announce(t('k.held', { number: number.value.trim() }));
      number.value = '';
      reason.value = '';
      await reload();
    } catch (error) {
      fault.textContent = failureWords(error);
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {any} each */
  function lift(each) {
    const button = /** @type {HTMLButtonElement} */ (h('button', {
      type: 'button', 'aria-label': t('k.lift_of', { number: each.number }),
      async onclick() {
        if (button.disabled) return;
        button.disabled = true;
        try {
          await ask('DELETE', `${reportPath(each.number)}/hold`);
          announce(t('k.lifted', { number: each.number }));
          await reload();
        } catch (error) {
          fault.textContent = failureWords(error);
          announce(failureWords(error), 'loud');
          button.disabled = false;
        }
      },
    }, t('k.lift')));
    return button;
  }

  return {
    /** @param {any} retention the answer of `/retention` */
    draw(retention) {
      title.textContent = t('k.holds');
      lead.textContent = t('k.holds_lead');
      formTitle.textContent = t('k.hold_form');
      labels[0].textContent = t('k.hold_number');
      labels[1].textContent = t('k.hold_reason');
      submit.textContent = t('k.hold');
      fill(list, retention.holds.length
        ? h('ul.keeping-list', {}, retention.holds.map((/** @type {any} */ each) => h('li', { data: { number: each.number } },
          h('span', {}, h('strong', {}, `№ ${each.number}`), ' · ', each.reason),
          h('span.quiet', {}, t('k.held_by', { name: each.placed_by, time: dayAndTime(each.placed_at) })),
          mayHold && lift(each))))
        : h('p.quiet', {}, t('k.holds_none')));
    },
  };
}
