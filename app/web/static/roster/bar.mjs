/** Above the week: which precinct, which week, and what can be done with all of it. */

import { byId, fill, h, icon } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { once } from '../boundaries/kit.mjs';
import { ICONS } from '../shapes.mjs';
import { copyWeek } from './copy.mjs';
import { editEntry } from './entry.mjs';
import { importFile } from './files.mjs';
import { editOfficer } from './officer.mjs';
import { dateWords, undoWords } from './words.mjs';

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createBar(place, app) {
  function draw() {
    const { week, left } = app.store.get();
    if (!week) { fill(place); return; }
    const focused = document.activeElement?.id;
    const select = /** @type {HTMLSelectElement} */ (h('select', { id: 'precinct', 'aria-label': t('r.precinct'), onchange: () => app.go({ precinct: select.value }) },
      week.precincts.map((/** @type {any} */ each) => h('option', { value: each.code }, nameOf(each)))));
    if (week.precinct) select.value = week.precinct.code;
    const gone = week.officers.some((/** @type {any} */ each) => !each.active);
    const hide = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'show-left', checked: left, onchange: () => app.store.set({ left: hide.checked }) }));
    fill(place,
      h('div.week-where', {},
        week.precincts.length > 1 ? select : h('strong', {}, nameOf(week.precinct)),
        h('div.week-steps', { role: 'group', 'aria-label': t('r.week') },
          h('button.icon-button', { id: 'week-before', type: 'button', 'aria-label': t('r.week.before'), title: t('r.week.before'), onclick: () => app.step(-1) }, icon(ICONS.left)),
          h('button', { id: 'week-now', type: 'button', onclick: () => app.go({ day: null }) }, t('r.week.now')),
          h('button.icon-button', { id: 'week-after', type: 'button', 'aria-label': t('r.week.after'), title: t('r.week.after'), onclick: () => app.step(1) }, icon(ICONS.right))),
        h('h2', { id: 'week-title', tabindex: -1 }, title(week))),
      h('div.week-deeds', {},
        app.mayEdit() && week.officers.length > 0 && button('add-entry', ICONS.plus, 'r.add', () => editEntry(app, {}), 'primary'),
        app.mayEdit() && button('add-officer', ICONS.person, 'r.add_officer', () => editOfficer(app, null)),
        app.mayEdit() && week.officers.length > 0 && button('copy-week', ICONS.copy, 'r.copy', () => copyWeek(app)),
        app.mayEdit() && button('import-file', ICONS.file, 'r.import', () => importFile(app)),
        week.officers.length > 0 && h('a.button', { id: 'export-file', href: exportUrl(week), download: '' }, t('r.export')),
        app.mayEdit() && undoButton(week),
        gone && h('label.check', {}, hide, t('r.show_left'))));
    if (focused && place.querySelector(`#${CSS.escape(focused)}`)) byId(focused).focus();
  }

  /**
   * @param {string} id @param {string} path @param {string} key
   * @param {() => Promise<unknown>} work @param {string} [look]
   */
  function button(id, path, key, work, look = '') {
    const node = h(look ? `button.${look}` : 'button', { id, type: 'button', onclick: () => once(node, work) }, icon(path), t(key));
    return node;
  }

  /** @param {any} week */
  function undoButton(week) {
    const words = week.undo ? undoWords(week.undo, app.nameOfOfficer) : t('r.undo.nothing');
    const node = button('undo', ICONS.back, 'r.undo', () => app.undo());
    node.title = words;
    /** @type {HTMLButtonElement} */ (node).disabled = !week.undo;
    return node;
  }

  return { draw };
}

/** @param {any} week */
function title(week) {
  const [first, last] = [week.days[0].date, week.days[6].date];
  const month = first.slice(0, 7) === last.slice(0, 7) ? {} : /** @type {const} */ ({ month: 'long' });
  return `${dateWords(first, { day: 'numeric', ...month })} – ${dateWords(last, { day: 'numeric', month: 'long', year: 'numeric' })}`;
}

/** @param {any} week */
function exportUrl(week) {
  const query = new URLSearchParams({ since: week.days[0].date });
  if (week.precinct) query.set('precinct', week.precinct.code);
  return `/api/v1/roster.csv?${query}`;
}
