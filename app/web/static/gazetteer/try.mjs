/** What the bot would make of a message. */

import { ask, get } from '../api.mjs';
import { actionButton, failureWords, labelled, number } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { languageNow, nameOf, t } from '../i18n.mjs';

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createTry(place, app) {
  let kept = '';
  let round = 0;

  function open() {
    const text = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: 'try-text', rows: 4, maxlength: 4000, value: kept, oninput: () => { kept = text.value; },
      onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); send.click(); } } }));
    text.placeholder = t('g.try.example');
    const answer = h('div.try-answer', { role: 'status' });
    const send = actionButton('button.primary', t('g.try.send'), () => understood(text.value.trim(), answer));
    fill(place, h('h2.sr', { id: 'side-title', tabindex: -1 }, t('g.screen.try')),
      h('div.side-body', {}, h('p.quiet', {}, t('g.try.lead')), labelled(t('g.try.label'), text), h('div.buttons', {}, send), answer));
    app.map()?.show([]);
    text.focus();
    if (kept.trim()) understood(kept.trim(), answer);
  }

  /** @param {string} text @param {HTMLElement} answer */
  async function understood(text, answer) {
    const own = ++round;
    if (!text) { fill(answer); return; }
    try {
      const found = await app.busy('g.busy.try', ask('POST', '/gazetteer/understanding', { body: { text, language: languageNow() } }));
      const [first] = found.results;
      const where = found.does === 'routes' ? await get(`/locate?lon=${first.lon}&lat=${first.lat}`).catch(() => null) : null;
      if (own !== round) return;
      fill(answer,
        h('p.verdict', { data: { does: found.does } }, t(`g.does.${found.does}`)),
        where?.precinct && h('p', {}, t('g.try.district', { district: [where.beat, where.precinct].filter(Boolean).map(nameOf).join(', ') })),
        h('ol.entries', {}, found.results.map((/** @type {any} */ each) => h('li', {}, result(each)))));
      app.map()?.show(found.results.map((/** @type {any} */ each, /** @type {number} */ at) => ({ ...each, faults: null, chosen: !at })), { pick: (picked) => { if (picked.kind) app.go(`#${picked.kind}/${picked.id}`); } });
    } catch (error) {
      if (own === round) fill(answer, h('div.note.warn', { role: 'alert' }, h('p', {}, failureWords(error))));
    }
  }

  /** @param {any} each */
  function result(each) {
    return h('div.entry', { data: { precision: each.precision } },
      h('span.entry-label', {}, each.kind ? h('a', { href: `#${each.kind}/${each.id}` }, each.label) : each.label),
      h('span.quiet', {}, t(`g.precision.${each.precision}`), ` · ${t('g.try.score', { score: number(each.score * 100) })}`),
      h('span.quiet', {}, t('g.try.matched', { words: each.matched })),
      each.faults.length > 0 && h('span.badges', {}, each.faults.map((/** @type {string} */ fault) => h('span.badge.b-unclear', {}, t(`g.fault.${fault}`)))));
  }

  return { open, close() { round += 1; } };
}
