/** The dialogs of subscriptions: what to be told of and how, a secret, one's own chat. */

import { ApiError, ask, get } from '../api.mjs';
import { actionButton, choice, dialogue, failureWords, labelled } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { hasWords, t } from '../i18n.mjs';
import { clock } from '../time.mjs';
import { categoryOptions, createPicker, districtOptions } from './picker.mjs';

const PRIORITIES = [1, 2, 3, 4, 5];

/** @param {unknown} error */
export function faultWords(error) {
  const code = error instanceof ApiError ? `su.error.${String(error.problem.code ?? '').replaceAll('-', '_')}` : '';
  return hasWords(code) ? t(code) : failureWords(error);
}

/**
 * Ask what to be told of; the subscription that was made or changed, or null.
 * @param {{categories: any[], districts: any[]}} known
 * @param {any} [former]
 */
export function askSubscription(known, former) {
  return dialogue((close) => {
    const name = /** @type {HTMLInputElement} */ (h('input', { type: 'text', maxlength: 100, value: former?.name ?? '' }));
    const channel = choice(['telegram', 'webhook'].map((value) => ({ value, words: t(`su.channel_${value}`) })), former?.channel ?? 'telegram', { disabled: Boolean(former), onchange: show });
    const url = /** @type {HTMLInputElement} */ (h('input', { type: 'url', maxlength: 2000, placeholder: 'https://', value: former?.url ?? '', inputmode: 'url', autocomplete: 'off' }));
    const address = labelled(t('su.url'), url, t('su.url_hint'));
    const categories = createPicker(t('su.categories'), t('su.all_categories'), categoryOptions(known.categories), former?.categories ?? null);
    const districts = createPicker(t('su.districts'), t('su.all_districts'), districtOptions(known.districts), former?.districts ?? null);
    const priority = choice([{ value: '', words: t('su.any_priority') }, ...PRIORITIES.slice(0, 4).map((n) => ({ value: String(n), words: t(n === 1 ? 'su.priority_only' : 'su.priority_up', { name: t(`priority.${n}`) }) }))], String(former?.lowest_priority ?? ''));
    const events = ['reported', 'closed'].map((value) => ({ value, box: /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: former ? former.events.includes(value) : value === 'reported' })) }));
    const fault = h('p.form-fault', { role: 'alert' });
    function show() { address.style.display = channel.value === 'webhook' ? '' : 'none'; }
    show();

    async function save() {
      const body = {
        name: name.value.trim(), channel: channel.value, url: channel.value === 'webhook' ? url.value.trim() : null,
        categories: categories.value(), districts: districts.value(), lowest_priority: priority.value ? Number(priority.value) : null,
        events: events.filter(({ box }) => box.checked).map(({ value }) => value),
      };
      const missing = !body.name ? 'su.need_name' : body.channel === 'webhook' && !body.url ? 'su.need_url'
        : body.categories?.length === 0 || body.districts?.length === 0 ? 'su.need_choice' : !body.events.length ? 'su.need_event' : '';
      if (missing) { fill(fault, t(missing)); return; }
      try {
        close(await ask(former ? 'PUT' : 'POST', former ? `/subscriptions/${former.id}` : '/subscriptions', { body }));
      } catch (error) {
        fill(fault, faultWords(error));
      }
    }
    return {
      title: t(former ? 'su.change' : 'su.new'), focus: name,
      body: h('div.sub-form', {}, labelled(t('su.name'), name), labelled(t('su.channel'), channel), address,
        h('fieldset', {}, h('legend', {}, t('su.events')), events.map(({ value, box }) => h('label.tick', {}, box, h('span', {}, t(`su.event_${value}`))))),
        categories.node, districts.node, labelled(t('su.priority'), priority), fault,
        h('div.buttons', {}, actionButton('button.primary', t('su.save'), save), h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))),
    };
  });
}

/**
 * Show a webhook's secret, this once.
 * @param {string} secret
 */
export function showSecret(secret) {
  return dialogue((close) => {
    const copied = h('span.quiet', { role: 'status' });
    const copy = async () => {
      await navigator.clipboard?.writeText(secret).then(() => fill(copied, t('su.copied')), () => {});
    };
    return {
      title: t('su.secret_title'),
      body: h('div.secret', {}, h('p', {}, t('su.secret_once')), h('code', { id: 'secret' }, secret), h('p.quiet', {}, t('su.secret_how')),
        h('div.buttons', {}, actionButton('button', t('su.copy'), copy), h('button.primary', { type: 'button', onclick: () => close(true) }, t('su.secret_kept'))), copied),
    };
  });
}

/** Link one's own chat with the bot. */
export function askChat() {
  return dialogue((close) => {
    const body = h('div.sub-form', {}, h('p.quiet', {}, t('chat.loading')));
    const again = () => h('div.buttons', {}, h('button', { type: 'button', onclick: () => close(true) }, t('close')));
    async function link() {
      try {
        const made = await ask('POST', '/subscriptions/chat');
        fill(body, h('p', {}, t('chat.do', { time: clock(Date.parse(made.expires_at)) })),
          made.link && h('p', {}, h('a.button', { href: made.link, target: '_blank', rel: 'noopener' }, t('chat.open'))),
          h('p', {}, t('chat.or'), ' ', h('code', { id: 'chat-command' }, made.command)),
          h('div.buttons', {}, h('button.primary', { type: 'button', onclick: () => close(true) }, t('chat.check'))));
      } catch (error) {
        fill(body, h('p.form-fault', { role: 'alert' }, faultWords(error)), again());
      }
    }
    async function unlink() {
      try {
        await ask('DELETE', '/subscriptions/chat');
        close(true);
      } catch (error) {
        fill(body, h('p.form-fault', { role: 'alert' }, faultWords(error)), again());
      }
    }
    get('/subscriptions/chat').then(({ linked_at: linked }) => fill(body, h('p', {}, t(linked ? 'su.chat_linked' : 'su.chat_what')),
      h('div.buttons', {}, actionButton('button.primary', t(linked ? 'chat.again' : 'chat.link'), link), linked && actionButton('button', t('chat.unlink'), unlink), h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))),
    (error) => fill(body, h('p.form-fault', { role: 'alert' }, faultWords(error)), again()));
    return { title: 'Telegram', body };
  });
}

/**
 * Ask what an observer sees; true when something was changed.
 * @param {{categories: any[], districts: any[]}} known
 * @param {any} observer
 */
export function askScope(known, observer) {
  return dialogue((close) => {
    const categories = createPicker(t('su.categories'), t('su.all_categories'), categoryOptions(known.categories), observer.assigned ? observer.categories : []);
    const districts = createPicker(t('su.districts'), t('su.everywhere'), districtOptions(known.districts), observer.assigned ? observer.districts : null);
    const fault = h('p.form-fault', { role: 'alert' });
    async function save() {
      const body = { categories: categories.value(), districts: districts.value() };
      if (body.categories?.length === 0 || body.districts?.length === 0) { fill(fault, t('su.need_choice')); return; }
      try {
        await ask('PUT', `/observers/${encodeURIComponent(observer.login)}/scope`, { body });
        close(true);
      } catch (error) {
        fill(fault, faultWords(error));
      }
    }
    return {
      title: t('su.observer_title', { name: observer.name }),
      body: h('div.sub-form', {}, h('p.quiet', {}, t('su.observer_hint')), categories.node, districts.node, fault,
        h('div.buttons', {}, actionButton('button.primary', t('su.save'), save), h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))),
    };
  });
}
