/** Names that people seem to use for places; staff say yes or no. */

import { ask } from '../api.mjs';
import { actionButton, failureWords, labelled } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { ago } from '../time.mjs';

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createProposals(place, app) {
  const body = h('div.side-body');
  let isOpen = false;

  async function open() {
    isOpen = true;
    fill(place, h('h2.sr', { id: 'side-title', tabindex: -1 }, t('g.screen.proposals')), body);
    fill(body, h('p.loading', { role: 'status' }, t('g.busy.proposals')));
    try {
      await app.busy('g.busy.proposals', app.loadProposals());
      if (isOpen) draw();
    } catch (error) {
      if (isOpen) fill(body, h('div.note.warn', { role: 'alert' }, h('p', {}, failureWords(error)), h('button', { type: 'button', onclick: () => open() }, t('retry'))));
    }
  }

  function draw() {
    const listed = app.store.get().proposals ?? [];
    app.map()?.show(listed.map((each) => ({ lon: each.lon, lat: each.lat, label: each.label, kind: each.kind, id: each.id })), { pick: (picked) => app.go(`#${picked.kind}/${picked.id}`) });
    if (!listed.length) {
      fill(body, h('div.empty', {}, h('p.empty-title', {}, t('g.proposals.none')), h('p', {}, t('g.proposals.none_next'))));
      return;
    }
    fill(body, h('p.quiet', {}, t('g.proposals.lead')), h('ul.proposals', {}, listed.map((each) => h('li', {}, card(each)))));
  }

  /** @param {any} each */
  function card(each) {
    const text = /** @type {HTMLInputElement} */ (h('input', { type: 'text', autocomplete: 'off', maxlength: 80, value: each.text }));
    const fault = h('p.fault', { role: 'alert' });
    const decide = (/** @type {boolean} */ accept) => async () => {
      const { fragment, kind, id } = each;
      try {
        await app.busy('g.busy.save', ask('POST', '/gazetteer/proposals/decision', { body: { fragment, kind, id, accept, ...(accept ? { text: text.value.trim() || each.text } : {}) } }));
        app.tell(t(accept ? 'g.done.accepted' : 'g.done.declined', { name: text.value.trim() || each.text, label: each.label }));
        await open();
      } catch (error) {
        fault.textContent = failureWords(error);
      }
    };
    return h('article.card.proposal', { data: { fragment: each.fragment } },
      h('p.proposal-words', {}, h('strong', {}, `«${each.text}»`), ' → ', h('a', { href: `#${each.kind}/${each.id}` }, each.label)),
      h('p', {}, t('g.proposals.times', { n: each.times }), ' · ', t('g.proposals.by', { citizens: each.by_citizens, desk: each.by_desk }), ' · ', ago(each.last_at)),
      each.instead_of.length > 0 && h('p.quiet', {}, t('g.proposals.instead', { list: each.instead_of.join('; ') })),
      h('p.quiet', {}, t('g.proposals.examples', { list: each.examples.map((/** @type {string} */ one) => `«${one}»`).join(', ') })),
      app.mayEdit() && labelled(t('g.proposals.text'), text), fault,
      app.mayEdit() && h('div.buttons', {}, actionButton('button.primary', t('g.proposals.accept'), decide(true)), actionButton('button', t('g.proposals.decline'), decide(false))));
  }

  return { open, close() { isOpen = false; } };
}
