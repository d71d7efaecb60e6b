/** Times: relative at a glance, exact on demand. */

import { h } from './dom.mjs';
import { languageNow } from './i18n.mjs';

/** How far the server's clock is ahead of this device's, milliseconds. */
let ahead = 0;

/** @param {string} at the server's time, just heard */
export function hearServerTime(at) {
  ahead = Date.parse(at) - Date.now();
}

/** @returns {number} milliseconds, by the clock that deadlines go by */
export const serverNow = () => Date.now() + ahead;

/** @returns {string | undefined} the city's time zone, wherever the device is */
export const cityZone = () => document.documentElement.dataset.zone || undefined;

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [['day', 86_400], ['hour', 3_600], ['minute', 60]];

/**
 * @param {string} at RFC 3339
 * @returns {string} "3 хв тому"
 */
export function ago(at) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(languageNow(), { numeric: 'auto', style: 'short' });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/**
 * @param {string} at RFC 3339
 * @returns {string} "23 листопада 2026 р., 20:41:07"
 */
export function exact(at) {
  return new Intl.DateTimeFormat(languageNow(), { dateStyle: 'long', timeStyle: 'medium', timeZone: cityZone() }).format(new Date(at));
}

/**
 * @param {string} at RFC 3339
 * @returns {string} "23 лист. 2026 р., 20:41", by the city's clocks
 */
export function dayAndClock(at) {
  return new Intl.DateTimeFormat(languageNow(), { dateStyle: 'medium', timeStyle: 'short', timeZone: cityZone() }).format(new Date(at));
}

/**
 * @param {number} at milliseconds
 * @returns {string} "20:41"
 */
export function clock(at) {
  return new Intl.DateTimeFormat(languageNow(), { timeStyle: 'short', timeZone: cityZone() }).format(new Date(at));
}

/**
 * A time in a row that is itself a button: exact on hover only.
 * @param {string} at
 * @returns {HTMLElement}
 */
export function timeText(at) {
  return h('time', { datetime: at, title: exact(at), data: { ago: at } }, ago(at));
}

/**
 * A time that shows itself exactly when tapped.
 * @param {string} at
 * @returns {HTMLElement}
 */
export function timeButton(at) {
  const time = timeText(at);
  const button = h('button.time', { type: 'button', onclick: toggle }, time);
  function toggle() {
    const wasRelative = 'ago' in time.dataset;
    if (wasRelative) delete time.dataset.ago;
    else time.dataset.ago = at;
    time.textContent = wasRelative ? exact(at) : ago(at);
  }
  return button;
}

/** Keep the relative times on the page right. */
export function keepTimesRight() {
  setInterval(() => {
    for (const node of document.querySelectorAll('[data-ago]')) {
      const words = ago(node.dataset.ago);
      if (node.textContent !== words) node.textContent = words;
    }
  }, 20_000);
}
