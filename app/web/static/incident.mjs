/** Reports of one incident: whom the open one follows, who follows it, and what else may be the same. */

import { categoryName } from './categories.mjs';
import { h, icon } from './dom.mjs';
import { t } from './i18n.mjs';
import { section } from './report-parts.mjs';
import { ICONS, isOpen } from './shapes.mjs';
import { timeButton } from './time.mjs';
import { distance, excerpt, percent } from './words.mjs';

/** @typedef {import('./app.mjs').App} App */

const SHOWN = 5;

/**
 * @param {any} report
 * @param {App} app
 */
export function incidentSections(report, app) {
  const { incident } = report;
  return [
    report.duplicate_of && followsNote(report, app),
    (incident?.suggestions ?? []).length > 0 && !report.duplicate_of && suggestions(report, app),
    (incident?.members_total ?? report.members) > 0 && members(report, app),
    (incident?.said_other ?? []).length > 0 && saidOther(report, app),
  ];
}

/**
 * What spoke for it, in words.
 * @param {any} why
 */
export function whyWords(why) {
  if (!why) return '';
  const said = [];
  if (why.same_person) said.push(t('incident.same_person'));
  if (why.distance_m !== null && why.distance_m !== undefined) said.push(t('incident.far', { distance: distance(why.distance_m) }));
  if (why.minutes !== null && why.minutes !== undefined) said.push(t('incident.after', { n: why.minutes }));
  if (why.likeness !== null && why.likeness !== undefined) said.push(t('incident.likeness', { share: percent(why.likeness) }));
  return said.join(' · ');
}

/** @param {any} why */
const byWords = (why) => (why?.by && why.by !== 'system' ? t('incident.by', { who: why.by }) : t('incident.by_itself'));

/**
 * @param {string} number
 * @param {App} app
 */
const opener = (number, app) => h('button.link', { type: 'button', onclick: () => app.open(number) }, `№ ${number}`);

/**
 * @param {any} report
 * @param {App} app
 */
function mayLink(report, app) {
  return app.isDesk() && app.mayAct() && !app.isPending(report.number);
}

/**
 * @param {any} report
 * @param {App} app
 */
function followsNote(report, app) {
  const { number, duplicate_of: entry, incident } = report;
  return h('div.note.follows', {},
    h('p', {}, h('strong', {}, t('incident.follows', { number: entry }))),
    h('p', {}, t('incident.follows_next')),
    incident?.why && h('p.quiet', {}, [byWords(incident.why), whyWords(incident.why)].filter(Boolean).join(' ')),
    h('div.buttons', {},
      h('button.primary', { type: 'button', data: { open: entry }, onclick: () => app.open(entry) }, t('incident.open', { number: entry })),
      mayLink(report, app) && h('button', { type: 'button', data: { separate: number }, onclick: () => app.act({ number, kind: 'separate', body: {} }) }, t('incident.separate'))));
}

/**
 * @param {any} report
 * @param {App} app
 */
function suggestions(report, app) {
  return h('section.block.suggestions', {}, h('h3', {}, t('incident.maybe')),
    h('ul.members', {}, report.incident.suggestions.map((/** @type {any} */ each) => suggestion(report, each, app))));
}

/**
 * @param {any} report
 * @param {any} other
 * @param {App} app
 */
function suggestion(report, other, app) {
  const { number } = report;
  // The one that came first is the one that is worked on.
  const [later, first] = Date.parse(other.received_at) <= Date.parse(report.received_at) ? [number, other.number] : [other.number, number];
  return h('li', {},
    h('p.member-head', {}, opener(other.number, app), timeButton(other.received_at), other.people > 1 && h('span.badge', {}, t('incident.people', { n: other.people })), !isOpen(other.status) && h('span.badge', {}, t(`status.${other.status}`))),
    h('p', {}, h('strong', {}, `${categoryName(other.category)}. `), excerpt(other.text) || t('report.no_text')),
    h('p.quiet', {}, whyWords(other.why)),
    mayLink(report, app) && h('div.buttons', {},
      isOpen(other.status) && h('button', { type: 'button', data: { link: other.number }, onclick: () => app.act({ number: later, kind: 'duplicate', body: { of: first } }) }, t('incident.link')),
      h('button', { type: 'button', data: { distinct: other.number }, onclick: () => app.act({ number, kind: 'distinct', body: { of: other.number } }) }, t('incident.distinct'))));
}

/**
 * @param {any} report
 * @param {App} app
 */
function members(report, app) {
  const list = report.incident?.members ?? [];
  const total = Math.max(report.incident?.members_total ?? 0, report.members);
  const rows = list.map((/** @type {any} */ each) => member(each, app, mayLink(report, app)));
  return section(t('incident.members', { n: total }),
    report.people > 1 && h('p', {}, icon(ICONS.person), ' ', t('incident.people', { n: report.people })),
    h('ul.members', { id: 'members' }, rows.slice(0, SHOWN)),
    rows.length > SHOWN && h('details.more-members', {}, h('summary', {}, t('incident.more', { n: total - SHOWN })), h('ul.members', {}, rows.slice(SHOWN)),
      total > rows.length && h('p.quiet', {}, t('incident.not_all', { n: rows.length }))));
}

/**
 * @param {any} each
 * @param {App} app
 * @param {boolean} mayPart
 */
function member(each, app, mayPart) {
  return h('li', { class: each.answered_at ? 'new' : null },
    h('p.member-head', {}, opener(each.number, app), timeButton(each.received_at),
      each.danger && h('span.badge.b-danger', {}, t('sorting.danger')),
      each.answered_at && h('span.badge.b-answer', {}, t('answers.new')),
      each.media > 0 && h('span.media-count', { title: t('report.media_count', { n: each.media }) }, icon(ICONS.clip), each.media, h('span.sr', {}, t('report.media_count', { n: each.media })))),
    h('p', {}, excerpt(each.text) || t('report.no_text')),
    h('p.quiet', {}, [byWords(each.why), whyWords(each.why)].filter(Boolean).join(' ')),
    mayPart && h('div.buttons', {}, h('button', { type: 'button', 'aria-label': t('incident.separate_one', { number: each.number }), data: { separate: each.number }, onclick: () => app.act({ number: each.number, kind: 'separate', body: {} }) }, t('incident.separate'))));
}

/**
 * @param {any} report
 * @param {App} app
 */
function saidOther(report, app) {
  return h('p.quiet.said-other', {}, t('incident.said_other'), ' ', report.incident.said_other.flatMap((/** @type {string} */ number, /** @type {number} */ at) => [at > 0 && ', ', h('span.unbroken', {}, opener(number, app))]));
}
