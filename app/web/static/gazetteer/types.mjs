/** Kinds of streets and of landmarks, in words. */

import { choice } from '../boundaries/kit.mjs';
import { hasWords, t } from '../i18n.mjs';

const STREETS = ['street', 'avenue', 'boulevard', 'lane', 'passage', 'square', 'embankment', 'highway', 'descent', 'quarter', 'microdistrict', 'alley', 'line', 'dead_end', 'other'];
const LANDMARKS = ['mall', 'shop', 'market', 'park', 'square', 'school', 'hospital', 'church', 'culture', 'theatre', 'cinema', 'museum', 'stadium', 'beach', 'bridge', 'bus', 'station', 'hotel', 'university', 'works', 'police', 'post', 'admin', 'cemetery', 'locality'];

/** @param {'street' | 'landmark'} kind @param {string} type */
export function typeWords(kind, type) {
  const key = `g.${kind}_type.${type}`;
  return hasWords(key) ? t(key) : type;
}

/**
 * @param {'street' | 'landmark'} kind
 * @param {string} type
 */
export function typeField(kind, type) {
  const known = kind === 'street' ? STREETS : LANDMARKS;
  const listed = type && !known.includes(type) ? [type, ...known] : known;
  const options = listed.map((each) => ({ value: each, words: typeWords(kind, each) }));
  const field = choice(type ? options : [{ value: '', words: t('g.type_choose') }, ...options], type, { required: true });
  return { field, value: () => field.value };
}
