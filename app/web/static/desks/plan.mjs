/** The roster of desks: a week as a list, and a form that plans the same hours on several days. */

import { ask } from '../api.mjs';
import { announce, fill, h, icon } from '../dom.mjs';
import { languageNow, t } from '../i18n.mjs';
import { instantsOf, localOf } from '../roster/zone.mjs';
import { ICONS } from '../shapes.mjs';
import { cityZone } from '../time.mjs';
import { actionButton, dayAndTime, deskName, failureWords, timeOnly } from './kit.mjs';

/**
 * @param {HTMLElement} node
 * @param {{mayPlan: () => boolean, reload: () => Promise<void>, step: (days: number) => Promise<void>}} app
 */
export function createPlan(node, { mayPlan, reload, step }) {
  /** @type {{shifts: any[], people: any[], desks: any[], since: Date}} */
  let known = { shifts: [], people: [], desks: [], since: new Date() };
  let said = '';
  let isSending = false;
  const select = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (h('select', { id, required: true }));
  const input = (/** @type {string} */ id, /** @type {string} */ type, /** @type {string} */ value, more = {}) => /** @type {HTMLInputElement} */ (h('input', { id, type, required: true, value, ...more }));
  const person = select('plan-person'), desk = select('plan-desk');
  const first = input('plan-first', 'date', today());
  const days = input('plan-days', 'number', '7', { min: 1, max: 92 });
  const begins = input('plan-begins', 'time', '08:00'), ends = input('plan-ends', 'time', '20:00');
  person.addEventListener('change', ownDesk);

  function ownDesk() {
    const chosen = known.people.find((each) => each.login === person.value);
    if (chosen) desk.value = chosen.desk;
  }

  /** @param {Event} event */
  async function plan(event) {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    said = '';
    try {
      const body = { login: person.value, desk: desk.value, first: first.value, days: Number(days.value), begins: begins.value, ends: ends.value };
      const made = await ask('POST', '/desk-shifts/plan', { body });
      announce(t('d.planned', { n: made.shifts.length }));
    } catch (error) {
      said = failureWords(error);
    }
    await reload().finally(() => { isSending = false; });
  }

  /** @param {any} shift */
  async function remove(shift) {
    said = '';
    try {
      await ask('DELETE', `/desk-shifts/${shift.id}`);
      announce(t('d.removed'));
    } catch (error) {
      said = failureWords(error);
    }
    await reload();
  }

  function draw() {
    /** @type {Map<string, any[]>} */
    const byDay = new Map();
    for (const shift of known.shifts) {
      // What began before the week stands at its first day.
      const day = dayOf(Math.max(Date.parse(shift.since), known.since.getTime()));
      byDay.set(day, [...byDay.get(day) ?? [], shift]);
    }
    const several = new Set(known.shifts.map((each) => each.desk)).size > 1;
    fill(node,
      h('div.plan-head', {}, h('h2', { id: 'plan-title' }, t('d.plan')),
        h('div.buttons', {}, actionButton('button', t('d.earlier'), () => step(-7)), actionButton('button', t('d.later'), () => step(7)))),
      byDay.size
        ? h('ol.plan-days', {}, [...byDay].map(([day, shifts]) => h('li', {}, h('h3', {}, dayWords(day)), h('ul', {}, shifts.map((each) => row(each, several))))))
        : h('div.empty', {}, h('p.empty-title', {}, t('d.plan_none')), mayPlan() && h('p', {}, t('d.plan_none_next'))),
      mayPlan() && form());
    if (!person.value) ownDesk();
  }

  /** @param {any} shift @param {boolean} several whether it has to be said at which desk */
  function row(shift, several) {
    const until = shift.until ? timeOnly(shift.until) : t('d.goes_on');
    // What began before the week is only seen to end in it.
    const hours = `${Date.parse(shift.since) < known.since.getTime() ? '…' : timeOnly(shift.since)} – ${until}`;
    return h('li.plan-shift', {},
      h('span.plan-hours', {}, hours), h('span.plan-who', {}, h('strong', {}, shift.name), several && h('span.quiet', {}, nameOfDesk(shift.desk))),
      mayPlan() && actionButton('button.icon-button', '', () => remove(shift), { 'aria-label': t('d.remove', { name: shift.name, time: dayAndTime(shift.since) }), title: t('d.remove', { name: shift.name, time: dayAndTime(shift.since) }), class: 'icon-button plan-remove' }));
  }

  /** @param {string} code */
  const nameOfDesk = (code) => deskName(known.desks.find((each) => each.desk.code === code)?.desk ?? code);

  function form() {
    const chosen = [person.value, desk.value];
    fill(person, known.people.map((each) => h('option', { value: each.login }, each.name)));
    fill(desk, known.desks.map((each) => h('option', { value: each.desk.code }, deskName(each.desk))));
    if (chosen[0]) [person.value, desk.value] = chosen;
    else ownDesk();
    return h('form.plan-form', { onsubmit: plan },
      h('h3', {}, t('d.plan_form')),
      field('d.person', person), field('d.desk', desk), field('d.first', first), field('d.days', days), field('d.begins', begins), field('d.ends', ends),
      h('p.quiet', {}, t('d.plan_hint')),
      said && h('p.fault', { role: 'alert' }, said),
      h('div.buttons', {}, h('button.primary', { type: 'submit' }, t('d.plan_do'))));
  }

  /** @param {string} words @param {HTMLElement} control */
  const field = (words, control) => h('div.field', {}, h('label', { for: control.id }, t(words)), control);

  return {
    /** @param {typeof known} next */
    show(next) {
      known = next;
      draw();
      for (const button of node.querySelectorAll('.plan-remove')) fill(button, icon(ICONS.close));
    },
  };
}

/** @param {number} at milliseconds @returns {string} `2026-03-02`, on the city's calendar */
const dayOf = (at) => localOf(at, cityZone() ?? 'UTC').slice(0, 10);

/** @returns {string} today on the city's calendar */
export const today = () => dayOf(Date.now());

/** @param {string} day @returns {Date} when it begins by the city's clocks */
export function beginOf(day) {
  // In some places clocks go forward at midnight.
  const [begin] = ['00:00', '01:00'].flatMap((time) => instantsOf(`${day}T${time}`, cityZone() ?? 'UTC'));
  return new Date(begin);
}

/** @param {string} day */
const dayWords = (day) => new Intl.DateTimeFormat(languageNow(), { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`));
