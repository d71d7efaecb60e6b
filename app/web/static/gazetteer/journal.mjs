/** What was changed, by whom and when, and taking it back. */

import { ApiError, ask, get } from '../api.mjs';
import { actionButton, actorName, failureWords } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { hasWords, t } from '../i18n.mjs';
import { timeButton } from '../time.mjs';
import { distance } from '../words.mjs';
import { typeWords } from './types.mjs';

/**
 * Changes as a list.
 * @param {any[]} changes
 * @param {import('./page.mjs').App} app
 * @param {() => void} onundone
 * @param {{named?: boolean}} [how] whether each says what it is about
 */
export function changesNode(changes, app, onundone, { named = false } = {}) {
  if (!changes.length) return h('p.quiet', {}, t('g.journal.none'));
  return h('ol.history', {}, changes.map((each) => h('li', { data: { change: each.id } },
    h('p', {}, h('strong', {}, t(hasWords(`g.what.${each.what}`) ? `g.what.${each.what}` : 'g.what.edited')),
      named && each.thing_id && [' · ', h('a', { href: `#${each.kind}/${each.thing_id}${each.house ? `/${encodeURIComponent(each.house)}` : ''}` }, each.label)],
      !named && each.house && ` · ${each.house}`),
    linesOf(each).map((line) => h('p', {}, line)),
    h('p.quiet', {}, actorName(each.actor), ' · ', timeButton(each.at)),
    each.can_undo && app.mayEdit() && actionButton('button.link', t(each.what === 'undone' ? 'g.journal.redo' : 'g.journal.undo'), () => undo(each.id, app, onundone)))));
}

/**
 * @param {number} id
 * @param {import('./page.mjs').App} app
 * @param {() => void} onundone
 */
export async function undo(id, app, onundone) {
  try {
    await app.busy('g.busy.save', ask('POST', `/gazetteer/changes/${id}/undo`));
    app.tell(t('g.done.undone'));
  } catch (error) {
    app.tell(error instanceof ApiError && error.problem.code === 'stale' ? t('g.stale_undo') : failureWords(error), 'warn');
  }
  app.loadProposals();
  onundone();
}

/** @param {any} change @returns {string[]} */
function linesOf({ kind, before, after }) {
  const lines = [];
  if (before?.label && after?.label && before.label !== after.label) lines.push(t('g.diff.label', { from: before.label, to: after.label }));
  const type = (/** @type {any} */ state) => typeWords(kind, state.type);
  if (before?.type && after?.type && before.type !== after.type) lines.push(t('g.diff.type', { from: type(before), to: type(after) }));
  const texts = (/** @type {any} */ state) => (state?.names ?? []).map((/** @type {any} */ each) => each.text);
  const [was, is] = [texts(before), texts(after)];
  const added = before ? is.filter((/** @type {string} */ each) => !was.includes(each)) : [];
  const gone = was.filter((/** @type {string} */ each) => !is.includes(each));
  if (added.length) lines.push(t('g.diff.names_added', { names: added.join(', ') }));
  if (gone.length) lines.push(t('g.diff.names_removed', { names: gone.join(', ') }));
  if (before?.place && after?.place && String(before.place) !== String(after.place)) lines.push(t('g.diff.moved', { distance: distance(metres(before.place, after.place)) }));
  if (before && !before.place && after?.place) lines.push(t('g.diff.placed'));
  if (before?.place && after && !after.place && !('retired' in after)) lines.push(t('g.diff.misplaced'));
  return lines;
}

/** @param {[number, number]} from @param {[number, number]} to */
function metres(from, to) {
  const x = (to[0] - from[0]) * 111_320 * Math.cos((from[1] * Math.PI) / 180);
  return Math.hypot(x, (to[1] - from[1]) * 110_574);
}

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createJournal(place, app) {
  let round = 0;

  async function open() {
    const own = ++round;
    const body = h('div.side-body');
    fill(place, h('h2.sr', { id: 'side-title', tabindex: -1 }, t('g.screen.journal')), body);
    fill(body, h('p.loading', { role: 'status' }, t('g.busy.journal')));
    app.map()?.show([]);
    try {
      const page = await get('/gazetteer/changes');
      if (own === round) draw(body, page.changes, page.next);
    } catch (error) {
      if (own === round) fill(body, h('div.note.warn', { role: 'alert' }, h('p', {}, failureWords(error)), h('button', { type: 'button', onclick: () => open() }, t('retry'))));
    }
  }

  /** @param {HTMLElement} body @param {any[]} changes @param {number | null} next */
  function draw(body, changes, next) {
    if (!changes.length) {
      fill(body, h('div.empty', {}, h('p.empty-title', {}, t('g.journal.none')), h('p', {}, t('g.journal.none_next'))));
      return;
    }
    fill(body, changesNode(changes, app, open, { named: true }),
      next && changes.length % 50 === 0 && actionButton('button', t('g.journal.more'), async () => {
        const page = await get(`/gazetteer/changes?before=${next}`);
        draw(body, [...changes, ...page.changes], page.next);
      }));
  }

  return { open, close() { round += 1; } };
}
