/** What the open report is about: said in words, with the words it was known by, and corrected in one or two taps. */

import { categoriesOffered, categoryName, UNSORTED } from './categories.mjs';
import { h, icon } from './dom.mjs';
import { t, tCode } from './i18n.mjs';
import { section } from './report-parts.mjs';
import { ruleLines } from './rules-applied.mjs';
import { ICONS, isOpen } from './shapes.mjs';
import { percent } from './words.mjs';

/** @typedef {import('./app.mjs').App} App */

const NEAREST = 3;

/**
 * @param {any} report
 * @param {App} app
 */
export function sortingSection(report, app) {
  const { triage } = report;
  const isUnsorted = report.category === UNSORTED;
  return section(t('sorting.title'),
    report.danger && h('p.danger-line', {}, icon(ICONS.alarm), h('strong', {}, t('sorting.danger')), triage?.danger.length > 0 && h('span', {}, quoted(triage.danger))),
    h('p', {}, h('strong', {}, categoryName(report.category))),
    h('p', {}, [t(`priority.${report.priority}`), tCode('response', report.response)].join(' · ')),
    whose(report) && h('p.quiet', {}, whose(report)),
    ruleLines(report, app.districtName).map((line) => h('p.quiet.by-rule', {}, line)),
    app.mayAct() && isOpen(app.statusOf(report)) && buttons(report, app, isUnsorted));
}

/** @param {any} report */
function whose({ category, category_by: by, triage }) {
  if (by !== 'text') return t(`sorting.by_${by}`);
  // Those who only read along are not shown the words.
  if (!triage && category !== UNSORTED) return '';
  const own = (triage?.matched ?? []).filter((/** @type {any} */ each) => each.category === category);
  if (own.length) return `${t('sorting.by_words', { words: quoted(own) })} ${t('sorting.certainty', { share: percent(triage.certainty) })}`;
  return t(category === UNSORTED ? 'sorting.unknown' : 'sorting.by_danger');
}

/** @param {{words: string}[]} matched */
const quoted = (matched) => [...new Set(matched.map((each) => `«${each.words}»`))].join(', ');

/**
 * @param {any} report
 * @param {App} app
 * @param {boolean} isUnsorted
 */
function buttons(report, app, isUnsorted) {
  const { number, category, danger, triage } = report;
  const sort = (/** @type {Record<string, any>} */ body) => app.act({ number, kind: 'category', body });
  const all = categoriesOffered().filter((each) => each.code !== UNSORTED);
  const near = (triage?.guesses ?? []).map((/** @type {any} */ each) => each.category).filter((/** @type {string} */ code) => code !== category && all.some((each) => each.code === code)).slice(0, NEAREST);
  const select = /** @type {HTMLSelectElement} */ (h('select', { id: 'category', 'aria-label': t('sorting.choose'), onchange: () => { if (select.value) sort({ category: select.value }); } },
    h('option', { value: '' }, t(isUnsorted ? 'sorting.choose' : 'sorting.other')),
    ...[true, false].map((police) => h('optgroup', { label: t(police ? 'sorting.police' : 'sorting.not_police') },
      all.filter((each) => each.police === police && each.code !== category).map((each) => h('option', { value: each.code }, categoryName(each.code)))))));
  return h('div.sorting-buttons', {},
    near.map((/** @type {string} */ code) => h('button.chip', { type: 'button', data: { category: code }, onclick: () => sort({ category: code }) }, categoryName(code))),
    report.category_by !== 'staff' && !isUnsorted && h('button.chip', { type: 'button', data: { category }, onclick: () => sort({ category }) }, t('sorting.right')),
    select,
    danger
      ? h('button.chip', { type: 'button', id: 'no-danger', onclick: () => sort({ category: category === 'life_danger' ? UNSORTED : category, danger: false }) }, t('sorting.no_danger'))
      : h('button.chip.alarm', { type: 'button', id: 'danger', onclick: () => sort({ category: isUnsorted ? 'life_danger' : category, danger: true }) }, icon(ICONS.alarm), t('sorting.danger')));
}

/**
 * What is worth asking about it, to put into a reply.
 * @param {any} report
 * @param {string} language
 * @returns {string[]}
 */
export function questionsOf(report, language) {
  const category = categoriesOffered().find((each) => each.code === report?.category);
  return (category?.questions ?? []).map((each) => each[language] ?? each.uk);
}
