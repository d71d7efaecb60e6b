/** The rules in their order: opened to be edited, and put elsewhere with buttons, keys or a finger. */

import { fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { say } from '../boundaries/kit.mjs';
import { ICONS } from '../shapes.mjs';
import { ruleFields } from './form.mjs';
import { brokenWords, faultWords, ruleName, thenWords, whenWords } from './names.mjs';

const UP = 'm6 14 6-6 6 6';
const DOWN = 'm6 10 6 6 6-6';
const HANDLE = 'M9 6h.1M9 12h.1M9 18h.1M15 6h.1M15 12h.1M15 18h.1';

/** @typedef {import('./page.mjs').App} App */

/** @param {App} app */
export function createList(app) {
  const { state } = app;
  const title = h('h3', { id: 'rules-title' });
  title.className = 'card-title';
  const add = h('button', { type: 'button', id: 'add', onclick: addRule });
  const list = h('ol.rule-list');
  const whole = h('div.faults', { role: 'alert' });
  const node = h('section.triage-card', { 'aria-labelledby': 'rules-title' }, h('div.rules-head', {}, title, add), h('p.quiet.order-hint'), whole, list);
  /** @type {Set<string>} */
  const opened = new Set();

  const rules = () => state.draft.rules;

  function draw() {
    title.textContent = t('rl.rules', { n: rules().length });
    const hint = node.querySelector('.order-hint');
    if (hint) hint.textContent = t('rl.order_hint');
    fill(add, icon(ICONS.plus), t('rl.add'));
    add.hidden = !state.mayEdit;
    fill(list, rules().map(item), rules().length === 0 && h('li.empty', {}, h('p.empty-title', {}, t('rl.empty')), h('p.quiet', {}, t('rl.empty_hint'))));
    drawFaults();
  }

  /** @param {any} rule @param {number} at */
  function item(rule, at) {
    const broken = state.broken.filter((each) => each.rule === rule.code);
    const summary = h('summary');
    const body = h('div.category-fields');
    const head = () => fill(summary,
      h('span.rule-place', { 'aria-hidden': 'true' }, at + 1),
      h('span.rule-said', {},
        h('span.category-name', {}, ruleName(rule) || rule.code),
        h('span.rule-when', {}, whenWords(rule)),
        h('span.rule-then', {}, `→ ${thenWords(rule)}`)),
      h('span.badges', {},
        broken.length > 0 && rule.active && h('span.badge.b-broken', {}, t('rl.broken')),
        !rule.active && h('span.badge', {}, t('rl.off'))));
    head();
    const details = h('details.rule', { open: opened.has(rule.code), data: { code: rule.code } }, summary,
      broken.length > 0 && rule.active && h('div.faults.broken', {}, broken.map((each) => h('p', {}, brokenWords(each))), h('p', {}, t('rl.broken_hint'))),
      h('div.faults.own', { role: 'alert', data: { where: rule.code } }), body);
    const make = () => {
      const { open } = /** @type {HTMLDetailsElement} */ (details);
      if (open) opened.add(rule.code); else opened.delete(rule.code);
      // Two hundred forms are not made before somebody looks.
      if (open && !body.childElementCount) {
        fill(body, ruleFields(rule, { disabled: !state.mayEdit, config: app.config, changed: () => { head(); app.changed(); } }),
          state.mayEdit && h('div.buttons', {}, h('button.danger-quiet', { type: 'button', data: { remove: rule.code }, onclick: () => remove(rule) }, t('rl.delete'))));
      }
    };
    details.addEventListener('toggle', make);
    make();
    return h('li.rule-item', { data: { code: rule.code } }, state.mayEdit && mover(rule, at), details);
  }

  /** @param {any} rule @param {number} at */
  function mover(rule, at) {
    const name = ruleName(rule) || rule.code;
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      move(rule, by, '.handle');
    };
    const handle = h('button.icon-button.handle', { type: 'button', title: t('rl.drag'), 'aria-label': t('rl.move', { name, place: at + 1, n: rules().length }), onkeydown: keys, onpointerdown: (/** @type {PointerEvent} */ event) => drag(event, rule) }, icon(HANDLE));
    return h('div.mover', {}, handle,
      h('button.icon-button', { type: 'button', class: 'icon-button up', disabled: at === 0, 'aria-label': t('rl.up', { name }), onclick: () => move(rule, -1, '.up') }, icon(UP)),
      h('button.icon-button', { type: 'button', class: 'icon-button down', disabled: at === rules().length - 1, 'aria-label': t('rl.down', { name }), onclick: () => move(rule, 1, '.down') }, icon(DOWN)));
  }

  /** @param {any} rule @param {number} by @param {string} then which button is used next */
  function move(rule, by, then) {
    const from = rules().indexOf(rule);
    const to = Math.min(Math.max(from + by, 0), rules().length - 1);
    if (to !== from) put(rule, to);
    const item = list.querySelector(`li[data-code="${CSS.escape(rule.code)}"]`);
    const button = /** @type {HTMLButtonElement | null} */ (item?.querySelector(then));
    (button && !button.disabled ? button : /** @type {HTMLElement | null} */ (item?.querySelector('.handle')))?.focus();
  }

  /** @param {any} rule @param {number} to */
  function put(rule, to) {
    const others = rules().filter((/** @type {any} */ each) => each !== rule);
    state.draft.rules = [...others.slice(0, to), rule, ...others.slice(to)];
    draw();
    app.changed();
    say(t('rl.moved', { name: ruleName(rule), place: to + 1, n: state.draft.rules.length }));
  }

  /** @param {PointerEvent} event @param {any} rule */
  function drag(event, rule) {
    if (event.button !== 0) return;
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const dragged = /** @type {HTMLElement} */ (handle.closest('li'));
    handle.setPointerCapture(event.pointerId);
    dragged.classList.add('dragged');
    const others = /** @type {HTMLElement[]} */ ([...list.children]).filter((each) => each !== dragged);
    let to = rules().indexOf(rule);
    // The handle stays where it is: a node that is moved loses the finger that holds it.
    const onmove = (/** @type {PointerEvent} */ { clientY }) => {
      const found = others.findIndex((each) => clientY < each.getBoundingClientRect().top + each.offsetHeight / 2);
      to = found < 0 ? others.length : found;
      others.forEach((each, at) => {
        each.classList.toggle('drop-before', at === to);
        each.classList.toggle('drop-after', at === others.length - 1 && to === others.length);
      });
    };
    const end = () => {
      handle.removeEventListener('pointermove', onmove);
      if (to === rules().indexOf(rule)) draw();
      else put(rule, to);
    };
    const cancel = () => { handle.removeEventListener('pointermove', onmove); draw(); };
    handle.addEventListener('pointermove', onmove);
    handle.addEventListener('pointerup', end, { once: true });
    handle.addEventListener('pointercancel', cancel, { once: true });
  }

  function addRule() {
    const taken = new Set([...rules(), ...(state.saved?.rules ?? [])].map((/** @type {any} */ each) => each.code));
    let n = taken.size + 1;
    while (taken.has(`rule_${n}`)) n += 1;
    const name = t('rl.new_name', { n });
    const rule = {
      code: `rule_${n}`, names: { uk: name, ru: name, en: name }, active: true, stop: false,
      when: { categories: [], districts: [], area: null, weekdays: [], hours: null, count: null, danger: null },
      then: { response: null, priority: null, lower: false, desk: null },
    };
    state.draft.rules = [...rules(), rule];
    opened.add(rule.code);
    draw();
    app.changed();
    const made = list.querySelector(`details[data-code="${rule.code}"]`);
    made?.scrollIntoView({ block: 'center' });
    const field = /** @type {HTMLInputElement | null} */ (made?.querySelector('input[type=text]') ?? null);
    field?.focus();
    field?.select();
  }

  /** @param {any} rule */
  function remove(rule) {
    const at = rules().indexOf(rule);
    state.draft.rules = rules().filter((/** @type {any} */ each) => each !== rule);
    draw();
    app.changed();
    say(t('rl.deleted', { name: ruleName(rule) }));
    const next = /** @type {HTMLElement | null} */ (list.children[Math.min(at, list.children.length - 1)]?.querySelector('summary') ?? add);
    next?.focus();
  }

  function drawFaults() {
    const unreadable = state.broken.filter((each) => !each.rule);
    fill(whole, unreadable.map((each) => h('p', {}, brokenWords(each))));
    for (const place of list.querySelectorAll('.faults.own')) fill(place);
    for (const fault of state.faults) {
      const place = list.querySelector(`.faults.own[data-where="${CSS.escape(fault.where)}"]`) ?? whole;
      place.append(h('p', {}, faultWords(fault)));
    }
  }

  return { node, draw, drawFaults };
}
