/** What the dispatch rules made of a report, in words. */

import { nameOf, t, tCode } from './i18n.mjs';

/**
 * The dispatch rules that fit a report, and what each of them changed.
 * @param {any} report
 * @param {(code: string) => string} districtName
 * @returns {string[]}
 */
export function ruleLines({ dispatch }, districtName) {
  return (dispatch?.rules ?? []).map((/** @type {any} */ rule) => {
    const { response, priority, desk } = rule;
    const what = [response && tCode('response', response), priority && t(`priority.${priority}`), desk && deskWords(desk, districtName)].filter(Boolean).join(', ');
    return t(what ? 'rl.applied' : 'rl.applied_same', { name: appliedName(rule), what });
  });
}

/** @param {string} desk @param {(code: string) => string} districtName */
const deskWords = (desk, districtName) => (desk === 'city' ? t('owner.city_desk') : t('owner.desk', { precinct: districtName(desk) }));

/** @param {{code: string, names: Record<string, string>}} rule */
const appliedName = ({ code, names }) => nameOf({ code, name: names });

/**
 * Which rules went over a report, of what its history keeps.
 * @param {any} before
 * @param {any} after
 * @returns {string} empty where they are the same as before
 */
export function rulesEvent(before, after) {
  const [was, are] = [before, after].map((each) => (each?.sorting?.rules ?? []).map(appliedName).join(', '));
  if (!after?.sorting || was === are) return '';
  return are ? t('rl.event', { rules: are }) : t('rl.event_none');
}
