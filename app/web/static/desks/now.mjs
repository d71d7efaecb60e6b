/** Who is at each desk now. */

import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { actionButton, dayAndTime, deskName, timeOnly } from './kit.mjs';

/**
 * @param {HTMLElement} node
 * @param {any[]} desks
 * @param {{desk: string | null, own_desk: string} | null} mine
 * @param {(on: boolean) => Promise<void>} tap
 */
export function drawNow(node, desks, mine, tap) {
  const own = mine ? mine.desk ?? mine.own_desk : '';
  const watched = desks.filter((each) => each.rostered || each.gap || each.there.length || each.desk.code === own);
  const others = desks.filter((each) => !watched.includes(each));
  fill(node,
    h('h2', { id: 'now-title', tabindex: -1 }, t('d.now')),
    h('ul.desk-cards', {}, watched.map((each) => h('li.desk-card', { class: `desk-card ${each.there.length ? 'manned' : each.gap ? 'unmanned' : 'unknown'}`, data: { desk: each.desk.code } },
      h('h3', {}, deskName(each.desk)),
      each.there.map((/** @type {any} */ person) => h('p.there', {}, person.until ? t('d.there', { name: person.name, time: timeOnly(person.until) }) : t('d.there_open', { name: person.name }))),
      !each.there.length && h('p.nobody', {}, nobodyWords(each)),
      each.next && h('p.quiet', {}, t('d.next', { name: each.next.name, time: dayAndTime(each.next.since) })),
      mine && own === each.desk.code && actionButton(mine.desk ? 'button' : 'button.primary', t(mine.desk ? 'd.go' : 'd.come'), () => tap(!mine.desk))))),
    others.length > 0 && h('p.quiet', {}, `${t('d.unrostered')}: ${others.map((each) => deskName(each.desk)).join(', ')}.`));
}

/** @param {any} desk */
function nobodyWords(desk) {
  if (desk.gap?.why === 'no_roster') return t('d.no_roster');
  if (desk.gap) return t('d.nobody', { time: dayAndTime(desk.gap.since) });
  return t(desk.rostered ? 'd.nobody_yet' : 'd.unrostered');
}
