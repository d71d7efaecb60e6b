/** Sentences about a report, put together from its fields. */

import { categoryName } from './categories.mjs';
import { languageNow, nameOf, t, tCode } from './i18n.mjs';

const LONG = 140;

/**
 * @param {string} text
 * @returns {string}
 */
export function excerpt(text) {
  const flat = (text ?? '').replace(/\s+/g, ' ').trim();
  return flat.length > LONG ? `${flat.slice(0, LONG - 1).trimEnd()}…` : flat;
}

/**
 * @param {number} metres
 * @returns {string} "40 м" or "1,2 км"
 */
export function distance(metres) {
  const format = (/** @type {number} */ value, /** @type {number} */ digits) => new Intl.NumberFormat(languageNow(), { maximumFractionDigits: digits }).format(value);
  return metres >= 1000 ? `${format(metres / 1000, 1)} ${t('unit.km')}` : `${format(metres, 0)} ${t('unit.m')}`;
}

/**
 * @param {number} share 0 to 1
 * @returns {string} "62 %"
 */
export function percent(share) {
  return new Intl.NumberFormat(languageNow(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/**
 * Where it happened, in one line.
 * @param {any} report
 * @returns {string}
 */
export function placeLine(report) {
  const district = districtLine(report);
  const label = report.placement?.label;
  if (!report.placement) return t('place.none');
  return [label, district || t('place.outside')].filter(Boolean).join(' · ');
}

/**
 * @param {any} report
 * @returns {string} the beat, else the precinct, else nothing
 */
export function districtLine(report) {
  return nameOf(report.beat) || nameOf(report.precinct);
}

/**
 * Why routing chose this district, in words.
 * @param {any} report
 * @param {(code: string) => string} districtName
 * @returns {string[]}
 */
export function decisionLines(report, districtName) {
  const { decision, placement } = report;
  if (!decision) return [];
  const lines = [];
  const values = {
    distance: distance(decision.distance_m ?? 0),
    share: percent(decision.share ?? 0),
    accuracy: distance(placement?.accuracy_m ?? 0),
  };
  const accurate = (placement?.accuracy_m ?? 0) > 0;
  const key = decision.reason === 'inside' && accurate && decision.share < 1 ? 'inside_share' : decision.reason;
  lines.push(t(`reason.${key}`, values));
  const others = (decision.candidates ?? []).filter((/** @type {any} */ each) => each.code !== (decision.district ?? report.beat?.code ?? report.precinct?.code));
  if (others.length && decision.reason !== 'outside') {
    const said = others.map((/** @type {any} */ each) => candidateWords(each, districtName));
    lines.push(t('reason.others', { list: said.join('; ') }));
  }
  return lines;
}

/**
 * @param {{code: string, share: number | null, distance_m: number}} candidate
 * @param {(code: string) => string} districtName
 */
function candidateWords({ code, share, distance_m }, districtName) {
  const detail = share ? percent(share) : distance(distance_m ?? 0);
  return `${districtName(code)} (${detail})`;
}

/**
 * Who answers for it.
 * @param {any} report
 * @param {(code: string) => string} districtName
 * @returns {string}
 */
export function ownerLine(report, districtName) {
  const { officer, desk } = report.assignment ?? {};
  if (officer) return nameOf(officer);
  if (!desk) return t('owner.nobody');
  return desk === 'city' ? t('owner.city_desk') : t('owner.desk', { precinct: districtName(desk) });
}

/**
 * Why that one, a line for each rung passed over.
 * @param {any} assignment
 * @param {(code: string) => string} officerName
 * @returns {string[]}
 */
export function whyLines(assignment, officerName) {
  const lines = [tCode('rung', assignment.rung)];
  for (const { rung, officer, why } of assignment.skipped ?? []) {
    const reason = tCode('skipped', why);
    lines.push(officer ? t('skipped.officer', { officer: officerName(officer), why: reason }) : t(`skipped.rung.${rung ?? 'primary'}`, { why: reason }));
  }
  if (assignment.why) lines.push(t('why.said', { why: assignment.why }));
  return lines;
}

/**
 * The badges of a report: what is unusual about it.
 * @param {any} report
 * @param {(code: string | undefined) => boolean} isUnattended
 * @returns {{kind: string, text: string}[]}
 */
export function badges(report, isUnattended) {
  const found = [];
  if (report.danger) found.push({ kind: 'danger', text: t('sorting.danger') });
  else if (report.priority === 1) found.push({ kind: 'urgent', text: t('badge.urgent') });
  if (report.from_muted) found.push({ kind: 'unclear', text: t('mn.badge_muted') });
  if (report.abusive) found.push({ kind: 'unclear', text: t('mn.badge_abusive') });
  if (report.people > 1) found.push({ kind: 'people', text: t('incident.people', { n: report.people }) });
  if (report.answered_at) found.push({ kind: 'answer', text: t('badge.answer') });
  if (report.reopened > 0) found.push({ kind: 'unclear', text: t('badge.reopened') });
  if (!report.placement) found.push({ kind: 'no-place', text: t('badge.no_place') });
  if (report.category === 'unsorted') found.push({ kind: 'unclear', text: t('sorting.needed') });
  const reason = report.decision?.reason;
  if (reason === 'uncertain') found.push({ kind: 'unclear', text: t('badge.uncertain') });
  else if (reason === 'boundary' || reason === 'overlap') found.push({ kind: 'unclear', text: t('badge.boundary') });
  else if (reason === 'outside') found.push({ kind: 'unclear', text: t('badge.outside') });
  if (report.beat && isUnattended(report.beat.code)) found.push({ kind: 'unattended', text: t('badge.unattended') });
  if (report.proposed_move) found.push({ kind: 'unclear', text: t('badge.move') });
  if (report.assignment?.desk && report.placement) found.push({ kind: 'desk', text: t('badge.desk') });
  return found;
}

/**
 * What differs between a report as we knew it and as it is.
 * @param {any} before
 * @param {any} after
 * @param {(code: string) => string} districtName
 * @returns {string[]}
 */
export function changes(before, after, districtName) {
  const lines = [];
  if (before.status !== after.status) lines.push(t('changed.status', { before: t(`status.${before.status}`), after: t(`status.${after.status}`) }));
  const owners = [ownerLine(before, districtName), ownerLine(after, districtName)];
  if (owners[0] !== owners[1]) lines.push(t('changed.owner', { after: owners[1] }));
  const places = [placeLine(before), placeLine(after)];
  if (places[0] !== places[1]) lines.push(t('changed.place', { after: places[1] }));
  if (before.category !== after.category) lines.push(t('sorting.changed', { after: categoryName(after.category) }));
  if (before.text !== after.text) lines.push(t('changed.text'));
  if ((after.replies?.length ?? 0) > (before.replies?.length ?? 0)) lines.push(t('changed.reply'));
  return lines.length ? lines : [t('changed.something')];
}
