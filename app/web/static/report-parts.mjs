/** The parts of an open report that are lists: media, messages sent, history. */

import { h, icon } from './dom.mjs';
import { t, tCode } from './i18n.mjs';
import { ICONS } from './shapes.mjs';
import { timeButton } from './time.mjs';
import { ownerLine } from './words.mjs';

/**
 * @param {string} title
 * @param {...import('./dom.mjs').Child} children
 */
export function section(title, ...children) {
  return h('section.block', {}, h('h3', {}, title), ...children);
}

/** @param {any} report */
export function mediaList(report) {
  const media = report.media ?? [];
  if (!media.length) return null;
  return h('ul.media', { 'aria-label': t('section.media') }, media.map((/** @type {any} */ each, /** @type {number} */ index) => h('li', {}, medium(each, index + 1))));
}

/**
 * @param {{id: number, kind: string, url: string, mime: string | null, name?: string}} each
 * @param {number} n
 */
function medium({ kind, url, mime, name }, n) {
  const label = t('media.label', { kind: tCode('media', kind), n });
  if (!url.startsWith('/')) return h('p', {}, label);
  const box = h('div.medium');
  const missing = () => box.replaceChildren(h('p.quiet', {}, t('media.missing', { what: label })));
  if (kind === 'photo' || mime?.startsWith('image/')) {
    box.append(h('a', { href: url, target: '_blank', rel: 'noopener' }, h('img', { src: url, alt: label, loading: 'lazy', onerror: missing })));
  } else if (kind === 'video' || mime?.startsWith('video/')) {
    box.append(h('video', { src: url, controls: true, preload: 'metadata', 'aria-label': label, onerror: missing }));
  } else if (kind === 'voice' || kind === 'audio' || mime?.startsWith('audio/')) {
    box.append(h('p.quiet', {}, label), h('audio', { src: url, controls: true, preload: 'metadata', 'aria-label': label, onerror: missing }));
  } else {
    box.append(h('a.button', { href: url, download: name ?? '' }, icon(ICONS.clip), name || label));
  }
  return box;
}

/** @param {any[]} deliveries */
export function deliveryList(deliveries) {
  return h('ul.deliveries', {}, deliveries.map((each) => h('li', {},
    h('p.delivery-text', {}, each.text),
    h('p.delivery-state', {}, h(`span.badge.d-${each.state}`, {}, t(`delivery.${each.state}`)),
      each.possibly_twice && h('span.quiet', {}, t('delivery.twice')), timeButton(each.at)))));
}

/**
 * @param {any[]} history
 * @param {import('./app.mjs').App} app
 */
export function historyList(history, app) {
  return h('ol.history', {}, history.map((event) => h('li', {},
    h('p', {}, h('strong', {}, eventWords(event, app))),
    event.note && h('p.event-note', {}, event.note),
    h('p.quiet', {}, actorWords(event.actor), ' · ', timeButton(event.at)))));
}

/** @param {string} actor */
function actorWords(actor) {
  const [kind, ...name] = actor.split(':');
  if (kind === 'citizen') return t('actor.citizen');
  if (kind === 'system') return t('actor.system');
  return name.join(':') || actor;
}

/**
 * @param {any} event
 * @param {import('./app.mjs').App} app
 */
function eventWords({ kind, after }, app) {
  if (kind === 'status' && after?.status) return t('event.status', { status: t(`status.${after.status}`) });
  if (kind === 'replied' && after?.text) return t('event.replied_text', { text: after.text });
  if (kind === 'duplicate' && after?.of) return t('event.duplicate_of', { of: after.of });
  const code = after?.placement?.beat ?? after?.placement?.precinct;
  if (kind === 'placed' && code) return t('event.placed_in', { district: app.districtName(code) });
  if (kind === 'rerouted') return t('event.rerouted_to', { district: code ? app.districtName(code) : t('place.outside') });
  if (kind === 'covered' && after?.assignment) return t('event.covered_to', { owner: ownerLine(after, app.districtName) });
  if (kind === 'assigned' && after?.assignment) return t('event.assigned_to', { owner: ownerLine(after, app.districtName) });
  return tCode('event', kind);
}
