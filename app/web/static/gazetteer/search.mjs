/** Search as you type through everything that has a name. */

import { get } from '../api.mjs';
import { failureWords, say } from '../boundaries/kit.mjs';
import { fill, h, icon } from '../dom.mjs';
import { languageNow, t } from '../i18n.mjs';
import { ICONS } from '../shapes.mjs';

const ASK_AFTER_MS = 150;
const KINDS = ['street', 'house', 'crossing', 'landmark', 'locality'];

/** @param {any} entry as the search lists it */
export function hashOf(entry) {
  const of = ['street', 'house', 'crossing'].includes(entry.kind) ? 'street' : 'landmark';
  return `#${of}/${entry.id}${entry.house ? `/${encodeURIComponent(entry.house)}` : ''}`;
}

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createSearch(place, app) {
  const query = /** @type {HTMLInputElement} */ (h('input', { id: 'g-query', type: 'search', autocomplete: 'off', spellcheck: 'false', maxlength: 200, oninput: askSoon, onkeydown: onKey }));
  const kind = /** @type {HTMLSelectElement} */ (h('select', { id: 'g-kind', onchange: () => find() }));
  const results = h('div.results', { onkeydown: onResultKey });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let round = 0;
  let isOpen = false;
  let isRetired = false;
  /** What the list below was found by. */
  let drawnFor = '';

  function open() {
    isOpen = true;
    isRetired = false;
    query.placeholder = t('g.search.example');
    const chosen = kind.value;
    fill(kind, h('option', { value: '' }, t('g.kind.all')), KINDS.map((each) => h('option', { value: each }, t(`g.kinds.${each}`))));
    kind.value = chosen;
    fill(place,
      h('div.search-head', {},
        h('h2.sr', { id: 'side-title', tabindex: -1 }, t('g.search.title')),
        h('div.search', {}, h('label.sr', { for: 'g-query' }, t('g.search.label')), icon(ICONS.search), query),
        h('div.search-line', {}, h('label.sr', { for: 'g-kind' }, t('g.search.kind')), kind,
          app.mayEdit() && h('a.button', { href: '#new' }, t('g.new.open')))),
      h('div.side-body', {}, results));
    find();
    if (!matchMedia('(pointer: coarse)').matches) query.focus();
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(find, ASK_AFTER_MS);
  }

  async function find() {
    clearTimeout(timer);
    isRetired = false;
    const own = ++round;
    const words = query.value.trim();
    const path = `/gazetteer?q=${encodeURIComponent(words)}&language=${languageNow()}${kind.value ? `&kind=${kind.value}` : ''}`;
    await answer(own, path, words);
  }

  async function showRetired() {
    isRetired = true;
    await answer(++round, `/gazetteer/retired?language=${languageNow()}`, '');
  }

  /** @param {number} own @param {string} path @param {string} words */
  async function answer(own, path, words) {
    try {
      const { entries } = await app.busy('g.busy.search', get(path));
      if (own !== round || !isOpen) return;
      draw(entries, words);
    } catch (error) {
      if (own !== round || !isOpen) return;
      fill(results, h('div.note.warn', { role: 'alert' }, h('p', {}, failureWords(error)), h('button', { type: 'button', onclick: () => find() }, t('retry'))));
    }
  }

  /** @param {any[]} entries @param {string} words */
  function draw(entries, words) {
    drawnFor = words;
    const more = app.mayEdit() && !isRetired && !words && h('button.link', { type: 'button', onclick: showRetired }, t('g.retired.show'));
    if (!entries.length) {
      fill(results, h('div.empty.small', {}, h('p.empty-title', {}, t(isRetired ? 'g.retired.none' : 'g.search.none')), !isRetired && h('p', {}, t('g.search.none_next'))), more);
      say(t('g.search.none'));
      app.map()?.show([]);
      return;
    }
    fill(results, isRetired && h('h3', {}, t('g.retired.title')),
      h('ul.entries', {}, entries.map((each) => h('li', {}, row(each)))), more);
    if (words) say(t('g.search.count', { n: entries.length }));
    app.map()?.show(words ? entries.slice(0, 12) : [], { pick: (picked) => app.go(hashOf(picked)), fit: words.length > 2 });
  }

  /** @param {any} entry */
  function row(entry) {
    return h('a.entry', { href: hashOf(entry), data: { kind: entry.kind } },
      h('span.entry-label', {}, entry.label),
      h('span.quiet', {}, t(`g.kind.${entry.kind}`), entry.houses !== null && ` · ${t('g.houses', { n: entry.houses })}`, entry.name && ` · ${t('g.also', { name: entry.name })}`));
  }

  /** @param {KeyboardEvent} event */
  async function onKey(event) {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      // Whoever types fast means what they typed, not the list of before.
      if (query.value.trim() !== drawnFor) await find();
      const first = /** @type {HTMLElement | null} */ (results.querySelector('a.entry'));
      if (event.key === 'Enter') first?.click();
      else first?.focus();
    }
    if (event.key === 'Escape' && query.value) { event.preventDefault(); query.value = ''; find(); }
  }

  /** @param {KeyboardEvent} event */
  function onResultKey(event) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = /** @type {HTMLElement[]} */ ([...results.querySelectorAll('a.entry')]);
    const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    event.preventDefault();
    if (event.key === 'ArrowUp' && at === 0) query.focus();
    else rows[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
  }

  return { open, close() { isOpen = false; clearTimeout(timer); }, focus() { query.focus(); query.select(); } };
}
