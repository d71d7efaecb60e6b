/** Words of the page in the chosen language. */

import { kept } from './store.mjs';

/** @typedef {string | {one: string, few?: string, many?: string, other: string}} Entry */

/** @type {Record<string, Entry>} */
let words = {};
let language = 'uk';
/** Files of words beside the common one. @type {string[]} */
const parts = [];

/** @returns {string} the language in use */
export const languageNow = () => language;

/** @returns {string[]} the languages this installation offers */
export function languagesOffered() {
  return (document.documentElement.dataset.languages ?? 'uk').split(',');
}

/**
 * Name further words that this page needs; they are there from the next `useLanguage` on.
 * @param {string} part as in `i18n/boundaries-uk.mjs`
 */
export function alsoWords(part) {
  parts.push(part);
}

/**
 * Load a language and remember it.
 * @param {string} wanted
 * @param {{remember?: boolean}} [options]
 */
export async function useLanguage(wanted, { remember = true } = {}) {
  const chosen = languagesOffered().includes(wanted) ? wanted : languagesOffered()[0];
  const loaded = await Promise.all([import(`./i18n/${chosen}.mjs`), ...parts.map((part) => import(`./i18n/${part}-${chosen}.mjs`))]);
  words = Object.assign({}, ...loaded.map((each) => each.default));
  language = chosen;
  document.documentElement.lang = chosen;
  if (remember) kept.writeWord('language', chosen);
  translateStatic(document.body);
}

/**
 * Say something in the chosen language.
 * @param {string} key
 * @param {Record<string, string | number>} [values] for `{name}`; `n` also picks the plural form
 * @returns {string}
 */
export function t(key, values = {}) {
  const entry = words[key];
  if (entry === undefined) return key;
  const text = typeof entry === 'string' ? entry : plural(entry, Number(values.n));
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * @param {Exclude<Entry, string>} forms
 * @param {number} n
 */
function plural(forms, n) {
  const form = new Intl.PluralRules(language).select(n);
  return forms[/** @type {keyof typeof forms} */ (form)] ?? forms.other;
}

/**
 * Words for a code of the server, or the code itself where it is new to us.
 * @param {string} prefix
 * @param {string | null | undefined} code
 * @returns {string}
 */
export function tCode(prefix, code) {
  if (!code) return '';
  const key = `${prefix}.${code}`;
  return key in words ? t(key) : code;
}

/**
 * @param {string} key
 * @returns {boolean}
 */
export const hasWords = (key) => key in words;

/**
 * A district's name in the chosen language.
 * @param {{code: string, name?: Record<string, string> | string | null} | null | undefined} district
 * @returns {string}
 */
export function nameOf(district) {
  if (!district) return '';
  const { name } = district;
  if (typeof name === 'string') return name || district.code;
  return name?.[language] ?? name?.uk ?? Object.values(name ?? {})[0] ?? district.code;
}

/**
 * Put words into the fixed parts of a page.
 * @param {ParentNode} root
 */
export function translateStatic(root) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll('[data-t-label]')) node.setAttribute('aria-label', t(node.dataset.tLabel));
  for (const node of root.querySelectorAll('[data-t-title]')) node.setAttribute('title', t(node.dataset.tTitle));
}
