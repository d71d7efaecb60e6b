/** The list of boundary sets. */

import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { timeText } from '../time.mjs';
import { actorName, dateWords } from './kit.mjs';
import { stateOf } from './sets.mjs';

/** @param {any} set */
export const stateBadge = (set) => h(`span.badge.st-${stateOf(set)}`, {}, t(`b.state.${stateOf(set)}`));

/** @param {any} set @returns {import('../dom.mjs').Child} */
export function problemBadges(set) {
  const { error = 0, warning = 0 } = set.problems ?? {};
  return [
    error > 0 && h('span.badge.sev-error', {}, t('b.count.error', { n: error })),
    warning > 0 && h('span.badge.sev-warning', {}, t('b.count.warning', { n: warning })),
  ];
}

/** @param {any} set @returns {any[]} activations that still wait */
export const waiting = (set) => (set.scheduled ?? []).filter((/** @type {any} */ each) => each.state === 'waiting');

/** @param {any} set */
export const sizeLine = (set) => `${t('b.count.precincts', { n: set.precincts })}, ${t('b.count.beats', { n: set.beats })}`;

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createList(place, app) {
  function draw() {
    const { sets, failure } = app.store.get();
    const focused = document.activeElement?.getAttribute('href');
    fill(place,
      h('div.side-head', {}, h('h2', { id: 'side-title', tabindex: -1 }, t('b.list.title')),
        app.mayEdit() && h('a.button.primary', { href: '#new' }, t('b.list.upload'))),
      h('div.side-body', {},
        !app.mayEdit() && h('p.quiet', {}, t('b.list.read_only')),
        !sets && !failure && h('p.loading', { role: 'status' }, t('b.busy.sets')),
        !sets && failure && h('div.note.warn', { role: 'alert' }, h('p', {}, failure), h('button', { type: 'button', onclick: () => app.loadSets() }, t('retry'))),
        sets && !sets.length && h('div.empty', {}, h('p.empty-title', {}, t('b.list.empty')), h('p', {}, t(app.mayEdit() ? 'b.list.empty_next' : 'b.list.empty_reader'))),
        sets && sets.length > 0 && h('ul.sets', {}, ordered(sets).map((each) => h('li', {}, card(each)))),
        app.mayEdit() && h('p.drop-hint.quiet', {}, t('b.list.drop'))));
    if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`a[href="${focused}"]`))?.focus();
  }

  /** @param {any} set */
  function card(set) {
    return h('a.set', { href: `#${set.id}`, data: { set: set.id, state: stateOf(set) } },
      h('span.set-head', {}, stateBadge(set), h('span.quiet', {}, `№ ${set.id}`)),
      h('span.set-label', {}, set.label),
      h('span.quiet', {}, sizeLine(set)),
      h('span.quiet', {}, actorName(set.created_by), ' · ', timeText(set.created_at)),
      h('span.badges', {}, problemBadges(set), waiting(set).map((each) => h('span.badge.sched', {}, t('b.scheduled_at', { at: dateWords(each.at) }))), set.approximate && h('span.badge.b-unclear', {}, t('districts.approximate'))));
  }

  return { draw };
}

/** What is worked on first, then what is in force, then the rest. @param {any[]} sets */
function ordered(sets) {
  const rank = (/** @type {any} */ set) => ({ draft: 0, proposed: 0, in_force: 1, approved: 2 }[stateOf(set)]);
  return sets.toSorted((a, b) => rank(a) - rank(b) || b.id - a.id);
}
