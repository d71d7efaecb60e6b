/** Choosing some of many, or all of them. */

import { h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';

let made = 0;

/** @typedef {{value: string, words: string, inner?: boolean}} Option */

/**
 * @param {string} title
 * @param {string} allWords
 * @param {Option[]} options
 * @param {string[] | null} chosen null is all of them
 */
export function createPicker(title, allWords, options, chosen) {
  made += 1;
  const group = `picker-${made}`;
  const known = new Set(options.map((each) => each.value));
  // What is gone from the list stays chosen until somebody takes it off.
  const gone = (chosen ?? []).filter((each) => !known.has(each)).map((value) => ({ value, words: value }));
  const ticks = [...options, ...gone].map((each) => ({ ...each, box: /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', value: each.value, checked: chosen?.includes(each.value) ?? false })) }));
  const list = h('div.picker-list', { role: 'group', 'aria-label': title }, ticks.map(({ box, words, inner }) => h(`label.tick${inner ? '.inner' : ''}`, {}, box, h('span', {}, words))));
  const radio = (/** @type {string} */ value, /** @type {boolean} */ checked) => /** @type {HTMLInputElement} */ (h('input', { type: 'radio', name: group, value, checked, onchange: show }));
  const all = radio('all', chosen === null);
  const some = radio('some', chosen !== null);
  const node = h('fieldset.picker', {}, h('legend', {}, title),
    h('label.tick', {}, all, h('span', {}, allWords)), h('label.tick', {}, some, h('span', {}, t('su.only'))), list);
  function show() { list.hidden = all.checked; list.style.display = all.checked ? 'none' : ''; }
  show();
  return {
    node,
    /** @returns {string[] | null} */
    value: () => (all.checked ? null : ticks.filter(({ box }) => box.checked).map(({ value }) => value)),
  };
}

/** @param {any[]} categories @returns {Option[]} */
export const categoryOptions = (categories) => categories.map((each) => ({ value: each.code, words: nameOf({ code: each.code, name: each.names }) }));

/** @param {any[]} districts @returns {Option[]} precincts, each with its beats */
export function districtOptions(districts) {
  const beats = (/** @type {string} */ code) => districts.filter((each) => each.parent === code).map((each) => ({ value: each.code, words: nameOf(each), inner: true }));
  return districts.filter((each) => each.level === 'precinct').flatMap((each) => [{ value: each.code, words: nameOf(each) }, ...beats(each.code)]);
}

/**
 * What is chosen, in a few words.
 * @param {string[] | null} codes
 * @param {string} all
 * @param {Option[]} options
 */
export function chosenWords(codes, all, options) {
  if (codes === null) return all;
  const names = codes.map((code) => options.find((each) => each.value === code)?.words ?? code);
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} ${t('su.and_more', { n: names.length - 3 })}` : names.join(', ');
}
