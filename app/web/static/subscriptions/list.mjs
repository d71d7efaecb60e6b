/** Subscriptions, how they do, and what was sent last. */

import { ask, get } from '../api.mjs';
import { actionButton, confirmed, dateWords } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { askChat, askSubscription, showSecret } from './form.mjs';
import { categoryOptions, chosenWords, districtOptions } from './picker.mjs';

/** @param {import('./page.mjs').App} app */
export function createList(app) {
  const node = h('section.triage-card', { 'aria-labelledby': 'subs-title' });
  /** @type {any[]} */
  let all = [];
  /** Deliveries of the subscriptions that are unfolded. @type {Map<number, any[]>} */
  const unfolded = new Map();

  async function load() {
    all = (await get('/subscriptions')).subscriptions;
    for (const id of unfolded.keys()) await loadDeliveries(id).catch(() => unfolded.delete(id));
    draw();
  }

  /** @param {number} id */
  async function loadDeliveries(id) {
    unfolded.set(id, (await get(`/subscriptions/${id}/deliveries`)).deliveries);
  }

  function draw() {
    fill(node,
      h('div.card-head', {}, h('h3.card-title', { id: 'subs-title' }, t('su.list')),
        h('div.buttons', {}, actionButton('button.primary', t('su.new'), add, { id: 'new-subscription' }), actionButton('button', 'Telegram', async () => { await askChat(); await app.doing(load()); }, { id: 'own-chat' }))),
      all.length ? h('ul.sub-list', {}, all.map(item)) : h('div.empty.small', {}, h('p.empty-title', {}, t('su.none')), h('p.quiet', {}, t('su.none_hint'))));
  }

  /** @param {any} each */
  function item(each) {
    const { id } = each;
    const broken = ['gone', 'failing'].includes(each.off_why);
    const shown = unfolded.get(id);
    const options = { categories: categoryOptions(app.known.categories), districts: districtOptions(app.known.districts) };
    return h('li.sub', { class: `sub ${each.active ? '' : broken ? 'broken' : 'off'}`, data: { id } },
      h('div.sub-head', {}, h('span.sub-name', {}, each.name), h('span.badge', {}, t(`su.channel_${each.channel}`)), !each.own && h('span.badge', {}, each.owner),
        !each.active && h('span.badge.b-danger', {}, t('su.off'))),
      broken && h('p.note.warn', { role: 'alert' }, t(`su.off_${each.off_why}`)),
      each.active && each.failing_since && h('p.note.warn', {}, t('su.failing_since', { time: dateWords(each.failing_since) })),
      each.url && h('p.sub-url', {}, each.url),
      h('p', {}, ['reported', 'closed'].filter((event) => each.events.includes(event)).map((event) => t(`su.event_${event}`)).join(' · ')),
      h('p.quiet', {}, [chosenWords(each.categories, t('su.all_categories'), options.categories), chosenWords(each.districts, t('su.all_districts'), options.districts),
        each.lowest_priority && t(each.lowest_priority === 1 ? 'su.priority_only' : 'su.priority_up', { name: t(`priority.${each.lowest_priority}`) })].filter(Boolean).join(' · ')),
      h('div.buttons', {},
        actionButton('button.small', t(each.active ? 'su.pause' : 'su.resume'), () => step(id, each.active ? 'pause' : 'resume')),
        each.active && actionButton('button.small', t('su.test'), () => app.doing(ask('POST', `/subscriptions/${id}/deliveries/test`).then(() => unfold(id)), t('su.test_sent'))),
        actionButton('button.small', t('su.edit'), () => edit(each)),
        each.channel === 'webhook' && actionButton('button.small', t('su.renew'), () => renew(each)),
        actionButton('button.small.danger-quiet', t('su.delete'), () => remove(each)),
        actionButton('button.small', t(shown ? 'su.fold' : 'su.deliveries'), () => (shown ? fold(id) : app.doing(unfold(id))), { 'aria-expanded': String(Boolean(shown)) })),
      shown && deliveryList(each, shown));
  }

  /**
   * @param {any} subscription
   * @param {any[]} deliveries
   */
  function deliveryList(subscription, deliveries) {
    if (!deliveries.length) return h('p.quiet', {}, t('su.no_deliveries'));
    return h('ul.deliveries', {}, deliveries.map((each) => h('li', { data: { state: each.state } },
      h('div.delivery-words', {},
        h('p', {}, h('span', { class: `d-${each.state}` }, t(`su.state_${each.state}`)), ' · ', t(`su.about_${each.event}`), each.number && [' ', h('a', { href: `/#${each.number}` }, `№ ${each.number}`)]),
        h('p.quiet', {}, [dateWords(each.sent_at ?? each.created_at), each.last_status && `HTTP ${each.last_status}`, each.attempts > 1 && t('su.attempts', { n: each.attempts }),
          each.next_try_at && each.attempts > 0 && t('su.next_try', { time: dateWords(each.next_try_at) })].filter(Boolean).join(' · ')),
        each.last_error && h('p.quiet', {}, each.last_error)),
      subscription.active && each.state !== 'sending' && actionButton('button.small', t('su.redeliver'), () => app.doing(ask('POST', `/subscriptions/${subscription.id}/deliveries/${each.id}/redeliver`).then(() => unfold(subscription.id)), t('su.redelivered'))))));
  }

  /** @param {number} id */
  async function unfold(id) {
    await loadDeliveries(id);
    draw();
  }

  /** @param {number} id */
  async function fold(id) {
    unfolded.delete(id);
    draw();
  }

  async function add() {
    const made = await askSubscription(app.known);
    if (!made) return;
    if (made.secret) await showSecret(made.secret);
    await app.doing(load(), t('su.made'));
  }

  /** @param {any} each */
  async function edit(each) {
    if (await askSubscription(app.known, each)) await app.doing(load(), t('su.changed'));
  }

  /** @param {number} id @param {string} what */
  const step = (id, what) => app.doing(ask('POST', `/subscriptions/${id}/${what}`).then(load));

  /** @param {any} each */
  async function renew(each) {
    if (!await confirmed({ title: t('su.renew_title'), text: t('su.renew_text'), yes: t('su.renew') })) return;
    const made = await app.doing(ask('POST', `/subscriptions/${each.id}/secret/renew`));
    if (made) await showSecret(made.secret);
  }

  /** @param {any} each */
  async function remove(each) {
    if (!await confirmed({ title: t('su.delete_title', { name: each.name }), text: t('su.delete_text'), yes: t('su.delete'), danger: true })) return;
    unfolded.delete(each.id);
    await app.doing(ask('DELETE', `/subscriptions/${each.id}`).then(load), t('su.deleted'));
  }

  return { node, load, draw };
}
