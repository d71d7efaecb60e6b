/** Numbers of the city: open, late, who is there; each leads to the reports it counts. */

import { fill, h, icon } from '../dom.mjs';
import { SHAPES } from '../due.mjs';
import { nameOf, t } from '../i18n.mjs';
import { partAddress } from '../part.mjs';
import { OPEN_STATUSES, statusShape } from '../shapes.mjs';
import { clock, timeText } from '../time.mjs';

const NOT_ACCEPTED = ['registered', 'awaiting_place', 'queued'];
// More officers than this are shown when asked for.
const FIRST = 12;

/** @param {import('./page.mjs').App} app */
export function createCity(app) {
  const node = h('div.city');
  let all = false;
  let drawn = '';

  function draw() {
    const { overview } = app.store.get();
    const now = JSON.stringify([overview, all, document.documentElement.lang]);
    if (now === drawn) return;
    drawn = now;
    if (!overview) {
      fill(node, h('p.empty', {}, t('city.loading')));
      return;
    }
    const focused = node.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null;
    fill(node, head(overview), tiles(overview), overview.precincts.length ? table(overview) : h('p.note-line', {}, t('city.no_boundaries')),
      h('div.city-columns', {}, overview.officers && officers(overview.officers), lonely(overview)));
    // A number that changed is another node; whoever was on it stays there.
    if (focused) /** @type {HTMLElement | null} */ (node.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {any} overview */
  function head({ at, total }) {
    return h('div.city-head', {}, h('h2', { tabindex: -1 }, t('city.title')), h('p.quiet', {}, t('city.as_of', { time: clock(Date.parse(at)) })),
      total.open === 0 && h('p.city-empty', { role: 'status' }, h('strong', {}, t('city.empty')), ' ', t('city.empty_next')));
  }

  /** @param {any} overview */
  function tiles({ total }) {
    const oldest = total.oldest_unacknowledged;
    return h('ul.tiles', {},
      tile('open', t('city.open'), total.open, partAddress({})),
      tile('unacknowledged', t('city.unacknowledged'), total.unacknowledged, partAddress({ status: NOT_ACCEPTED })),
      tile('overdue', t('city.overdue'), total.overdue, partAddress({ overdue: true }), total.overdue > 0 && [icon(SHAPES.late), h('span', {}, t('city.overdue_parts', { take: total.late_to_acknowledge, come: total.late_on_scene }))]),
      h('li.tile', { data: { tile: 'oldest' } }, h('span.tile-name', {}, t('city.oldest')), oldest
        ? h('a.tile-number', { href: `/#${oldest.number}` }, timeText(oldest.received_at)) : h('span.tile-none', {}, t('city.oldest_none')), oldest && h('span.tile-more', {}, `№ ${oldest.number}`)),
      h('li.tile', { data: { tile: 'on_duty' } }, h('span.tile-name', {}, t('city.on_duty')), h('span.tile-number', {}, t('city.on_duty_of', { n: total.on_duty, all: total.officers }))),
      h('li.tile', { data: { tile: 'unattended' } }, h('span.tile-name', {}, t('city.unattended')), app.views().includes('beats')
        ? h('a.tile-number', { href: '#beats' }, total.unattended) : h('span.tile-number', {}, total.unattended)));
  }

  /**
   * @param {string} name
   * @param {string} words
   * @param {number} n
   * @param {string} href
   * @param {import('../dom.mjs').Child} [more]
   */
  function tile(name, words, n, href, more) {
    return h('li', { class: `tile ${name === 'overdue' && n > 0 ? 'tile-late' : ''}`, data: { tile: name } },
      h('span.tile-name', {}, words), h('a.tile-number', { href, 'aria-label': `${words}: ${n}` }, n), more && h('span.tile-more', {}, more));
  }

  /** @param {any} overview */
  function table({ precincts }) {
    const column = (/** @type {string} */ words, /** @type {import('../dom.mjs').Child} */ shape = null) => h('th', { scope: 'col' }, shape, h('span', {}, words));
    return h('section', {},
      h('h3', { id: 'by-precinct' }, t('city.precincts')),
      h('table.precincts', { 'aria-labelledby': 'by-precinct' },
        h('thead', {}, h('tr', {}, column(t('city.precinct')), column(t('city.open')),
          OPEN_STATUSES.slice(1).map((each) => column(t(`status.${each}`), statusShape(each))),
          column(t('city.overdue')), column(t('city.oldest')), column(t('city.on_duty')), column(t('city.unattended_short')))),
        h('tbody', {}, precincts.map(row))));
  }

  /** @param {any} each */
  function row(each) {
    const where = each.precinct ? { district: each.precinct.code } : { unplaced: true };
    const oldest = each.oldest_unacknowledged;
    const name = each.precinct ? nameOf(each.precinct) : t('city.nowhere');
    return h('tr', { data: { precinct: each.precinct?.code ?? '' } },
      h('th', { scope: 'row' }, name),
      cell(t('city.open'), each.open, { ...where }),
      // Who is only just registered is new, as far as anybody here is concerned.
      OPEN_STATUSES.slice(1).map((status) => cell(t(`status.${status}`), each.statuses[status] + (status === 'queued' ? each.statuses.registered : 0),
        { ...where, status: status === 'queued' ? ['registered', 'queued'] : status }, statusShape(status))),
      cell(t('city.overdue'), each.overdue, { ...where, overdue: true }, each.overdue > 0 && icon(SHAPES.late), each.overdue > 0 ? 'wide late' : 'wide'),
      plain(t('city.oldest'), oldest ? h('a', { href: `/#${oldest.number}`, title: `№ ${oldest.number}` }, timeText(oldest.received_at)) : '—', !oldest, 'wide'),
      plain(t('city.on_duty'), each.precinct ? t('city.on_duty_of', { n: each.on_duty, all: each.officers }) : '—', !each.precinct),
      plain(t('city.unattended_short'), each.precinct ? t('city.on_duty_of', { n: each.unattended, all: each.beats }) : '—', !each.unattended));
  }

  /**
   * A number that leads to its reports; nothing leads nowhere.
   * @param {string} label
   * @param {number} n
   * @param {Record<string, any>} part
   * @param {import('../dom.mjs').Child} [shape]
   * @param {string} [look]
   */
  function cell(label, n, part, shape = null, look = '') {
    return h('td', { class: `${n ? '' : 'none'} ${look}`, data: { label } }, h('span.cell-name', {}, shape, label), n ? h('a', { href: partAddress(part) }, look.includes('late') && shape && [/** @type {Node} */ (shape).cloneNode(true), ' '], n) : h('span', {}, 0));
  }

  /**
   * @param {string} label
   * @param {import('../dom.mjs').Child} what
   * @param {boolean} isNone
   * @param {string} [look]
   */
  const plain = (label, what, isNone, look = '') => h('td', { class: `${isNone ? 'none' : ''} ${look}`, data: { label } }, h('span.cell-name', {}, label), h('span', {}, what));

  /** @param {any[]} there */
  function officers(there) {
    const most = Math.max(1, ...there.map((each) => Math.max(each.open_reports, each.load_limit ?? 0)));
    const shown = all ? there : there.slice(0, FIRST);
    return h('section', {}, h('h3', {}, t('city.officers')),
      !there.length && h('p.quiet', {}, t('city.officers_none')),
      h('ul.loads', {}, shown.map((each) => h('li', { data: { officer: each.officer.code } },
        h('span.load-name', {}, nameOf(each.officer), h('small', {}, nameOf(each.precinct))),
        h('meter', { min: 0, max: most, value: each.open_reports, high: each.load_limit ?? most, 'aria-hidden': 'true' }),
        h('span.load-said', {}, each.open_reports ? h('a', { href: partAddress({ officer: each.officer.code }) }, t('city.load', { n: each.open_reports })) : t('city.load', { n: 0 }),
          each.load_limit !== null && h('span.quiet', {}, t('city.load_limit', { n: each.load_limit })),
          each.overdue > 0 && h('span.due.due-late', {}, icon(SHAPES.late), h('span', {}, t('city.load_late', { n: each.overdue }))))))),
      shown.length < there.length && h('button', { type: 'button', onclick: () => { all = true; draw(); } }, t('city.officers_all', { n: there.length })));
  }

  /** @param {any} overview */
  function lonely({ unattended }) {
    return h('section', {}, h('h3', {}, t('city.unattended')),
      !unattended.length && h('p.quiet', {}, t('beats.none')),
      h('ul.lonely', {}, unattended.map((/** @type {any} */ each) => h('li', { data: { beat: each.beat.code } },
        h('span.lonely-name', {}, h('span.hatch-mark', { 'aria-hidden': 'true' }), nameOf(each.beat), h('small', {}, nameOf(each.precinct))),
        h('span.quiet', {}, `${t(`beats.why.${each.why}`)} · `, timeText(each.since)),
        each.open_reports ? h('a', { href: partAddress({ district: each.beat.code }) }, t('city.load', { n: each.open_reports })) : h('span.quiet', {}, t('beats.no_reports'))))));
  }

  return { node, draw };
}
