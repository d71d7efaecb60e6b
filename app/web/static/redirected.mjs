/** Where the citizen of a report was sent, because it is not police work. */

import { h } from './dom.mjs';
import { nameOf, t } from './i18n.mjs';
import { section } from './report-parts.mjs';

/**
 * @param {any} report
 * @returns {HTMLElement | null}
 */
export function redirectSection({ redirect }) {
  if (!redirect) return null;
  return section(t('sv.redirected'),
    redirect.services.map((/** @type {string} */ code, /** @type {number} */ place) => h('p', {}, h('strong', {}, nameOf({ code, name: redirect.names[place] })))),
    h('p.quiet', {}, t('sv.redirected_hint')));
}
