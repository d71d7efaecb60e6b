/** What a page says of itself: that it waits, that something failed, that it is for others. */

import { byId, fill, h } from './dom.mjs';
import { t } from './i18n.mjs';

const BUSY_AFTER_MS = 200;
let waits = 0;

/**
 * Past 200 ms the page says what it waits for.
 * @template T
 * @param {string} key
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function waiting(key, work) {
  const showing = setTimeout(() => { byId('busy').textContent = t(key); }, BUSY_AFTER_MS);
  waits += 1;
  try {
    return await work;
  } finally {
    clearTimeout(showing);
    waits -= 1;
    if (!waits) byId('busy').textContent = '';
  }
}

/** @param {string} text or nothing @param {'info' | 'warn'} [kind] */
export function tell(text, kind = 'info') {
  fill(byId('notices'), text && h('div.bar-notice', { class: `bar-notice ${kind}`, role: kind === 'warn' ? 'alert' : 'status' }, h('span', {}, text),
    h('button', { type: 'button', onclick: () => tell('') }, t('close'))));
}

/** @param {string | false} text or nothing @param {() => void} again */
export function tellFailed(text, again) {
  fill(byId('notices'), text && h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, text), h('button', { type: 'button', onclick: again }, t('retry'))));
}

/** @param {string} key @param {Record<string, unknown>} [props] of its title */
export const notYours = (key, props = {}) => h('div.empty', {}, h('p.empty-title', props, t(key)), h('a.button', { href: '/' }, t('menu.reports')));
