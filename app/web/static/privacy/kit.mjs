/** What the parts of the page of keeping have in common. */

import { ApiError } from '../api.mjs';
import { hasWords, languageNow, t } from '../i18n.mjs';
import { cityZone } from '../time.mjs';

/** @param {string} at RFC 3339 */
export const day = (at) => new Intl.DateTimeFormat(languageNow(), { day: 'numeric', month: 'long', year: 'numeric', timeZone: cityZone() }).format(new Date(at));

/** @param {string} at RFC 3339 */
export const dayAndTime = (at) => new Intl.DateTimeFormat(languageNow(), { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: cityZone() }).format(new Date(at));

/**
 * What went wrong, in words a person can act on.
 * @param {unknown} error
 */
export function failureWords(error) {
  if (!(error instanceof ApiError)) return t('k.offline');
  const key = `k.error.${String(error.problem.code ?? '').replaceAll('-', '_')}`;
  return hasWords(key) ? t(key) : t('k.refused');
}
