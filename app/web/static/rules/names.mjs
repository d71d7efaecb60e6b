/** What rules refer to and how it is called: categories, districts, desks; and rules in a sentence. */

import { get } from '../api.mjs';
import { categoriesOffered, categoryName, categoryOf, loadCategories } from '../categories.mjs';
import { hasWords, languageNow, nameOf, t } from '../i18n.mjs';

export const CITY = 'city';
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
// A Monday, to have the week's days named by the browser.
const MONDAY = Date.UTC(2024, 0, 1, 12);

/** @type {{code: string, level: string, parent: string | null, name: Record<string, string>}[]} */
let districts = [];

export async function loadNames() {
  const [found] = await Promise.all([get('/districts').catch(() => ({ districts: [] })), loadCategories()]);
  districts = found.districts;
}

export const districtsKnown = () => districts;
export const precinctsKnown = () => districts.filter((each) => each.level === 'precinct');
export { categoriesOffered, categoryName };

/** @param {string} code */
export const isCategory = (code) => Boolean(categoryOf(code)?.active);

/** @param {string} code */
export const isDistrict = (code) => districts.length === 0 || districts.some((each) => each.code === code);

/** @param {string} code */
export const districtName = (code) => nameOf(districts.find((each) => each.code === code) ?? { code });

/** @param {string} code */
export const deskName = (code) => (code === CITY ? t('owner.city_desk') : t('owner.desk', { precinct: districtName(code) }));

/** @param {any} rule */
export const ruleName = (rule) => nameOf({ code: rule.code, name: rule.names });

/** @param {number} day 1 for Monday @param {'short' | 'long'} [length] */
export const weekdayName = (day, length = 'short') => new Intl.DateTimeFormat(languageNow(), { weekday: length, timeZone: 'UTC' }).format(MONDAY + (day - 1) * 86_400_000);

/** @param {string[]} parts */
const some = (parts) => (parts.length > 3 ? [...parts.slice(0, 3), t('rl.and_more', { n: parts.length - 3 })] : parts).join(', ');

/** @param {any} rule @returns {string} what a report has to be */
export function whenWords({ when }) {
  const { categories, districts: places, area, weekdays, hours, count, danger } = when;
  const where = [...places.map(districtName), ...(area ? [t('rl.in_area')] : [])];
  return [
    danger === true && t('rl.with_danger'), danger === false && t('rl.without_danger'),
    categories.length > 0 && some(categories.map(categoryName)),
    where.length > 0 && t('rl.where', { list: some(where) }),
    weekdays.length > 0 && some(weekdays.map((/** @type {number} */ each) => weekdayName(each))),
    hours && `${hours.since}–${hours.until}`,
    count && t('rl.at_least', { n: count }),
  ].filter(Boolean).join(' · ') || t('rl.always');
}

/** @param {any} rule @returns {string} what becomes of it */
export function thenWords({ then, stop }) {
  return [
    then.response && t(`response.${then.response}`),
    then.priority && `${t(`priority.${then.priority}`)}${then.lower ? ` (${t('rl.lower_short')})` : ''}`,
    then.desk && deskName(then.desk),
    stop && t('rl.stops'),
  ].filter(Boolean).join(' · ') || t('rl.nothing');
}

/** @param {{what: string, text: string}} broken */
export function brokenWords({ what, text }) {
  const key = `rl.broken.${what}`;
  if (!hasWords(key)) return `${what} ${text}`;
  return t(key, { text: what === 'no_category' ? categoryName(text) : text });
}

/** @param {{what: string, text: string}} fault */
export function faultWords({ what, text }) {
  const key = hasWords(`rl.fault.${what}`) ? `rl.fault.${what}` : `tr.fault.${what}`;
  const words = hasWords(key) ? t(key) : what;
  return text ? `${words}: «${text}»` : words;
}
