/** Numbers, durations and days as people say them. */

import { languageNow, t } from '../i18n.mjs';

export const HIDDEN = '–';
const UNITS = /** @type {const} */ ([['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]]);

/**
 * @param {number | null | undefined} seconds
 * @returns {string} "1 год 20 хв"; two units at most
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return HIDDEN;
  const place = UNITS.findIndex(([, size]) => seconds >= size);
  if (place < 0) return unit(0, 'second');
  const [name, size] = UNITS[place];
  const next = UNITS[place + 1];
  const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
  return [unit(Math.floor(seconds / size), name), rest > 0 && next && unit(rest, next[0])].filter(Boolean).join(' ');
}

/**
 * @param {number} n
 * @param {string} name
 */
function unit(n, name) {
  return new Intl.NumberFormat(languageNow(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(n);
}

/** @param {number | null | undefined} n */
export const count = (n) => (n === null || n === undefined ? HIDDEN : new Intl.NumberFormat(languageNow(), { maximumFractionDigits: 2 }).format(n));

/** @param {number | null | undefined} share */
export const percent = (share) => (share === null || share === undefined ? HIDDEN : new Intl.NumberFormat(languageNow(), { style: 'percent', maximumFractionDigits: 0 }).format(share));

/**
 * How much more or less that is than it was, with an arrow that needs no colour.
 * @param {number | null | undefined} now
 * @param {number | null | undefined} then
 * @returns {string}
 */
export function change(now, then) {
  if (now === null || now === undefined || !then) return '';
  const by = (now - then) / then;
  const arrow = Math.abs(by) < 0.005 ? '=' : by > 0 ? '▲' : '▼';
  return `${arrow} ${percent(Math.abs(by))}`;
}

/**
 * @param {string} day as 2026-11-25
 * @param {boolean} [isMonth]
 */
export function dayWords(day, isMonth = false) {
  const shape = /** @type {Intl.DateTimeFormatOptions} */ (isMonth ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short', year: 'numeric' });
  return new Intl.DateTimeFormat(languageNow(), { ...shape, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** @param {number} number 0 for Monday */
export function weekday(number) {
  // The first of January 2024 was a Monday.
  return new Intl.DateTimeFormat(languageNow(), { weekday: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1 + number)));
}

/**
 * @param {any} side
 * @returns {string} "1 жовт. 2026 р. – 28 жовт. 2026 р."
 */
export const days = (side) => `${dayWords(side.since)} – ${dayWords(side.until)}`;

/** @param {string | null} code @param {string} kind */
export const sourceName = (code, kind = 'source') => {
  if (code === null) return t('ev.none');
  const key = `ev.${kind}.${code}`;
  const words = t(key);
  return words === key ? code : words;
};
