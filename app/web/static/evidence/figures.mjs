/** The figures in words and numbers. */

import { categoryName } from '../categories.mjs';
import { h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { asTable, byTime, curves, week } from './charts.mjs';
import { change, count, duration, HIDDEN, percent, sourceName } from './words.mjs';

const METRICS = ['answer', 'acknowledge', 'on_scene', 'close'];
const COUNTS = ['open', 'resolved', 'redirected', 'withdrawn', 'duplicates', 'off_topic', 'danger', 'reopened', 'corrected', 'moved', 'covered'];
const PLACED = ['location', 'text', 'desk', 'not'];
const FIRST = 12;

/**
 * @param {any} answer
 * @param {any[]} precincts
 */
export function figures({ current, compare }, precincts) {
  const { total } = current;
  const then = compare?.total;
  return [
    tiles(total, then),
    section('time', t('ev.by_time'), byTime(current, compare)),
    section('times', t('ev.times'), times(total, then), curves(total.times), bars(total.times)),
    section('hours', t('ev.hours'), h('p.quiet', {}, t('ev.hours_what')), week(current.hours)),
    section('counts', t('ev.counts'), counts(total, then)),
    section('placed', t('ev.placed'), placed(total, then)),
    total.ratings?.rated ? section('ratings', t('ev.ratings'), ratings(total.ratings)) : null,
    ...['precinct', 'category', 'source'].map((kind) => current.by[kind].length > 0 && section(kind, t(`ev.by.${kind}`), breakdown(kind, current.by[kind], compare?.by[kind], precincts))),
  ];
}

/**
 * @param {string} name
 * @param {string} title
 * @param {...import('../dom.mjs').Child} children
 */
export function section(name, title, ...children) {
  return h('section', { id: `ev-${name}`, 'aria-labelledby': `ev-${name}-title` }, h('h2', { id: `ev-${name}-title` }, title), children);
}

/** @param {any} total @param {any} then */
function tiles(total, then) {
  const due = total.deadlines;
  const was = then?.deadlines;
  return h('ul.tiles', {},
    tile('reports', t('ev.reports'), count(total.reports), change(total.reports, then?.reports), then && count(then.reports)),
    METRICS.map((metric) => tile(metric, t(`ev.times.${metric}`), duration(total.times[metric].median_s), change(total.times[metric].median_s, then?.times?.[metric].median_s),
      then && duration(then.times?.[metric].median_s), t('ev.p90', { time: duration(total.times[metric].p90_s) }))),
    ['acknowledge', 'on_scene'].map((metric) => tile(`${metric}_in_time`, t(`ev.in_time.${metric}`), percent(due[metric].share), points(due[metric].share, was?.[metric].share), then && percent(was?.[metric].share))),
    tile('rating', t('ev.rating'), total.ratings.average === null ? HIDDEN : `${count(total.ratings.average)} ★`, '', then && (then.ratings?.average ? `${count(then.ratings.average)} ★` : HIDDEN), t('ev.rated', { n: total.ratings.rated ?? 0 })));
}

/** @param {number | null | undefined} now @param {number | null | undefined} then */
function points(now, then) {
  if (now === null || now === undefined || then === null || then === undefined) return '';
  const by = Math.round((now - then) * 100);
  return by ? `${by > 0 ? '▲' : '▼'} ${t('ev.points', { n: Math.abs(by) })}` : '=';
}

/**
 * @param {string} name
 * @param {string} words
 * @param {string} value
 * @param {string} by
 * @param {string | false | undefined} then
 * @param {string} [more]
 */
function tile(name, words, value, by, then, more) {
  return h('li.tile', { data: { figure: name } }, h('span.tile-name', {}, words), h('span.tile-number', {}, value), more && h('span.tile-more', {}, more),
    then && h('span.tile-more', {}, t('ev.was', { value: then }), by && h('strong', {}, ` ${by}`)));
}

/** @param {any} total @param {any} then */
function times(total, then) {
  return h('div.table-scroll', { tabindex: 0, role: 'group', 'aria-label': t('ev.times') }, h('table.numbers', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('ev.until_what')), ['median', 'nine', 'reached', 'waiting', 'never', 'in_time', 'late', 'pending'].map((name) => h('th', { scope: 'col' }, t(`ev.column.${name}`))), then && h('th', { scope: 'col' }, t('ev.column.median_then')))),
    h('tbody', {}, METRICS.map((metric) => {
      const of = total.times[metric];
      const due = total.deadlines[metric];
      return h('tr', { data: { metric } }, h('th', { scope: 'row' }, t(`ev.times.${metric}`)), h('td', {}, duration(of.median_s)), h('td', {}, duration(of.p90_s)), [of.reached, of.waiting, of.never].map((n) => h('td', {}, count(n))),
        ['in_time', 'late', 'pending'].map((name) => h('td', {}, due ? count(due[name]) : '')), then && h('td', {}, duration(then.times?.[metric].median_s)));
    }))));
}

