/** The week: a row an officer, a column a day, the plan as bars and the truth as a line below. */

import { fill, h, isPhone } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { createDrag } from './drag.mjs';
import { editEntry } from './entry.mjs';
import { importFile } from './files.mjs';
import { editOfficer } from './officer.mjs';
import { clockWords, dateWords, dutyWords, entryWords, momentWords, periodWords } from './words.mjs';
import { instantsOf, localOf, shareOf } from './zone.mjs';

/** Hours with a mark: in a week few, in a day more. */
const WEEK_HOURS = ['06', '12', '18'];
const DAY_HOURS = ['03', '06', '09', '12', '15', '18', '21'];

/**
 * A dataset without what does not hold.
 * @param {Record<string, string | boolean>} given
 */
const marks = (given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== false).map(([name, value]) => [name, value === true ? 'yes' : value]));

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createWeek(place, app) {
  /** @type {import('./zone.mjs').Day[]} days on the screen */
  let days = [];
  const drag = createDrag(place, app, () => days);

  function draw() {
    const { week, failure } = app.store.get();
    if (drag.isOn()) return;
    if (!week) {
      fill(place, failure
        ? h('div.note.warn', { role: 'alert' }, h('p', {}, failure), h('button', { type: 'button', onclick: () => app.load() }, t('retry')))
        : h('p.loading', { role: 'status' }, t('r.busy.week')));
      return;
    }
    const focused = document.activeElement?.getAttribute('data-key');
    const scrolled = place.scrollTop;
    days = shownDays(week);
    const officers = week.officers.filter((/** @type {any} */ each) => each.active || app.store.get().left);
    fill(place, officers.length ? grid(week, officers) : empty(week));
    place.scrollTop = scrolled;
    drag.drawBubble();
    if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {any} week @returns {import('./zone.mjs').Day[]} */
  function shownDays(week) {
    const all = week.days.map((/** @type {any} */ day) => ({ ...day, since: Date.parse(day.since), until: Date.parse(day.until) }));
    let { day } = app.store.get();
    if (!day && isPhone()) day = all.find((/** @type {any} */ each) => each.date === localOf(Date.now(), app.zone()).slice(0, 10))?.date ?? all[0].date;
    return all.filter((/** @type {any} */ each) => !day || each.date === day);
  }

  /** @param {any} week */
  function empty(week) {
    if (!week.precinct) return h('div.empty', {}, h('p.empty-title', {}, t('r.empty.city')), h('p', {}, t('r.empty.city_next')));
    return h('div.empty', {}, h('p.empty-title', {}, t('r.empty')),
      h('p', {}, t(app.mayEdit() ? 'r.empty.next' : 'r.empty.reader')),
      app.mayEdit() && h('div.buttons', {},
        h('button.primary', { type: 'button', onclick: () => importFile(app) }, t('r.import')),
        h('button', { type: 'button', onclick: () => editOfficer(app, null) }, t('r.add_officer'))));
  }

  /** @param {any} week @param {any[]} officers */
  function grid(week, officers) {
    const there = officers.filter((each) => each.duty === 'on');
    return [
      onNow(there, officers.filter((each) => each.active).length),
      h('div.grid', { data: { days: days.length } },
        h('div.grid-head', {}, h('div.corner', {}, legend()), h('div', {}, h('div.days', {}, week.days.map((/** @type {any} */ day) => dayHead(day))), days.length === 1 && axis())),
        h('div.grid-body', {}, ticks(),
          h('ul.officers', { 'aria-label': t('r.officers') }, officers.map((each) => h('li.officer', { data: marks({ officer: each.code, left: !each.active }) }, who(each), track(each)))))),
      h('p.quiet.how', {}, t(app.mayEdit() ? 'r.how' : 'r.how_reader')),
    ];
  }

  /** @param {any[]} there @param {number} all */
  function onNow(there, all) {
    if (!there.length) return h('p.on-now.nobody', { id: 'on-now' }, h('span.live-mark', { 'aria-hidden': 'true' }), t('r.on_now.nobody'));
    return h('details.on-now', { id: 'on-now', open: !isPhone() && there.length <= 4, data: { key: 'on-now' } },
      h('summary', {}, h('span.live-mark', { 'aria-hidden': 'true' }), t('r.on_now', { n: there.length, all })), h('span', {}, there.map((each) => each.name).join(', ')));
  }

  function legend() {
    return h('ul.week-legend', { 'aria-label': t('r.legend') }, ['duty', 'on_call', 'away', 'truth'].map((each) => h('li', {}, h(`span.sample.sample-${each}`, { 'aria-hidden': 'true' }), t(`r.legend.${each}`))));
  }

  /** @param {any} day */
  function dayHead(day) {
    const shown = days.length === 1 && days[0].date === day.date;
    const today = localOf(Date.now(), app.zone()).slice(0, 10) === day.date;
    const turn = () => app.store.set({ day: shown && !isPhone() ? null : day.date });
    return h('button.day', { type: 'button', 'aria-pressed': String(shown), data: marks({ key: `day-${day.date}`, today }), onclick: turn },
      h('span.day-name', {}, dateWords(day.date, { weekday: 'short' })), h('span.day-date', {}, dateWords(day.date, { day: 'numeric', month: 'numeric' })),
      day.hours !== 24 && h('span.badge.b-unclear.day-hours', { title: t('r.day.clock') }, t('r.day.hours', { n: day.hours })));
  }

  function ticks() {
    const layer = h('div.ticks', { 'aria-hidden': 'true' });
    for (const [index, day] of days.entries()) {
      if (index) layer.append(mark('tick.midnight', day.since));
      for (const hour of days.length === 1 ? DAY_HOURS : WEEK_HOURS) {
        const [at] = instantsOf(`${day.date}T${hour}:00`, app.zone());
        if (at === undefined) continue;
        layer.append(mark('tick', at));
      }
    }
    const now = Date.now();
    if (now > days[0].since && now < days[days.length - 1].until) layer.append(mark('tick.now', now));
    return layer;
  }

  /** Of one day, the hours above it. */
  function axis() {
    const line = h('div.axis', { 'aria-hidden': 'true' });
    for (const hour of DAY_HOURS) {
      const [at] = instantsOf(`${days[0].date}T${hour}:00`, app.zone());
      if (at === undefined) continue;
      const node = mark('hour', at);
      node.textContent = hour;
      line.append(node);
    }
    return line;
  }

  /** @param {string} look @param {number} at */
  function mark(look, at) {
    const node = h(`span.${look}`);
    node.style.setProperty('--at', String(shareOf(at, days)));
    return node;
  }

  /** @param {any} one */
  function who(one) {
    const posted = one.postings.filter((/** @type {any} */ each) => Date.parse(each.since) < days[days.length - 1].until);
    const limit = one.load_limit ?? app.store.get().week.load_limit;
    return h('div.who-cell', {},
      h('button.link.name', { type: 'button', data: { key: `officer-${one.code}` }, onclick: () => editOfficer(app, one) }, one.name),
      h('span.quiet.block-line', {}, [one.rank, posted.map((/** @type {any} */ each) => t(`r.posted.${each.kind}`, { beat: each.beat })).join(', ')].filter(Boolean).join(' · ')),
      h('span.block-line', {}, one.active
        ? h(`span.duty-word.duty-${one.duty}`, {}, dutyWords(one.duty))
        : h('span.badge', {}, t('r.left')),
      one.active && h('span.quiet', {}, ` · ${limit ? t('r.load_of', { n: one.open_reports, limit }) : t('r.load', { n: one.open_reports })}`)));
  }

  /** @param {any} one */
  function track(one) {
    const [since, until] = [days[0].since, days[days.length - 1].until];
    const inView = (/** @type {any} */ each) => Date.parse(each.since) < until && (!each.until || Date.parse(each.until) > since);
    const leaves = one.leaves.filter(inView);
    return h('div.track', { role: 'group', 'aria-label': t('r.track', { name: one.name }), data: marks({ officer: one.code, leaves: leaves.length > 0 }), onclick: (/** @type {MouseEvent} */ event) => clicked(event, one) },
      one.shifts.filter(inView).map((/** @type {any} */ each) => entryBar('shifts', one, each)),
      leaves.map((/** @type {any} */ each) => entryBar('leaves', one, each)),
      truth(one));
  }

  /**
   * @param {'shifts' | 'leaves'} table
   * @param {any} one
   * @param {any} entry
   */
  function entryBar(table, one, entry) {
    const [since, until] = [Date.parse(entry.since), entry.until ? Date.parse(entry.until) : Infinity];
    const [from, to] = [since >= days[0].since, until <= days[days.length - 1].until];
    const words = `${entryWords(table, entry)}: ${periodWords(entry, app.zone())}`;
    const short = entry.until ? `${clockWords(entry.since, app.zone())}–${clockWords(entry.until, app.zone())}` : periodWords(entry, app.zone());
    const bar = h(`button.entry.e-${table}.k-${entry.kind}`, {
      type: 'button', title: words, 'aria-label': `${one.name}. ${words}`,
      data: marks({ key: `${table}-${entry.id}`, table, id: String(entry.id), officer: one.code, from, to }),
      onclick: (/** @type {Event} */ event) => { event.stopPropagation(); if (!drag.wasDragged()) editEntry(app, { table, entry, officer: one.code }); },
      onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Delete' && app.mayEdit()) { event.preventDefault(); drag.remove(table, one, entry); } },
    },
    app.mayEdit() && from && h('span.handle.h-since', { data: { edge: 'since' }, 'aria-hidden': 'true' }),
    h('span.entry-words', {}, table === 'leaves' ? entryWords(table, entry) : `${entry.kind === 'on_call' ? `${t('r.shift.on_call')} ` : ''}${short}`),
    app.mayEdit() && to && h('span.handle.h-until', { data: { edge: 'until' }, 'aria-hidden': 'true' }));
    drag.put(bar, since, until);
    return bar;
  }

  /** Who came and went in truth. @param {any} one */
  function truth(one) {
    const line = h('div.truth', { role: 'img', 'aria-label': truthWords(one), title: truthWords(one) });
    const [first, last] = [days[0].since, days[days.length - 1].until];
    for (const { since, until } of one.present) {
      if (Date.parse(until) <= first || Date.parse(since) >= last) continue;
      const part = h('span.present');
      drag.put(part, Date.parse(since), Date.parse(until));
      line.append(part);
    }
    for (const tap of one.taps) {
      const at = Date.parse(tap.at);
      if (at > first && at < last) line.append(mark(tap.on_duty ? 'tap.came' : 'tap.went', at));
    }
    return line;
  }

  /** @param {any} one */
  function truthWords(one) {
    const taps = one.taps.map((/** @type {any} */ tap) => t(tap.on_duty ? 'r.truth.came' : 'r.truth.went', { at: momentWords(tap.at, app.zone()) }));
    return [t('r.truth', { name: one.name }), ...taps].join(' ');
  }

  /** A click in the empty part of a row is a shift there. @param {MouseEvent} event @param {any} one */
  function clicked(event, one) {
    if (!app.mayEdit() || drag.wasDragged() || !one.active) return;
    const track = /** @type {HTMLElement} */ (event.currentTarget);
    const box = track.getBoundingClientRect();
    const day = days[Math.min(days.length - 1, Math.floor(((event.clientX - box.left) / box.width) * days.length))];
    editEntry(app, { officer: one.code, day: day.date });
  }

  return { draw, isDragging: () => drag.isOn() };
}
