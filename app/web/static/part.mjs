/** A part of the queue: what another page links to, as the query of `/queue`. */

import { nameOf, t, tCode } from './i18n.mjs';

/**
 * The address of a part of the queue.
 * @param {Record<string, string | string[] | boolean | null | undefined>} wanted
 * @returns {string}
 */
export function partAddress(wanted) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    for (const each of [value].flat()) if (each) query.append(name, String(each));
  }
  return `/?${query}`;
}

const NAMES = ['status', 'district', 'overdue', 'officer', 'unplaced'];

/**
 * The part of the queue that an address names; whatever else stands there is no part.
 * @param {string} search
 * @returns {string}
 */
export function partOf(search) {
  return new URLSearchParams([...new URLSearchParams(search)].filter(([name]) => NAMES.includes(name))).toString();
}

/**
 * What is shown, in words.
 * @param {string} part
 * @param {import('./app.mjs').App} app
 * @returns {string}
 */
export function partWords(part, app) {
  const query = new URLSearchParams(part);
  const officer = query.get('officer');
  const district = query.get('district');
  const of = [...app.store.get().reports.values()].find((each) => each.assignment?.officer?.code === officer);
  return [
    query.get('overdue') === 'true' && t('part.overdue'),
    query.get('unplaced') === 'true' && t('part.unplaced'),
    ...query.getAll('status').map((each) => tCode('status', each)),
    district && app.districtName(district),
    officer && nameOf(of?.assignment?.officer ?? { code: officer }),
  ].filter(Boolean).join(' · ');
}
