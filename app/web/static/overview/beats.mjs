/** Beats without their officer: now, and by the plan for the coming days. */

import { fill, h } from '../dom.mjs';
import { languageNow, nameOf, t, tCode } from '../i18n.mjs';
import { partAddress } from '../part.mjs';
import { cityZone, exact, timeText } from '../time.mjs';

const SPACE = 'http://www.w3.org/2000/svg';
const HOUR_MS = 3_600_000;

/** @param {import('./page.mjs').App} app */
export function createBeats(app) {
  const node = h('div.beats');
  // Where somebody is always there, there is nothing to read.
  let onlyGaps = true;
  let precinct = '';
  let drawn = '';

  function draw() {
    const { unattended, forecast } = app.store.get();
    const now = JSON.stringify([unattended, forecast, onlyGaps, precinct, document.documentElement.lang]);
    if (now === drawn) return;
    drawn = now;
    if (!unattended || !forecast) {
      fill(node, h('p.empty', {}, t('city.loading')));
      return;
    }
    if (!forecast.beats.length) {
      fill(node, h('p.empty', {}, t('beats.no_districts')));
      return;
    }
    fill(node, present(unattended), plan(forecast));
  }

  /** @param {any[]} beats */
  function present(beats) {
    return h('section', {}, h('h2', { tabindex: -1 }, t('beats.now')),
      !beats.length && h('p.quiet', { role: 'status' }, t('beats.none')),
      h('ul.lonely-cards', {}, beats.map((each) => h('li', { data: { beat: each.beat.code } },
        h('h3', {}, h('span.hatch-mark', { 'aria-hidden': 'true' }), nameOf(each.beat), h('small', {}, nameOf(each.precinct))),
        h('p', {}, t(`beats.why.${each.why}`), each.since && [', ', timeText(each.since), h('span.quiet', {}, ` (${t('beats.since', { time: exact(each.since) })})`)]),
        each.posted.length > 0 && h('p.quiet', {}, t('beats.posted', { names: each.posted.map(nameOf).join(', ') })),
        h('p', {}, t('beats.cover', { owner: cover(each) })),
        h('p', {}, each.open_reports ? h('a', { href: partAddress({ district: each.beat.code }) }, t('city.load', { n: each.open_reports })) : h('span.quiet', {}, t('beats.no_reports')))))));
  }

  /** @param {any} each */
  function cover({ cover: { officer, rung } }) {
    const how = tCode('beats.cover_rung', rung);
    return officer ? `${nameOf(officer)} (${how})` : how;
  }

  /** @param {any} forecast */
  function plan({ since, days, beats }) {
    const precincts = [...new Map(beats.map((/** @type {any} */ each) => [each.precinct.code, each.precinct])).values()];
    const shown = beats.filter((/** @type {any} */ each) => (!precinct || each.precinct.code === precinct) && (!onlyGaps || each.gaps.length));
    const choose = /** @type {HTMLSelectElement} */ (h('select', { id: 'forecast-precinct', 'aria-label': t('city.precinct'), onchange: () => { precinct = choose.value; draw(); } },
      h('option', { value: '' }, t('beats.any_precinct')), precincts.map((each) => h('option', { value: each.code }, nameOf(each)))));
    choose.value = precinct;
    const only = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'forecast-gaps', checked: onlyGaps, onchange: () => { onlyGaps = only.checked; draw(); node.querySelector('#forecast-gaps')?.focus(); } }));
    return h('section', {}, h('h2', { id: 'forecast-title' }, t('beats.forecast')), h('p.quiet', {}, t('beats.forecast_what')),
      h('div.forecast-tools', {}, precincts.length > 1 && choose, h('label.check', {}, only, t('beats.only_gaps')), h('span.legend-line', {}, h('span.hatch-mark', { 'aria-hidden': 'true' }), t('beats.legend'))),
      !shown.length ? h('p.quiet', { role: 'status' }, t('beats.no_gaps'))
        : h('table.forecast', { 'aria-labelledby': 'forecast-title' },
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('beats.beat')), days.map((/** @type {any} */ day) => h('th', { scope: 'col' }, dayName(day))))),
          h('tbody', {}, shown.map((/** @type {any} */ each) => h('tr', { data: { beat: each.beat.code } },
            h('th', { scope: 'row' }, nameOf(each.beat), h('small', {}, nameOf(each.precinct))),
            days.map((/** @type {any} */ day, /** @type {number} */ index) => cell(each, day, each.hours[index], Date.parse(since))))))));
  }

  /**
   * @param {any} beat
   * @param {any} day
   * @param {number} hours
   * @param {number} now before which there is nothing to forecast
   */
  function cell(beat, day, hours, now) {
    const [from, until] = [Date.parse(day.since), Date.parse(day.until)];
    const there = beat.gaps.map((/** @type {any} */ gap) => [Math.max(from, Date.parse(gap.since)), Math.min(until, Date.parse(gap.until))]).filter(([a, b]) => a < b);
    const whole = there.length === 1 && there[0][1] - there[0][0] === until - from;
    const said = whole ? t('beats.all_day') : there.map(([a, b]) => `${clockOf(a)}–${b === until ? '24:00' : clockOf(b)}`).join(', ');
    return h('td', { class: hours ? 'gap' : 'covered', title: said || t('beats.covered_long'), data: { hours } },
      h('span.cell-name', {}, dayName(day)), strip(there, from, until, now),
      said ? h('span.gap-said', {}, said) : h('span.gap-said', {}, h('span', { 'aria-hidden': 'true' }, t('beats.covered')), h('span.sr', {}, t('beats.covered_long'))));
  }

  return { node, draw };
}

/** @param {number} at */
const clockOf = (at) => new Intl.DateTimeFormat(languageNow(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: cityZone() }).format(new Date(at));

/** @param {{since: string}} day */
const dayName = ({ since }) => new Intl.DateTimeFormat(languageNow(), { weekday: 'short', day: 'numeric', month: 'numeric', timeZone: cityZone() }).format(new Date(since));

/**
 * A day as a strip, with what nobody covers hatched; as many hours wide as the day has.
 * @param {number[][]} gaps
 * @param {number} from
 * @param {number} until
 * @param {number} now
 */
function strip(gaps, from, until, now) {
  const hours = (until - from) / HOUR_MS;
  const svg = document.createElementNS(SPACE, 'svg');
  svg.setAttribute('viewBox', `0 0 ${hours} 4`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'strip');
  svg.setAttribute('aria-hidden', 'true');
  if (now > from) svg.append(shape('rect', { x: 0, y: 0, width: (Math.min(now, until) - from) / HOUR_MS, height: 4, class: 'strip-past' }));
  for (const [since, end] of gaps) {
    const [a, b] = [(since - from) / HOUR_MS, (end - from) / HOUR_MS];
    svg.append(shape('rect', { x: a, y: 0, width: b - a, height: 4, class: 'strip-gap' }));
    for (let at = Math.ceil(a * 2) / 2; at < b; at += 1) svg.append(shape('path', { d: `M${at} 4L${Math.min(at + 0.8, b)} 0`, class: 'strip-hatch' }));
  }
  for (const at of [6, 12, 18]) svg.append(shape('path', { d: `M${at} 3V4`, class: 'strip-tick' }));
  return svg;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function shape(name, attributes) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
