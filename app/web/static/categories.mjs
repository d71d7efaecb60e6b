/** What a report can be about, by the version in force. */

import { get } from './api.mjs';
import { nameOf } from './i18n.mjs';

export const UNSORTED = 'unsorted';

/**
 * @typedef {{code: string, names: Record<string, string>, questions: Record<string, string>[], priority: number, response: string,
 *   police: boolean, service: string | null, active: boolean}} Category
 */

/** @type {Map<string, Category>} */
let known = new Map();

/** @returns {Promise<Category[]>} */
export async function loadCategories() {
  const { categories } = await get('/categories');
  known = new Map(categories.map((/** @type {Category} */ each) => [each.code, each]));
  return categories;
}

/** @returns {Category[]} those that a report may be given, in staff's own order */
export const categoriesOffered = () => [...known.values()].filter((each) => each.active);

/** @param {string} code */
export const categoryOf = (code) => known.get(code) ?? null;

/**
 * What a category is called; its code where nobody knows it any more.
 * @param {string | null | undefined} code
 * @returns {string}
 */
export function categoryName(code) {
  if (!code) return '';
  const category = known.get(code);
  return category ? nameOf({ code, name: category.names }) : code;
}
