/** What the page of desks and the card of a handover have in common. */

import { ApiError } from '../api.mjs';
import { h } from '../dom.mjs';
import { hasWords, languageNow, nameOf, t } from '../i18n.mjs';
import { cityZone } from '../time.mjs';

export const CITY = 'city';

/**
 * @param {{code: string, name?: any} | string} desk
 * @returns {string}
 */
export function deskName(desk) {
  const code = typeof desk === 'string' ? desk : desk.code;
  if (code === CITY) return t('owner.city_desk');
  return typeof desk === 'string' ? code : nameOf(desk);
}

/** @param {string} at RFC 3339 */
export const dayAndTime = (at) => new Intl.DateTimeFormat(languageNow(), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: cityZone() }).format(new Date(at));

/** @param {string} at RFC 3339 */
export const timeOnly = (at) => new Intl.DateTimeFormat(languageNow(), { hour: '2-digit', minute: '2-digit', timeZone: cityZone() }).format(new Date(at));

/** @param {{name: string}[]} people */
export const names = (people) => people.map((each) => each.name).join(', ');

/**
 * What went wrong, in words a person can act on.
 * @param {unknown} error
 */
export function failureWords(error) {
  if (!(error instanceof ApiError)) return t('d.offline');
  const key = `d.error.${String(error.problem.code ?? '').replaceAll('-', '_')}`;
  return hasWords(key) ? t(key) : t('d.refused');
}

/**
 * A button that works once at a time.
 * @param {string} name
 * @param {string} words
 * @param {() => Promise<unknown>} work
 * @param {Record<string, unknown>} [props]
 */
export function actionButton(name, words, work, props = {}) {
  const button = /** @type {HTMLButtonElement} */ (h(name, {
    type: 'button', ...props,
    async onclick() {
      if (button.disabled) return;
      button.disabled = true;
      try { await work(); } finally { button.disabled = false; }
    },
  }, words));
  return button;
}
