/** People by their pseudonyms: strikes, what followed, what they wrote while muted. */

import { ask, get } from '../api.mjs';
import { confirmed, dialogue, failureWords, labelled, once } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t, tCode } from '../i18n.mjs';
import { dayAndClock, timeText } from '../time.mjs';

/** @param {number} value */
const digits = (value) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

/** @param {import('./page.mjs').App} app */
export function createPeople(app) {
  const { state } = app;
  const node = h('section.triage-card', { 'aria-labelledby': 'people-title' });
  /** @type {Set<string>} */
  const unfolded = new Set();

  function draw() {
    fill(node, h('h3.card-title', { id: 'people-title' }, t('mn.people', { n: state.people.length })),
      state.people.length ? h('div.categories', {}, state.people.map(card))
        : h('div.empty.small', {}, h('p.empty-title', {}, t('mn.none')), h('p', {}, t('mn.none_next'))));
  }

  /** @param {any} person */
  function card(person) {
    const body = h('div.person-body');
    const item = /** @type {HTMLDetailsElement} */ (h('details.category.person', { data: { reporter: person.reporter }, open: unfolded.has(person.reporter), ontoggle: toggled },
      h('summary', {},
        h('span.person-line', {}, h('span.category-name', {}, person.reporter),
          h('span.quiet', {}, t('mn.strikes', { n: person.strikes, score: digits(person.score) }), person.last_at && [' · ', timeText(person.last_at)])),
        h('span.badges', {}, person.level !== 'none' && h('span.badge', { class: `badge l-${person.level}` }, t(`mn.level.${person.level}`)),
          person.until && h('span.badge', {}, t('mn.until', { time: dayAndClock(person.until) })),
          person.muted_messages > 0 && h('span.badge', {}, t('mn.unread', { n: person.muted_messages })))),
      body));
    if (item.open) show();
    function toggled() {
      if (item.open === unfolded.has(person.reporter)) return;
      if (item.open) { unfolded.add(person.reporter); show(); } else { unfolded.delete(person.reporter); fill(body); }
    }
    async function show() {
      try {
        const found = await app.busy(get(`/conduct/${encodeURIComponent(person.reporter)}`));
        fill(body, ...parts(found, show));
      } catch (error) {
        fill(body, h('p.fault', { role: 'alert' }, failureWords(error)), h('button', { type: 'button', onclick: show }, t('retry')));
      }
    }
    return item;
  }

  /** @param {any} found @param {() => Promise<void>} again */
  function parts(found, again) {
    const isHeld = found.level !== 'none' || found.score > 0;
    return [
      isHeld && h('div.buttons', {}, revokeButton(found)),
      found.messages.length > 0 && h('div', {}, h('h4', {}, t('mn.messages')), h('ol.past-list', {}, found.messages.map((/** @type {any} */ each) => message(each, again)))),
      h('div', {}, h('h4', {}, t('mn.history')), h('ol.past-list', {}, found.history.map(strike))),
      found.measures.length > 0 && h('div', {}, h('h4', {}, t('mn.measures')), h('ol.past-list', {}, found.measures.map(measure))),
    ];
  }

  /** @param {any} found */
  function revokeButton(found) {
    const button = h('button.primary', { type: 'button', id: 'revoke', onclick: () => once(button, () => revoke(found)) }, t('mn.revoke'));
    return button;
  }

  /** @param {any} found */
  async function revoke(found) {
    const why = await dialogue((close) => {
      const reason = /** @type {HTMLInputElement} */ (h('input', { type: 'text', id: 'why', required: true, maxlength: 500, autocomplete: 'off' }));
      return { title: t('mn.revoke_title', { reporter: found.reporter }), focus: reason,
        body: h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); if (reason.value.trim()) close(reason.value.trim()); } },
          labelled(t('mn.why'), reason, t('mn.why_hint')),
          h('div.buttons', {}, h('button.primary', { type: 'submit' }, t('mn.revoke')), h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))) };
    });
    if (!why) return;
    try {
      await app.busy(ask('POST', `/conduct/${encodeURIComponent(found.reporter)}/revoke`, { body: { why } }));
      await app.reload();
      app.tell(t('mn.revoked', { reporter: found.reporter }));
    } catch (error) { app.failed(error); }
  }

  /** @param {any} each @param {() => Promise<void>} again */
  function message(each, again) {
    const button = h('button', { type: 'button', onclick: () => once(button, register) }, t('mn.register'));
    async function register() {
      if (!await confirmed({ title: t('mn.register_title'), text: t('mn.register_text'), yes: t('mn.register') })) return;
      try {
        const { number } = await app.busy(ask('POST', `/conduct/messages/${each.id}/report`));
        app.tell(t('mn.registered', { number }));
        await again();
      } catch (error) { app.failed(error); }
    }
    const more = [each.place && t('mn.with_place'), each.files.length > 0 && t('mn.with_files', { n: each.files.length })].filter(Boolean).join(', ');
    return h('li', {}, h('span.muted-text', {}, each.text || t('mn.no_text')), h('span.quiet', {}, timeText(each.sent_at), more && ` · ${more}`),
      each.report ? h('a', { href: `/#${each.report}` }, `№ ${each.report}`) : h('div.buttons', {}, button));
  }

  /** @param {any} each */
  const strike = (each) => h('li', {}, h('span', { class: each.withdrawn_at ? 'withdrawn' : '' }, t(`mn.source.${each.source}`), each.source === 'words' && each.words && `: «${each.words}»`),
    h('span.quiet', {}, timeText(each.at), each.source === 'desk' && ` · ${each.actor}`, each.report && [' · ', h('a', { href: `/#${each.report}` }, `№ ${each.report}`)], each.withdrawn_by && ` · ${t('mn.withdrawn', { name: each.withdrawn_by })}`));

  /** @param {any} each */
  const measure = (each) => h('li', {}, h('span', {}, tCode('mn.level', each.level), each.until && ` · ${t('mn.until', { time: dayAndClock(each.until) })}`),
    h('span.quiet', {}, dayAndClock(each.since), each.ended_at && each.ended_by !== 'system' && ` · ${t('mn.ended', { name: each.ended_by, why: each.why ?? '' })}`));

  return { node, draw, isOpen: () => unfolded.size > 0 };
}
