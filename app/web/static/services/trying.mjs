/** Asking who is responsible for a place, as the bot asks. */

import { get } from '../api.mjs';
import { choice, labelled, once } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { openBadge, serviceName } from './list.mjs';

const POINT = /^\s*(-?\d+(?:\.\d+)?)[\s,;]+(-?\d+(?:\.\d+)?)\s*$/;

/** @param {import('./page.mjs').App} app */
export function createTrying(app) {
  const { state } = app;
  const node = h('section.triage-card', { 'aria-labelledby': 'try-title' });
  const where = /** @type {HTMLInputElement} */ (h('input', { type: 'text', id: 'where', autocomplete: 'off' }));
  const answer = h('div.served', { 'aria-live': 'polite' });
  let category = '';

  function draw() {
    const offered = state.categories.filter((each) => !each.police && each.active && each.service);
    category = category || offered[0]?.code || '';
    const kind = choice(offered.map((each) => ({ value: each.code, words: nameOf({ code: each.code, name: each.names }) })), category, { id: 'try-category', onchange: () => { category = kind.value; } });
    const go = h('button.primary', { type: 'submit' }, t('sv.try_do'));
    where.placeholder = t('sv.try_where_example');
    fill(answer);
    fill(node, h('h3.card-title', { id: 'try-title' }, t('sv.try')),
      h('form.try-fields', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); once(go, look); } },
        labelled(t('sv.try_category'), kind), labelled(t('sv.try_where'), where), go),
      answer);
  }

  async function look() {
    fill(answer);
    try {
      const point = POINT.exec(where.value) ?? await found();
      if (!point) { fill(answer, h('p.fault', { role: 'alert' }, t('sv.try_nowhere'))); return; }
      const query = new URLSearchParams({ category, lat: String(point[1]), lon: String(point[2]) });
      const { services, reason } = await app.busy(get(`/services/locate?${query}`));
      fill(answer, services.length ? [services.length > 1 && reason !== 'whole_city' && h('p.quiet', {}, t('sv.try_several')), h('ul.served', {}, services.map(line))] : h('p', {}, t('sv.try_nobody')));
    } catch (error) { app.failed(error); }
  }

  /** An address is looked up as in the messages of citizens. */
  async function found() {
    if (!where.value.trim()) return null;
    const { results } = await app.busy(get(`/geocode?q=${encodeURIComponent(where.value)}`));
    const [first] = results;
    return first ? [first.label, first.lat, first.lon] : null;
  }

  /** @param {any} service */
  const line = (service) => h('li', {}, h('strong', {}, serviceName(service)), h('span', {}, [service.phone, service.url].filter(Boolean).join(' · ')), h('span.badges', {}, openBadge(service.now)));

  return { node, draw };
}
