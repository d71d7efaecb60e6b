/** What a set would change, before it does. */

import { h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { areaWords } from './kit.mjs';

const AT_ONCE = 50;

/**
 * @param {any} preview
 * @param {{
 *   onplace: (geometry: any, codes: string[]) => void,
 *   oncode: (code: string) => void,
 * }} options
 */
export function previewNode(preview, { onplace, oncode }) {
  const { diff, reports } = preview;
  if (!diff) return h('p.note', {}, t('b.preview.first'));
  const left = preview.left_without_officer ?? [];
  const orphans = preview.postings_to_gone_codes ?? [];
  const nothing = !diff.added.length && !diff.removed.length && !diff.renamed.length && !diff.changed.length;
  const code = (/** @type {any} */ each) => h('button.link', { type: 'button', onclick: () => oncode(codeOf(each)) }, districtWords(each));
  return h('div.preview-parts', {},
    h('ul.figures', {},
      figure(reports.total, t('b.preview.reports_move', { n: reports.total })),
      figure(left.length, t('b.preview.without_officer', { n: left.length }), left.length > 0),
      figure(orphans.length, t('b.preview.orphans', { n: orphans.length }), orphans.length > 0),
      figure(areaWords(diff.moved_m2 ?? 0), t('b.preview.area_moves'))),
    nothing && h('p.note', {}, t('b.preview.nothing')),
    part(t('b.preview.reports', { n: reports.total }), reports.moving, (each) => [
      h('strong.number', {}, `№ ${each.number}`), ' ', t('b.preview.from_to', { from: home(each.from), to: home(each.to) }),
      h('span.quiet.block-line', {}, ownerWords(each), each.acknowledged ? ` ${t('b.preview.only_proposed')}` : '')], { open: true, more: reports.total - reports.moving.length }),
    part(t('b.preview.left', { n: left.length }), left, (each) => code(each), { open: true, warn: true, codes: true }),
    part(t('b.preview.orphan_list', { n: orphans.length }), orphans, (each) => t('b.preview.orphan', { officer: nameWords(each.officer), beat: nameWords(each.beat) }), { open: true, warn: true }),
    part(t('b.preview.moved', { n: diff.moved.length }), diff.moved.toSorted((/** @type {any} */ a, /** @type {any} */ b) => b.area_m2 - a.area_m2), (each) => h('button.link', {
      type: 'button', onclick: () => onplace(each.geometry, [each.from, each.to].filter(Boolean)),
    }, t('b.preview.area_from_to', { from: place(each.from), to: place(each.to), area: areaWords(each.area_m2) }))),
    part(t('b.preview.added', { n: diff.added.length }), diff.added, code, { codes: true }),
    part(t('b.preview.removed', { n: diff.removed.length }), diff.removed, (each) => districtWords(each), { codes: true }),
    part(t('b.preview.renamed', { n: diff.renamed.length }), diff.renamed, (each) => [code(each), ' ', t('b.preview.from_to', { from: nameWords(each.old), to: nameWords(each.new) })]),
    part(t('b.preview.changed', { n: diff.changed.length }), diff.changed, (each) => [code(each), h('span.quiet.block-line', {}, [each.gained_m2 > 0 && t('b.preview.gained', { area: areaWords(each.gained_m2) }), each.lost_m2 > 0 && t('b.preview.lost', { area: areaWords(each.lost_m2) })].filter(Boolean).join(', '))]));
}

/** @param {any} each */
const codeOf = (each) => (typeof each === 'string' ? each : each.code);
/** @param {any} each a code, or a code with a name */
const districtWords = (each) => (typeof each === 'string' ? each : [each.code, nameOf(each) !== each.code && nameOf(each)].filter(Boolean).join(' · '));
/** @param {any} value a name in languages, a district, an officer or words */
const nameWords = (value) => (value && typeof value === 'object' ? nameOf('name' in value || 'code' in value ? value : { code: '', name: value }) : String(value ?? ''));
/** @param {any} code */
const place = (code) => (code ? districtWords(code) : t('b.preview.nobody'));

/** @param {string | null} code where a report is */
const home = (code) => code ?? t('place.outside');

/** @param {any} each */
function ownerWords({ owner_from: from, owner_to: to }) {
  return t('b.preview.owner_from_to', { from: ownerName(from), to: ownerName(to) });
}

/** @param {{officer?: any, desk?: string} | null} owner */
function ownerName(owner) {
  if (owner?.officer) return nameWords(owner.officer);
  if (owner?.desk) return owner.desk === 'city' ? t('owner.city_desk') : t('owner.desk', { precinct: owner.desk });
  return t('b.preview.by_ladder');
}

/** @param {string | number} value @param {string} words @param {boolean} [warn] */
const figure = (value, words, warn = false) => h('li', { class: warn ? 'warn' : '' }, h('strong', {}, value), h('span', {}, words));

/**
 * @param {string} title
 * @param {any[]} items
 * @param {(item: any) => import('../dom.mjs').Child} draw
 * @param {{open?: boolean, warn?: boolean, codes?: boolean, more?: number}} [options] `codes`: short enough to stand beside each other
 */
function part(title, items, draw, { open = false, warn = false, codes = false, more = 0 } = {}) {
  if (!items.length) return null;
  const list = h(codes ? 'ul.lines.codes' : 'ul.lines', {}, items.slice(0, AT_ONCE).map((each) => h('li', {}, draw(each))));
  const rest = items.slice(AT_ONCE);
  const button = rest.length > 0 && h('button.wide', { type: 'button', onclick: () => { list.append(...rest.map((each) => h('li', {}, draw(each)))); /** @type {HTMLElement} */ (button).remove(); } }, t('b.problems.more', { n: rest.length }));
  return h('details', { class: warn ? 'part warn' : 'part', open }, h('summary', {}, title), list, button, more > 0 && h('p.quiet', {}, t('b.preview.and_more', { n: more })));
}
