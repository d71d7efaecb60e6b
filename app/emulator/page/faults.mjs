/** For developers: making the Bot API fail, and seeing what the bot does then. */

import * as api from './api.mjs';
import { refused } from './bubbles.mjs';
import { el } from './dom.mjs';
import { words } from './words.mjs';

const METHODS = ['sendMessage', 'getUpdates', 'sendVenue', 'answerCallbackQuery', 'editMessageText', 'getFile'];
/** @type {[string, string][]} */
const KINDS = [
  ['too_many_requests', words.too_many_requests], ['blocked', words.blockedFault], ['server_error', words.server_error],
  ['drop_before', words.drop_before], ['drop_after', words.drop_after], ['delay', words.delay],
];

/** @returns {{root: HTMLDetailsElement, draw: () => void}} */
export function makeFaults() {
  const option = (/** @type {string} */ value, /** @type {string} */ label) => el('option', { value }, label);
  const kind = el('select', {}, ...KINDS.map(([value, label]) => option(value, label)));
  const method = el('select', {}, ...METHODS.map((name) => option(name, name)), option('', words.anyMethod));
  const times = el('input', { type: 'number', min: 1, max: 1000, value: 1 });
  const hold = el('input', { type: 'checkbox' });
  const list = el('ul', { class: 'plain' });
  const figures = el('p', { class: 'figures' });
  const calls = el('ol', { class: 'plain calls' });
  const form = el('form', {}, el('label', {}, words.faultKind, kind), el('label', {}, words.faultMethod, method), el('label', {}, words.times, times),
    el('div', { class: 'actions' }, el('button', { class: 'quiet' }, words.setFault), el('button', { type: 'button', class: 'link', click: () => api.remove('faults').then(read, refused) }, words.clearFaults)));
  const root = el('details', { class: 'faults' }, el('summary', {}, words.developers), form, list,
    el('label', { class: 'check' }, hold, words.hold), figures, el('h3', {}, words.lastCalls), calls);
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    api.post('faults', { kind: kind.value, method: method.value || null, times: Number(times.value) || 1, seconds: 3, retry_after: 3 }).then(read, refused);
  });
  hold.addEventListener('change', async () => {
    try {
      const now = await api.get('delivery');
      await api.put('delivery', { ...now, hold: hold.checked });
    } catch (error) {
      refused(error);
    }
    read();
  });
  let reading = false;
  async function read() {
    if (reading || !root.open) return;
    reading = true;
    try {
      const [set, delivery, limits, state, last] = await Promise.all([api.get('faults'), api.get('delivery'), api.get('limits'), api.get('state'), api.get('calls?last=12')]);
      hold.checked = delivery.hold;
      list.replaceChildren(...(set.length ? set.map((/** @type {any} */ fault) => el('li', {}, `${KINDS.find(([value]) => value === fault.kind)?.[1]} · ${fault.method ?? words.anyMethod} · ${words.left} ${fault.times ?? '∞'}`)) : [el('li', {}, words.noFaults)]));
      figures.textContent = `${words.pending}: ${state.pending} · ${words.violations}: ${limits.violations}`;
      calls.replaceChildren(...last.reverse().map((/** @type {any} */ call) => el('li', {}, `${call.method} → ${call.status || '—'}${call.answered ? '' : ' ✗'} ${call.description ?? ''}`)));
    } catch {
      // The page says already that the emulator is not reached.
    }
    reading = false;
  }
  root.addEventListener('toggle', read);
  return { root, draw: read };
}
