/** Services as cards: what is said of them, and forms to change it. */

import { ApiError, ask, get } from '../api.mjs';
import { confirmed, failureWords, labelled, once } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { hasWords, languageNow, nameOf, t } from '../i18n.mjs';
import { clock, dayAndClock } from '../time.mjs';

const LANGUAGES = ['uk', 'ru', 'en'];

/** @param {{names: Record<string, string>, code: string}} service */
export const serviceName = (service) => nameOf({ code: service.code, name: service.names });

/** @param {{what: string, text?: string}} problem */
export function problemWords({ what, text }) {
  const words = hasWords(`sv.problem.${what}`) ? t(`sv.problem.${what}`) : what;
  return text ? `${words}: «${text}»` : words;
}

/** @param {any} now whether it is open */
export function openBadge(now) {
  if (!now) return null;
  const until = now.until ? t(now.open ? 'sv.open_until' : 'sv.closed_until', { time: sameDay(now.until) ? clock(Date.parse(now.until)) : dayAndClock(now.until) }) : t(now.open ? 'sv.open' : 'sv.closed');
  return h('span.badge', { class: `badge${now.open ? ' open-now' : ''}` }, until);
}

/** @param {string} at */
const sameDay = (at) => Date.parse(at) - Date.now() < 18 * 3_600_000;

