/** The city's clock: instants as it shows them, and what people type as instants. */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} zone
 * @returns {Intl.DateTimeFormat}
 */
function partsFormat(zone) {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    formats.set(zone, format);
  }
  return format;
}

/**
 * What the city's clock shows.
 * @param {number} at milliseconds
 * @param {string} zone
 * @returns {string} `2026-10-25T20:00`
 */
export function localOf(at, zone) {
  /** @type {Record<string, string>} */
  const part = {};
  for (const { type, value } of partsFormat(zone).formatToParts(at)) part[type] = value;
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

const MINUTE = 60_000;
const HOURS_AROUND = 15;

/**
 * The instants at which the city's clock shows a time: one, or two when clocks go back, or none
 * when they go forward.
 * @param {string} local `2026-10-25T03:30`
 * @param {string} zone
 * @returns {number[]} milliseconds, the earlier first
 */
export function instantsOf(local, zone) {
  const plain = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (Number.isNaN(plain)) return [];
  /** @type {Set<number>} */
  const found = new Set();
  // The offset is that of an hour nearby, before or after a change of clocks.
  for (const hours of [-HOURS_AROUND, HOURS_AROUND]) {
    const near = plain + hours * 60 * MINUTE;
    const offset = Date.parse(`${localOf(near, zone)}:00Z`) - Math.floor(near / MINUTE) * MINUTE;
    const at = plain - offset;
    if (localOf(at, zone) === local.slice(0, 16)) found.add(at);
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * @typedef {{date: string, since: number, until: number, hours: number}} Day
 */

/**
 * Where an instant is in a row of days that are drawn equally wide.
 * @param {number} at milliseconds
 * @param {Day[]} days
 * @returns {number} from 0 to 1; before the first day and after the last one these ends
 */
export function shareOf(at, days) {
  if (at <= days[0].since) return 0;
  const index = days.findIndex((day) => at < day.until);
  if (index < 0) return 1;
  const day = days[index];
  return (index + (at - day.since) / (day.until - day.since)) / days.length;
}

/**
 * The instant at a place in a row of days, at a full step of the clock.
 * @param {number} share from 0 to 1
 * @param {Day[]} days
 * @param {number} stepMs
 * @returns {number} milliseconds
 */
export function instantAt(share, days, stepMs) {
  const place = Math.min(Math.max(share, 0), 1) * days.length;
  const index = Math.min(Math.floor(place), days.length - 1);
  const day = days[index];
  const at = day.since + (place - index) * (day.until - day.since);
  return day.since + Math.round((at - day.since) / stepMs) * stepMs;
}

/**
 * @param {string} date `2026-10-25`
 * @param {number} days
 * @returns {string}
 */
export function laterDate(date, days) {
  const at = new Date(`${date}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
