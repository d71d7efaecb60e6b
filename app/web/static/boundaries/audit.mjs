/** Everything that was done to a set, newest first. */

import { h } from '../dom.mjs';
import { hasWords, languageNow, t } from '../i18n.mjs';
import { timeButton } from '../time.mjs';
import { actorName, dateWords, number } from './kit.mjs';

/** @param {any[]} entries */
export function auditNode(entries) {
  if (!entries.length) return h('p.quiet', {}, t('b.audit.none'));
  const newest = entries.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return h('ol.history', {}, newest.map((each) => h('li', {},
    h('p', {}, h('strong', {}, hasWords(`b.audit.${each.kind}`) ? t(`b.audit.${each.kind}`) : each.kind)),
    detailsOf(each).map((line) => h('p', {}, line)),
    h('p.quiet', {}, actorName(each.actor), ' · ', timeButton(each.at)))));
}

/** @param {any} entry @returns {string[]} what can be said of it in a line */
function detailsOf({ kind, before, after }) {
  const lines = [];
  if (kind === 'edited') {
    const codes = (after?.districts ?? []).map((/** @type {any} */ each) => each.properties?.code ?? each.id ?? each).filter(Boolean);
    if (codes.length) lines.push(t('b.audit.districts', { n: codes.length, list: short(codes) }));
    if (after?.removed?.length) lines.push(t('b.audit.removed', { list: short(after.removed) }));
    if (after?.revision) lines.push(t('b.audit.revision', { n: after.revision }));
  }
  if (kind === 'uploaded') {
    if (after?.source) lines.push(t('b.audit.source', { source: after.source }));
    if (after?.districts) lines.push(t('b.audit.count', { n: after.districts }));
  }
  if (kind === 'scheduled' && after?.at) lines.push(dateWords(after.at));
  if (after?.error) lines.push(String(after.error));
  for (const key of ['moved', 'proposed']) if (typeof after?.reports?.[key] === 'number') lines.push(t(`b.audit.count_${key}`, { n: after.reports[key] }));
  if (before?.boundary_set ?? before?.in_force) lines.push(t('b.audit.before_set', { id: before.boundary_set ?? before.in_force }));
  return lines;
}

/** @param {string[]} codes */
function short(codes) {
  const shown = new Intl.ListFormat(languageNow(), { type: 'unit' }).format(codes.slice(0, 8));
  return codes.length > 8 ? `${shown}… (${number(codes.length)})` : shown;
}