/** @param {import('./page.mjs').App} app */
export function createList(app) {
  const { state } = app;
  const title = h('h3.card-title', { id: 'list-title' });
  const search = /** @type {HTMLInputElement} */ (h('input', { type: 'search', id: 'find', autocomplete: 'off', oninput: sift }));
  const add = h('button', { type: 'button', id: 'add', onclick: () => { isAdding = true; draw(); node.querySelector('input[name=code]')?.focus(); } });
  const cards = h('div.categories');
  const retired = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'retired', onchange: async () => { state.retired = retired.checked; await app.reload(); } }));
  const node = h('section.triage-card', { 'aria-labelledby': 'list-title' });
  let isAdding = false;
  /** @type {Set<string>} */
  const unfolded = new Set();

  function sift() {
    const wanted = search.value.trim().toLocaleLowerCase();
    for (const card of cards.children) {
      const text = /** @type {HTMLElement} */ (card).dataset.text ?? '';
      /** @type {HTMLElement} */ (card).hidden = Boolean(wanted) && !text.includes(wanted);
    }
  }

  function draw() {
    title.textContent = t('sv.list', { n: state.services.length });
    search.placeholder = t('sv.find');
    search.setAttribute('aria-label', t('sv.find'));
    add.textContent = t('sv.add');
    add.hidden = !state.mayEdit;
    fill(cards, state.services.map(card));
    fill(node, title, h('div.find', {}, search, add), isAdding && form(null),
      state.services.length ? cards : h('div.empty.small', {}, h('p.empty-title', {}, t('sv.none')), h('p', {}, t(state.mayEdit ? 'sv.none_next' : 'sv.none_wait'))),
      h('label.tick', {}, retired, t('sv.show_retired')));
    sift();
  }

  /** @param {any} service */
  function card(service) {
    const about = [service.kinds.map(kindName).join(', '), service.phone && h('span.unbroken', {}, service.phone), service.url].filter(Boolean);
    const body = h('div.service-body');
    const item = /** @type {HTMLDetailsElement} */ (h('details.category.service', { class: `category service${service.active ? '' : ' retired'}`, data: { code: service.code, text: [service.code, ...Object.values(service.names), ...service.kinds.map(kindName), service.phone ?? ''].join('\n').toLocaleLowerCase() }, open: unfolded.has(service.code), ontoggle: toggled },
      h('summary', {},
        h('span.service-line', {}, h('span.category-name', {}, serviceName(service)), h('span.quiet', {}, about.length ? about.flatMap((each, at) => (at ? [' · ', each] : [each])) : t('sv.no_contact'))),
        h('span.badges', {}, !service.active && h('span.badge', {}, t('sv.retired')), h('span.badge', {}, t(service.whole_city ? 'sv.whole_city' : 'sv.own_area')), openBadge(service.now))),
      body));
    if (item.open) open();
    function toggled() {
      if (item.open === unfolded.has(service.code)) return;
      if (item.open) { unfolded.add(service.code); open(); } else { unfolded.delete(service.code); fill(body); }
    }
    function open() {
      fill(body, form(service), history(service));
    }
    return item;
  }

  /** @param {string} kind */
  const kindName = (kind) => nameOf({ code: kind, name: state.kinds.find((each) => each.kind === kind)?.names });

  /** @param {any} service the one to change, or null for a new one */
  function form(service) {
    const locked = !state.mayEdit;
    const text = (/** @type {string} */ name, /** @type {string} */ value, /** @type {Record<string, unknown>} */ more = {}) => /** @type {HTMLInputElement} */ (h('input', { name, type: 'text', value: value ?? '', disabled: locked, autocomplete: 'off', ...more }));
    const code = text('code', '', { required: true, maxlength: 60, pattern: '[a-z0-9][a-z0-9_\\-]{0,59}' });
    const names = Object.fromEntries(LANGUAGES.map((each) => [each, text(`name-${each}`, service?.names[each], { required: true, maxlength: 200, lang: each })]));
    const phone = text('phone', service?.phone, { inputmode: 'tel', maxlength: 100 });
    const url = text('url', service?.url, { inputmode: 'url', maxlength: 500 });
    const hours = text('hours', service?.hours, { maxlength: 200, placeholder: 'Mo-Fr 08:00-17:00', spellcheck: false });
    const kinds = [...new Set([...state.kinds.map((each) => each.kind), ...service?.kinds ?? []])].map((kind) => {
      const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', value: kind, checked: service?.kinds.includes(kind) ?? false, disabled: locked }));
      return { kind, box, node: h('label.tick', {}, box, kindName(kind)) };
    });
    const fault = h('p.fault', { role: 'alert' });
    const save = h('button.primary', { type: 'submit' }, t(service ? 'sv.save' : 'sv.add_do'));
    const body = () => ({
      names: Object.fromEntries(LANGUAGES.map((each) => [each, names[each].value.trim()])),
      kinds: kinds.filter(({ box }) => box.checked).map(({ kind }) => kind),
      phone: phone.value.trim() || null, url: url.value.trim() || null, hours: hours.value.trim() || null,
    });

    /** @param {boolean} active */
    async function keep(active) {
      fault.textContent = '';
      const chosen = body();
      if (!chosen.kinds.length) { fault.textContent = problemWords({ what: 'no_kinds' }); return; }
      try {
        if (service) await ask('PUT', `/services/${encodeURIComponent(service.code)}`, { body: { ...chosen, active, version: service.version } });
        else await ask('POST', `/services/${encodeURIComponent(code.value.trim())}`, { body: { ...chosen, active } });
        isAdding = false;
        await app.reload();
        app.tell(t(service ? 'sv.saved' : 'sv.added', { name: chosen.names[languageNow()] }));
      } catch (error) {
        fault.textContent = refusal(error, service);
      }
    }

    async function retire() {
      if (service.active && !await confirmed({ title: t('sv.retire_title', { name: serviceName(service) }), text: t('sv.retire_text'), yes: t('sv.retire'), danger: true })) return;
      await keep(!service.active);
    }
    return h('form.category-fields', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); once(save, () => keep(service ? service.active : true)); } },
      !service && labelled(t('sv.code'), code, t('sv.code_hint')),
      h('div.field-row', {}, LANGUAGES.map((each) => labelled(t(`sv.name_${each}`), names[each]))),
      h('fieldset', {}, h('legend', {}, t('sv.kinds')), h('div.kind-ticks', {}, kinds.map((each) => each.node))),
      h('div.field-row', {}, labelled(t('sv.phone'), phone), labelled(t('sv.url'), url)),
      labelled(t('sv.hours'), hours, t('sv.hours_hint')),
      fault,
      state.mayEdit && h('div.buttons', {}, save,
        service ? h('button', { type: 'button', class: service.active ? 'danger-quiet' : '', onclick: retire }, t(service.active ? 'sv.retire' : 'sv.revive')) : h('button', { type: 'button', onclick: () => { isAdding = false; draw(); } }, t('cancel'))));
  }

  /** @param {any} service */
  function history(service) {
    const place = h('div');
    return h('details', { ontoggle: async () => {
      if (place.childElementCount) return;
      try {
        const { changes } = await get(`/services/${encodeURIComponent(service.code)}/changes`);
        fill(place, h('ol.past-list', {}, changes.map((/** @type {any} */ each) => h('li', {}, h('strong', {}, changeWords(each)), h('span.quiet', {}, `${each.actor} · ${dayAndClock(each.at)}`)))));
      } catch (error) { app.failed(error); }
    } }, h('summary', {}, t('sv.history')), place);
  }

  return { node, draw };
}

/** @param {any} change */
function changeWords({ before, after }) {
  if (!before) return t('sv.change.added');
  const fields = Object.keys(after ?? {}).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return fields.map((name) => t(`sv.field.${name}`)).join(', ');
}

/** @param {unknown} error @param {any} service */
function refusal(error, service) {
  if (error instanceof ApiError && error.problem.problems) return error.problem.problems.map(problemWords).join('; ');
  if (error instanceof ApiError && error.status === 409) return t(service ? 'sv.changed_meanwhile' : 'sv.code_taken');
  return failureWords(error);
}
