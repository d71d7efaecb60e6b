/** What goes soon, what has gone, and the audit: lists that nobody changes. */

import { get } from '../api.mjs';
import { fill, h } from '../dom.mjs';
import { t, tCode } from '../i18n.mjs';
import { day, dayAndTime } from './kit.mjs';

/** @param {{content: string, privacy_class: string}} each */
const named = (each) => (each.privacy_class === 'any' ? tCode('k.what', each.content) : `${tCode('k.what', each.content)} · ${tCode('k.class', each.privacy_class)}`);

/**
 * @param {Element} node
 * @param {any} retention the answer of `/retention`
 */
export function drawComing(node, retention) {
  fill(node,
    h('h2', { id: 'coming-title' }, t('k.coming')),
    retention.next_purge_at
      ? h('p.quiet', {}, t('k.coming_lead', { n: retention.warned_days, time: dayAndTime(retention.counted_at), next: dayAndTime(retention.next_purge_at) }))
      : h('p.quiet', {}, t('k.coming_unknown')),
    retention.coming.length
      ? h('ul.keeping-list', {}, retention.coming.map((/** @type {any} */ each) => h('li', {}, h('span', {}, named(each)), h('span.count', {}, each.count))))
      : retention.next_purge_at && h('p', {}, t('k.coming_none')));
}

/**
 * @param {Element} node
 * @param {any} retention the answer of `/retention`
 */
export function drawGone(node, retention) {
  fill(node,
    h('h2', { id: 'gone-title' }, t('k.gone')),
    h('p.quiet', {}, t('k.gone_lead')),
    retention.gone.length
      ? h('ul.keeping-list', {}, retention.gone.map((/** @type {any} */ each) => h('li', {},
        h('span', {}, named(each)),
        h('span.quiet', {}, t('k.gone_by', { time: dayAndTime(each.ended_at), name: tCode('k.actor', each.actor), oldest: day(each.oldest), newest: day(each.newest) })),
        h('span.count', {}, each.count))))
      : h('p', {}, t('k.gone_none')));
}

/**
 * The audit, read further back on demand.
 * @param {Element} node
 */
export function createAudit(node) {
  /** @type {any[]} */
  let entries = [];
  let head = '';
  /** @type {number | null} */
  let before = null;
  let failed = false;

  async function load(further = false) {
    try {
      const found = await get(`/audit?limit=25${further && before ? `&before=${before}` : ''}`);
      entries = further ? [...entries, ...found.entries] : found.entries;
      head = found.head;
      before = found.next_before;
      failed = false;
    } catch {
      failed = true;
    }
    draw();
  }

  function draw() {
    fill(node,
      h('h2', { id: 'audit-title' }, t('k.audit')),
      h('p.quiet', {}, t('k.audit_lead')),
      head && h('p.head', {}, t('k.audit_head'), ' ', h('code', {}, head)),
      failed && h('p.fault', { role: 'alert' }, t('k.failed')),
      h('ul.keeping-list', {}, entries.map((each) => h('li', {},
        h('span', {}, h('strong', { title: each.kind }, tCode('k.kind', each.kind)), each.subject && ` · ${each.subject}`),
        h('span.quiet', {}, `${dayAndTime(each.at)} · ${tCode('k.actor', each.actor)}`),
        h('span.count', {}, each.position)))),
      before && h('div.buttons', {}, h('button', { type: 'button', onclick: () => load(true) }, t('k.older'))));
  }

  return { load, draw };
}
