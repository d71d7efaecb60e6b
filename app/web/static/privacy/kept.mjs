/** What is kept of people, why, how long, who sees it: from the rules in force. */

import { fill, h } from '../dom.mjs';
import { t, tCode } from '../i18n.mjs';
import { day } from './kit.mjs';

/** The order in which people read it: theirs first. */
const THINGS = ['words', 'files', 'place', 'identity', 'messages', 'unregistered', 'place_words', 'updates', 'dead_letters', 'notices', 'geocodes', 'sessions', 'login_attempts'];
const OF_REPORTS = ['words', 'files', 'place', 'identity'];

/**
 * @param {Element} node
 * @param {any} kept the answer of `/privacy`, or null while there is none
 * @param {string[]} parts ids of what else is on the page for whoever looks
 */
export function drawKept(node, kept, parts) {
  fill(node,
    h('h2', { id: 'kept-title', tabindex: '-1' }, t('k.heading')),
    parts.length > 0 && h('nav.buttons', { 'aria-label': t('k.sections') }, parts.map((part) => h('a.button', { href: `#${part}` }, tCode('k', part)))),
    h('p', {}, t('k.lead')),
    kept && h('div.kept-things', {}, THINGS.map((content) => thing(content, kept.kept.filter((/** @type {any} */ each) => each.content === content)))),
    h('div.kept-rights', {},
      h('h3', {}, t('k.rights')),
      h('p', {}, t('k.rights_copy')), h('p', {}, t('k.rights_delete')), h('p', {}, t('k.rights_hold')), h('p', {}, t('k.rights_stay')), h('p', {}, t('k.rights_telegram'))));
}

/**
 * @param {string} content
 * @param {any[]} rules of each class
 */
function thing(content, rules) {
  if (!rules.length) return null;
  const same = rules.every((each) => each.days === rules[0].days);
  const since = OF_REPORTS.includes(content) ? 'k.after_closing' : 'k.after_coming';
  return h('article.kept-thing', { data: { content } },
    h('h3', {}, tCode('k.what', content)),
    same
      ? h('p.kept-days', {}, t(since === 'k.after_closing' ? 'k.after_closing' : 'k.after_coming', { n: rules[0].days }))
      : h('ul', {}, rules.map((each) => h('li', {}, tCode('k.class', each.privacy_class), ': ', h('span.kept-days', {}, t('k.after_closing', { n: each.days }))))),
    rules.filter((each) => each.coming_at).map((each) => h('p.quiet', {}, t('k.coming_rule', { n: each.coming_days, day: day(each.coming_at) }))),
    h('dl', {},
      h('dt', {}, t('k.why')), h('dd', {}, tCode('k.reason', content)),
      h('dt', {}, t('k.who')), h('dd', {}, tCode('k.sees', content))));
}