/** How many took how long. @param {any} all */
function bars(all) {
  const first = METRICS.map((metric) => all[metric].bars).find((each) => each.length);
  if (!first) return null;
  const rows = first.map((/** @type {any} */ bar, /** @type {number} */ place) => {
    const next = first[place + 1];
    return [next ? `${duration(bar.from_s)} – ${duration(next.from_s)}` : `≥ ${duration(bar.from_s)}`, ...METRICS.map((metric) => count(all[metric].bars[place]?.reports))];
  });
  return asTable(t('ev.bars'), [t('ev.bars'), ...METRICS.map((metric) => t(`ev.times.${metric}`))], rows);
}

/** @param {any} total @param {any} then */
function counts(total, then) {
  return lines(COUNTS.map((name) => ({ name, words: t(`ev.count.${name}`), n: total[name], of: name === 'covered' ? total.in_beat : total.reports, then: then?.[name] })), then);
}

/** @param {any} total @param {any} then */
function placed(total, then) {
  return lines(PLACED.map((name) => ({ name, words: t(`ev.placed.${name}`), n: total.placed[name], of: total.reports, then: then?.placed?.[name] })), then);
}

/** @param {any} of */
function ratings(of) {
  const all = (of.stars ?? []).map((/** @type {any} */ n, /** @type {number} */ place) => ({ name: `stars-${place + 1}`, words: `${place + 1} ★`, n, of: of.rated, then: undefined }));
  return lines(all.reverse(), null);
}

/**
 * Rows with a bar each; the number stands beside it.
 * @param {{name: string, words: string, n: number | null, of: number | null, then: number | null | undefined}[]} rows
 * @param {any} then
 */
function lines(rows, then) {
  return h('table.bars', {}, h('thead.sr', {}, h('tr', {}, [t('ev.figure'), t('ev.reports'), t('ev.share'), then && t('ev.then')].map((each) => each && h('th', { scope: 'col' }, each)))),
    h('tbody', {}, rows.map(({ name, words, n, of, then: was }) => h('tr', { data: { count: name } }, h('th', { scope: 'row' }, words), h('td', {}, bar(n, of ?? 0), h('span', {}, count(n))), h('td', {}, n === null || !of ? '' : percent(n / of)),
      then && h('td.was', {}, t('ev.was', { value: count(was) }), ' ', change(n, was))))));
}

/** @param {number | null} n @param {number} most */
function bar(n, most) {
  const node = h('span.bar-mark', { 'aria-hidden': 'true' });
  node.style.setProperty('--share', String(most ? (n ?? 0) / most : 0));
  return node;
}

/**
 * @param {string} kind
 * @param {any[]} rows
 * @param {any[] | undefined} then
 * @param {any[]} precincts
 */
function breakdown(kind, rows, then, precincts) {
  const most = Math.max(1, ...rows.map((row) => row.reports ?? 0));
  const was = new Map((then ?? []).map((row) => [row.code, row]));
  const columns = ['reports', 'answer', 'acknowledge', 'close', 'in_time'];
  const body = h('tbody', {}, rows.map((row, place) => h('tr', { data: { code: row.code ?? '' }, hidden: place >= FIRST },
    h('th', { scope: 'row' }, nameOfRow(kind, row.code, precincts)),
    h('td', { data: { label: t('ev.reports') } }, bar(row.reports, most), h('span', {}, count(row.reports), ' ', h('small', {}, then && change(row.reports, was.get(row.code)?.reports)))),
    ['answer', 'acknowledge', 'close'].map((metric) => h('td', { data: { label: t(`ev.times.${metric}`) } }, duration(row[`${metric}_median_s`]))),
    h('td', { data: { label: t('ev.column.share') } }, percent(row.acknowledge_in_time)))));
  const more = rows.length > FIRST && h('button', { type: 'button', onclick: (/** @type {any} */ event) => { for (const row of body.children) /** @type {HTMLElement} */ (row).hidden = false; event.target.remove(); } }, t('ev.show_all', { n: rows.length }));
  return [h('table.numbers.breakdown', {}, h('caption.sr', {}, t(`ev.by.${kind}`)),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t(`ev.${kind}`)), columns.map((name) => h('th', { scope: 'col' }, name === 'reports' ? t('ev.reports') : name === 'in_time' ? t('ev.column.share') : t(`ev.times.${name}`))))), body), more];
}

/** @param {string} kind @param {string | null} code @param {any[]} precincts */
function nameOfRow(kind, code, precincts) {
  if (code === null) return t(kind === 'precinct' ? 'ev.nowhere' : 'ev.none');
  if (kind === 'category') return categoryName(code);
  if (kind === 'source') return sourceName(code);
  return nameOf(precincts.find((each) => each.code === code)) || code;
}
