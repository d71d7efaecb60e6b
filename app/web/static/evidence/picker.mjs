/** Which days, and of which reports; it is all in the address, so that it can be passed on. */

import { categoriesOffered } from '../categories.mjs';
import { fill, h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { cityZone } from '../time.mjs';
import { sourceName } from './words.mjs';

const SPANS = ['7', '28', '92', '365'];
const DAY_MS = 86_400_000;

/** @returns {string} today on the city's calendar */
export const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: cityZone(), dateStyle: 'short' }).format(new Date());

/**
 * @param {string} day
 * @param {number} n
 */
export const later = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);

/**
 * @typedef {object} Choice
 * @property {string} span a number of days, `custom`, or `around` a day
 * @property {string} since
 * @property {string} until
 * @property {string} around
 * @property {string} compare `previous`, or nothing
 * @property {string} precinct
 * @property {string} category
 * @property {string} source
 */

/** @returns {Choice} what the address says */
export function readChoice() {
  const given = new URLSearchParams(location.search);
  const text = (/** @type {string} */ name) => given.get(name) ?? '';
  const day = (/** @type {string} */ name) => (/^\d{4}-\d{2}-\d{2}$/.test(text(name)) ? text(name) : '');
  const span = [...SPANS, 'custom', 'around'].includes(text('span')) ? text('span') : '28';
  return {
    span, since: day('since'), until: day('until'), around: day('around'), compare: text('compare') === 'no' ? '' : 'previous',
    precinct: text('precinct'), category: text('category'), source: text('source'),
  };
}

/** @param {Choice} choice */
export function keepChoice(choice) {
  const kept = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...choice, compare: choice.compare ? '' : 'no' })) if (value) kept.set(name, value);
  history.replaceState(null, '', `${location.pathname}?${kept}`);
}

/**
 * @param {Choice} choice
 * @returns {URLSearchParams | null} what the API is asked; null while a day is missing or days are the wrong way round
 */
export function queryOf(choice) {
  const query = new URLSearchParams();
  const now = today();
  if (choice.span === 'around') {
    if (!choice.around || choice.around > now) return null;
    // As long before as there has been since: whole days, the first one included.
    const length = Math.round((Date.parse(now) - Date.parse(choice.around)) / DAY_MS) + 1;
    query.set('since', choice.around);
    query.set('until', now);
    query.set('compare', `${later(choice.around, -length)}/${later(choice.around, -1)}`);
  } else if (choice.span === 'custom') {
    if (!choice.since || !choice.until || choice.since > choice.until) return null;
    query.set('since', choice.since);
    query.set('until', choice.until);
  } else {
    query.set('since', later(now, 1 - Number(choice.span)));
    query.set('until', now);
  }
  if (choice.compare && choice.span !== 'around') query.set('compare', 'previous');
  for (const name of /** @type {const} */ (['precinct', 'category', 'source'])) if (choice[name]) query.set(name, choice[name]);
  return query;
}

/**
 * @param {HTMLElement} form
 * @param {{onchange: (choice: Choice) => void}} options
 */
export function createPicker(form, { onchange }) {
  form.addEventListener('submit', (event) => event.preventDefault());

  /**
   * @param {Choice} choice
   * @param {{precincts: any[], sources: string[], isOwn: boolean}} offered
   */
  function draw(choice, { precincts, sources, isOwn }) {
    const focused = form.contains(document.activeElement) ? document.activeElement?.id : '';
    const set = (/** @type {Partial<Choice>} */ patch) => onchange({ ...choice, ...patch });
    const select = (/** @type {keyof Choice} */ name, /** @type {string} */ words, /** @type {[string, string][]} */ options) => {
      const node = /** @type {HTMLSelectElement} */ (h('select', { id: `pick-${name}`, onchange: () => set({ [name]: node.value }) },
        options.map(([value, text]) => h('option', { value }, text))));
      node.value = choice[name];
      return h('label', {}, words, node);
    };
    const day = (/** @type {keyof Choice} */ name, /** @type {string} */ words) => h('label', {}, words,
      h('input', { type: 'date', id: `pick-${name}`, value: choice[name], max: today(), required: true, onchange: (/** @type {any} */ event) => set({ [name]: event.target.value }) }));
    fill(form,
      select('span', t('ev.span'), [...SPANS.map((each) => /** @type {[string, string]} */ ([each, t('ev.last_days', { n: Number(each) })])), ['custom', t('ev.span_custom')], ['around', t('ev.span_around')]]),
      choice.span === 'custom' && [day('since', t('ev.since')), day('until', t('ev.until'))],
      choice.span === 'around' && day('around', t('ev.around')),
      choice.span !== 'around' && select('compare', t('ev.compare'), [['previous', t('ev.compare_previous')], ['', t('ev.compare_no')]]),
      !isOwn && [
        precincts.length > 1 && select('precinct', t('ev.precinct'), [['', t('ev.all')], ...precincts.map((each) => /** @type {[string, string]} */ ([each.code, nameOf(each)]))]),
        select('category', t('ev.category'), [['', t('ev.all')], ...categoriesOffered().map((each) => /** @type {[string, string]} */ ([each.code, nameOf({ code: each.code, name: each.names })]))]),
        select('source', t('ev.source'), [['', t('ev.all')], ...sources.map((each) => /** @type {[string, string]} */ ([each, sourceName(each)]))]),
      ]);
    if (focused) document.getElementById(focused)?.focus();
  }

  return { draw };
}
