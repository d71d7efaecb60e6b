/** The parts of an open report that are lists: media, messages sent, history. */

import { categoryName } from './categories.mjs';
import { h, icon } from './dom.mjs';
import { t, tCode } from './i18n.mjs';
import { rulesEvent } from './rules-applied.mjs';
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

/**
 * What followed when something did not happen in time.
 * @param {any} after
 * @param {import('./app.mjs').App} app
 */
function lateWords({ late, assignment }, app) {
  const said = [t(`late.${late.deadline}`)];
  if (assignment) said.push(t('late.handed', { owner: ownerLine({ assignment }, app.districtName) }));
  if (late.told?.length) said.push(t(`late.told.${late.step}`));
  return said.join(' ');
}

/**
 * What the citizen said once the report was there, and how they rated it.
 * @param {any} report
 * @param {() => void} [seen] notes that it was read
 */
export function answerList(report, seen) {
  const answers = report.answers ?? [];
  if (!answers.length && !report.rating) return null;
  return section(t('section.answers'),
    answers.length > 0 && h('ul.answers', {}, answers.map((/** @type {any} */ each) => h('li', { class: each.is_new ? 'new' : null },
      h('p.answer-text', {}, answerWords(each)),
      h('p.quiet', {}, each.is_new && h('span.badge.b-answer', {}, t('answers.new')), ' ', timeButton(each.at))))),
    report.answered_at && seen && h('div.buttons', {}, h('button', { type: 'button', onclick: seen }, t('answers.seen'))),
    report.rating > 0 && h('p.rating', {}, t('answers.rating', { stars: stars(report.rating) }), h('span.sr', {}, ` ${t('answers.rating_words', { n: report.rating })}`)));
}

/** @param {{text: string, media: number, kind: string}} answer */
function answerWords({ text, media, kind }) {
  if (kind === 'said_over') return t('answers.said_over');
  const words = [text, media > 0 && t('answers.media', { n: media })].filter(Boolean).join(' · ');
  return kind === 'reopened' ? `${t('answers.reopened')}: ${words}` : words;
}

/** @param {number} count */
const stars = (count) => '★'.repeat(count) + '☆'.repeat(5 - count);

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
    rulesEvent(event.before, event.after) && event.kind !== 'dispatched' && h('p', {}, rulesEvent(event.before, event.after)),
    event.note && h('p.event-note', {}, event.note),
    h('p.quiet', {}, actorWords(event.actor), ' · ', timeButton(event.at)))));
}

/** @param {string} actor */
function actorWords(actor) {
  const [kind, ...name] = actor.split(':');
  if (kind === 'citizen') return t('actor.citizen');
  if (kind === 'group_admin') return t('actor.group_admin');
  if (kind === 'system') return t('actor.system');
  return name.join(':') || actor;
}

/**
 * @param {any} event
 * @param {import('./app.mjs').App} app
 */
function eventWords({ kind, before, after }, app) {
  if (kind === 'dispatched') return rulesEvent(before, after) || t('rl.event_none');
  if (kind === 'status' && after?.status) return t('event.status', { status: t(`status.${after.status}`) });
  if (kind === 'replied' && after?.text) return t('event.replied_text', { text: after.text });
  if (kind === 'answered' && after?.text) return t('event.answered_text', { text: after.text });
  if (kind === 'answer_moved' && after?.to) return t('event.answer_moved', { to: after.to });
  if (kind === 'forwarded' && after?.name) return t('event.forwarded_from', { name: after.name });
  if (kind === 'purged' && after?.kind === 'place') return t('event.purged_place');
  if (kind === 'rated' && after?.stars) return t('event.rated', { stars: stars(after.stars) });
  if (kind === 'duplicate' && after?.of) return t('event.duplicate_of', { of: after.of });
  if (kind === 'separated' && before?.of) return t('event.separated_from', { of: before.of });
  if (kind === 'not_same' && after?.of) return t('event.not_same_as', { of: after.of });
  if (kind === 'counted' && after?.people) return t('event.counted_people', { n: after.people });
  const code = after?.placement?.beat ?? after?.placement?.precinct;
  if (kind === 'placed' && code) return t('event.placed_in', { district: app.districtName(code) });
  if (kind === 'rerouted') return t('event.rerouted_to', { district: code ? app.districtName(code) : t('place.outside') });
  if (kind === 'covered' && after?.assignment) return t('event.covered_to', { owner: ownerLine(after, app.districtName) });
  if (kind === 'assigned' && after?.assignment) return t('event.assigned_to', { owner: ownerLine(after, app.districtName) });
  if (kind === 'escalated' && after?.late) return lateWords(after, app);
  if (kind === 'sorted' && after?.sorting) return t('sorting.event', { category: categoryName(after.sorting.category) });
  if (kind === 'alarmed') return t('sorting.event_alarmed');
  return tCode('event', kind);
}
