/** Lines and columns; each says the same in a table beside it, and is told apart without colour. */

import uPlot from '../vendor/uplot/uPlot.esm.js';
import { h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { count, dayWords, duration, weekday } from './words.mjs';

const METRICS = /** @type {const} */ (['answer', 'acknowledge', 'on_scene', 'close']);
/** Each line's own dash, named beside it. @type {Record<string, number[]>} */
const DASHES = { answer: [], acknowledge: [9, 5], on_scene: [2, 4], close: [14, 4, 2, 4] };
const SHARES = [0, 25, 50, 75, 100];
const TICKS_S = [1, 10, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];
const HEIGHT = 260;

/** @param {string} name of a custom property that is a colour */
function colour(name) {
  const probe = h('span', { hidden: true });
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function axis() {
  return { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 }, font: '12px system-ui, sans-serif' };
}

/**
 * A chart as wide as its place, also when that changes.
 * @param {string} label
 * @param {(width: number) => {options: any, data: any}} make
 */
function chart(label, make) {
  const node = h('div.chart', { role: 'img', 'aria-label': label });
  /** @type {any} */
  let drawn = null;
  const watch = new ResizeObserver(() => {
    const width = Math.floor(node.clientWidth);
    if (!width) return;
    if (drawn) drawn.setSize({ width, height: HEIGHT });
    else {
      const { options, data } = make(width);
      drawn = new uPlot({ width, height: HEIGHT, legend: { show: false }, cursor: { show: false }, ...options }, data, node);
    }
  });
  watch.observe(node);
  return node;
}

/**
 * @param {string} caption
 * @param {string[]} columns
 * @param {(import('../dom.mjs').Child)[][]} rows
 */
export function asTable(caption, columns, rows) {
  return h('details.as-table', {}, h('summary', {}, t('ev.as_table', { what: caption })),
    h('div.table-scroll', { tabindex: 0, role: 'group', 'aria-label': caption },
      h('table', {}, h('caption.sr', {}, caption),
        h('thead', {}, h('tr', {}, columns.map((each) => h('th', { scope: 'col' }, each)))),
        h('tbody', {}, rows.map(([first, ...others]) => h('tr', {}, h('th', { scope: 'row' }, first), others.map((each) => h('td', {}, each))))))));
}

/**
 * How many came, by day or month; the other days as a dashed line over them.
 * @param {any} current
 * @param {any} compare
 */
export function byTime(current, compare) {
  const isMonth = current.step === 'month';
  const then = compare?.step === current.step ? compare.series : null;
  const label = t('ev.by_time');
  const node = chart(label, () => {
    const places = current.series.map((/** @type {any} */ _, /** @type {number} */ place) => place);
    const numbers = (/** @type {any[]} */ series) => places.map((/** @type {number} */ place) => series[place]?.reports ?? null);
    const most = Math.max(1, ...numbers(current.series), ...(then ? numbers(then) : []));
    return {
      data: [places, numbers(current.series), ...(then ? [numbers(then)] : [])],
      options: {
        scales: { x: { time: false, range: [-0.6, current.series.length - 0.4] }, y: { range: [0, most * 1.08] } },
        axes: [
          { ...axis(), values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((place) => (Number.isInteger(place) && current.series[place] ? short(current.series[place].from, isMonth) : '')), space: 70 },
          { ...axis(), size: 48, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((n) => (Number.isInteger(n) ? count(n) : '')) },
        ],
        series: [{}, { fill: colour('--accent'), stroke: colour('--accent'), paths: uPlot.paths.bars({ size: [0.7, 60] }), points: { show: false } },
          ...(then ? [{ stroke: colour('--text'), width: 2, dash: [6, 4], points: { show: false } }] : [])],
      },
    };
  });
  const rows = current.series.map((/** @type {any} */ each, /** @type {number} */ place) => [dayWords(each.from, isMonth), count(each.reports), ...(then ? [then[place] ? `${count(then[place].reports)} (${dayWords(then[place].from, isMonth)})` : ''] : [])]);
  return h('div', {}, then && h('p.key', {}, h('span.key-bar', { 'aria-hidden': 'true' }), t('ev.now'), h('span.key-dash', { 'aria-hidden': 'true' }), t('ev.then')),
    node, asTable(label, [t(isMonth ? 'ev.month' : 'ev.day'), t('ev.reports'), ...(then ? [t('ev.then')] : [])], rows));
}

/** @param {string} day @param {boolean} isMonth */
function short(day, isMonth) {
  return isMonth ? day.slice(0, 7) : `${day.slice(8)}.${day.slice(5, 7)}`;
}

/**
 * The share of reports that had got there after so long.
 * @param {any} times of `total`
 */
export function curves(times) {
  const shown = METRICS.filter((metric) => times[metric].curve.length > 1);
  if (!shown.length) return h('p.quiet', {}, t('ev.too_few'));
  const label = t('ev.curve');
  const node = chart(label, () => {
    const tables = shown.map((metric) => {
      const points = times[metric].curve.map((/** @type {any} */ each) => [Math.max(1, each.seconds), each.share]);
      // Several shares may share a duration: the highest of them is what had got there by then.
      const at = new Map(points);
      return [[...at.keys()], [...at.values()]];
    });
    const data = /** @type {any} */ (uPlot.join(/** @type {any} */ (tables)));
    return {
      data,
      options: {
        scales: { x: { time: false, distr: 3 }, y: { range: [0, 100] } },
        axes: [
          { ...axis(), splits: (/** @type {any} */ u) => TICKS_S.filter((each) => each >= u.scales.x.min && each <= u.scales.x.max), filter: (/** @type {any} */ _, /** @type {number[]} */ at) => at, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map(duration), space: 40 },
          { ...axis(), size: 58, splits: () => SHARES, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((n) => `${n} %`) },
        ],
        series: [{}, ...shown.map((metric) => ({ stroke: colour('--text'), width: 2, dash: DASHES[metric], spanGaps: true, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }))],
        hooks: { draw: [(/** @type {any} */ u) => nameLines(u, shown, times)] },
      },
    };
  });
  const shares = [...new Set(shown.flatMap((metric) => times[metric].curve.map((/** @type {any} */ each) => each.share)))].sort((a, b) => a - b);
  const rows = shares.map((share) => [`${share} %`, ...shown.map((metric) => duration(times[metric].curve.find((/** @type {any} */ each) => each.share === share)?.seconds))]);
  return h('div', {}, h('p.quiet', {}, t('ev.curve_what')), key(shown), node, asTable(label, [t('ev.share'), ...shown.map((metric) => t(`ev.times.${metric}`))], rows));
}

/** @param {readonly string[]} shown */
function key(shown) {
  return h('p.key', {}, shown.map((metric) => {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    svg.setAttribute('viewBox', '0 0 44 6');
    svg.setAttribute('class', 'key-line');
    svg.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS(space, 'path');
    line.setAttribute('d', 'M0 3h44');
    line.setAttribute('stroke-dasharray', DASHES[metric].join(' '));
    svg.append(line);
    return h('span', {}, svg, t(`ev.times.${metric}`));
  }));
}

/**
 * Write each line's number where half had got there: which is which is seen without the key.
 * @param {any} u
 * @param {readonly string[]} shown
 * @param {any} times
 */
function nameLines(u, shown, times) {
  const { ctx } = u;
  ctx.save();
  ctx.font = `600 ${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillStyle = colour('--text');
  ctx.strokeStyle = colour('--surface');
  ctx.lineWidth = 4 * devicePixelRatio;
  shown.forEach((metric, place) => {
    const points = times[metric].curve;
    const point = points[Math.min(points.length - 1, Math.floor((points.length * (place + 2)) / (shown.length + 2)))];
    const x = u.valToPos(Math.max(1, point.seconds), 'x', true) + 5 * devicePixelRatio;
    const y = u.valToPos(point.share, 'y', true) + 12 * devicePixelRatio;
    const words = t(`ev.line.${metric}`);
    const fits = x + ctx.measureText(words).width < u.bbox.left + u.bbox.width;
    ctx.textAlign = fits ? 'left' : 'right';
    ctx.strokeText(words, fits ? x : u.bbox.left + u.bbox.width, y);
    ctx.fillText(words, fits ? x : u.bbox.left + u.bbox.width, y);
  });
  ctx.restore();
}

/**
 * A week by hours: the larger the square, the more reports came.
 * @param {(number | null)[]} hours
 */
export function week(hours) {
  const most = Math.max(1, ...hours.map((n) => n ?? 0));
  const label = t('ev.hours');
  return h('div.table-scroll', { tabindex: 0, role: 'group', 'aria-label': label },
    h('table.week', {}, h('caption.sr', {}, label),
      h('thead', {}, h('tr', {}, h('td', {}), Array.from({ length: 24 }, (_, hour) => h('th', { scope: 'col' }, h('span', { class: hour % 3 ? 'between' : '' }, hour))))),
      h('tbody', {}, Array.from({ length: 7 }, (_, day) => h('tr', {}, h('th', { scope: 'row' }, weekday(day)),
        hours.slice(day * 24, day * 24 + 24).map((n, hour) => {
          const mark = h('span.mark', { 'aria-hidden': 'true' });
          mark.style.setProperty('--share', String(Math.sqrt((n ?? 0) / most)));
          return h('td', { title: `${weekday(day)} ${hour}:00 – ${count(n)}`, class: n === null ? 'hidden-count' : '' }, mark, h('span.sr', {}, count(n)));
        }))))));
}
