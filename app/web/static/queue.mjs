/** The queue: filters and the rows in working order. */

import { categoryName, UNSORTED } from './categories.mjs';
import { fill, h, icon } from './dom.mjs';
import { dueMark } from './due.mjs';
import { nameOf, t } from './i18n.mjs';
import { ICONS, isOpen, OPEN_STATUSES, statusShape } from './shapes.mjs';
import { timeText } from './time.mjs';
import { partWords } from './part.mjs';
import { badges, districtLine, excerpt, ownerLine, placeLine } from './words.mjs';

/** @typedef {import('./app.mjs').App} App */

/**
 * @param {HTMLElement} pane
 * @param {App} app
 */
export function createQueue(pane, app) {
  const { store } = app;
  /** @type {Map<string, {item: HTMLElement, signature: string}>} */
  let rows = new Map();
  const title = h('h2', { id: 'queue-title', tabindex: -1 });
  const counts = h('p.counts');
  const search = /** @type {HTMLInputElement} */ (h('input', { type: 'search', id: 'search', autocomplete: 'off', oninput: filtered }));
  const status = /** @type {HTMLSelectElement} */ (h('select', { id: 'filter-status', onchange: filtered }));
  const beat = /** @type {HTMLSelectElement} */ (h('select', { id: 'filter-beat', onchange: filtered }));
  const mine = h('button.toggle', { type: 'button', 'aria-pressed': 'false', onclick: () => { setPressed(mine.getAttribute('aria-pressed') !== 'true'); filtered(); } });
  const list = h('ul.rows', { id: 'rows' });
  const empty = h('div.empty', { hidden: true });
  const part = h('div');
  const head = h('div.queue-head', {},
    h('div.queue-title-line', {}, title, counts),
    part,
    h('div.search', {}, icon(ICONS.search), search),
    h('div.filters', {}, status, beat, mine));
  fill(pane, head, h('div.rows-scroll', {}, list, empty));

  /** @param {boolean} pressed */
  function setPressed(pressed) {
    mine.setAttribute('aria-pressed', String(pressed));
  }

  function filtered() {
    store.set({ filter: { text: search.value, status: status.value, beat: beat.value, mine: mine.getAttribute('aria-pressed') === 'true' } });
  }

  let partDrawn = '';
  function drawPart() {
    const shown = store.get().part;
    const said = shown ? t('part.shown', { what: partWords(shown, app) }) : '';
    if (said === partDrawn) return;
    partDrawn = said;
    fill(part, said && h('div.part', { id: 'part', role: 'status' }, h('span', {}, said),
      h('button', { type: 'button', onclick: () => app.showPart('') }, t('queue.clear'))));
  }

  function words() {
    title.textContent = t('queue.title');
    search.setAttribute('aria-label', t('queue.search'));
    search.placeholder = t('queue.search_hint');
    mine.textContent = t('queue.mine');
    list.setAttribute('aria-label', t('queue.title'));
    const { filter } = store.get();
    fill(status, option('', t('queue.any_status')), option(UNSORTED, t('sorting.needed')), ...OPEN_STATUSES.map((each) => option(each, t(`status.${each}`))));
    status.setAttribute('aria-label', t('queue.status'));
    status.value = filter.status;
    beat.setAttribute('aria-label', t('queue.beat'));
    districts();
    drawPart();
    rows = new Map();
    draw();
  }

  function districts() {
    const { districts: all, filter } = store.get();
    const precincts = all.filter((each) => each.level === 'precinct');
    fill(beat, option('', t('queue.any_beat')), ...precincts.map((precinct) => h('optgroup', { label: nameOf(precinct) },
      option(precinct.code, precincts.length > 1 ? t('queue.whole', { precinct: nameOf(precinct) }) : t('queue.whole_one')),
      ...all.filter((each) => each.parent === precinct.code).map((each) => option(each.code, nameOf(each))))));
    beat.value = filter.beat;
  }

  /** @returns {any[]} the reports that pass the filters, in working order */
  function visible() {
    const { order, reports, filter } = store.get();
    const wanted = filter.text.trim().toLocaleLowerCase();
    return order.map((number) => reports.get(number)).filter((report) => {
      if (!report) return false;
      if (filter.status === UNSORTED ? report.category !== UNSORTED : filter.status && app.statusOf(report) !== filter.status) return false;
      if (filter.beat && report.beat?.code !== filter.beat && report.precinct?.code !== filter.beat) return false;
      if (filter.mine && !app.isMine(report)) return false;
      if (!wanted) return true;
      const officer = ownerLine(report, app.districtName);
      return [report.number, report.text, placeLine(report), officer, categoryName(report.category)].some((text) => (text ?? '').toLocaleLowerCase().includes(wanted));
    });
  }

  function draw() {
    const { reports, loaded } = store.get();
    const shown = visible();
    const all = [...reports.values()].filter((report) => isOpen(app.statusOf(report)));
    const noPlace = all.filter((report) => !report.placement).length;
    const said = [shown.length === reports.size ? t('queue.count', { n: Math.max(all.length, store.get().total - (reports.size - all.length)) }) : t('queue.count_of', { shown: shown.length, n: reports.size })];
    if (noPlace) said.push(t('queue.no_place', { n: noPlace }));
    counts.textContent = loaded ? said.join(' · ') : '';
    reconcile(shown);
    drawEmpty(shown.length, reports.size, loaded);
  }

  /** @param {any[]} shown */
  function reconcile(shown) {
    const wanted = new Set(shown.map((report) => report.number));
    for (const [number, { item }] of rows) {
      if (!wanted.has(number)) { item.remove(); rows.delete(number); }
    }
    const focused = document.activeElement;
    shown.forEach((report, index) => {
      const signature = signatureOf(report);
      const known = rows.get(report.number);
      let item = known?.item;
      if (!item || known?.signature !== signature) {
        const next = row(report);
        if (item) {
          const hadFocus = item.contains(focused);
          item.replaceWith(next);
          if (hadFocus) next.querySelector('button')?.focus();
        }
        item = next;
        rows.set(report.number, { item, signature });
      }
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    for (const child of [...list.children].slice(shown.length)) child.remove();
  }

  /** @param {any} report */
  function signatureOf(report) {
    const { selected, fresh } = store.get();
    return [report.version, app.statusOf(report), app.isPending(report.number), selected === report.number,
      fresh.has(report.number), app.isUnattended(report.beat?.code), districtLine(report), categoryName(report.category),
      report.deadlines?.acknowledge_by, report.deadlines?.on_scene_by].join('|');
  }

  /** @param {any} report */
  function row(report) {
    const { selected, fresh } = store.get();
    const shown = app.statusOf(report);
    const marks = badges(report, app.isUnattended);
    if (app.isPending(report.number)) marks.unshift({ kind: 'pending', text: t('badge.pending') });
    if (fresh.has(report.number)) marks.unshift({ kind: 'fresh', text: t('badge.fresh') });
    const category = report.category === UNSORTED ? '' : categoryName(report.category);
    const media = report.media?.length ?? 0;
    return h('li', { class: fresh.has(report.number) ? 'fresh' : null },
      h('button.row', { type: 'button', 'aria-current': selected === report.number ? 'true' : null, data: { number: report.number }, onclick: () => app.open(report.number) },
        statusShape(shown),
        h('span.row-head', {}, h('span.number', {}, `№ ${report.number}`), timeText(report.received_at)),
        h('span.row-text', {}, category && h('strong', {}, `${category}. `), excerpt(report.text) || (store.get().me?.role !== 'observer' && t('report.no_text')),
          media > 0 && h('span.media-count', { title: t('report.media_count', { n: media }) }, icon(ICONS.clip), media, h('span.sr', {}, t('report.media_count', { n: media })))),
        h('span.row-place', {}, icon(ICONS.pin), h('span', {}, placeLine(report))),
        dueMark(report, shown),
        h('span.row-owner', {}, h('span.status', {}, t(`status.${shown}`)), h('span', {}, ownerLine(report, app.districtName))),
        marks.length > 0 && h('span.badges', {}, marks.map(({ kind, text }) => h(`span.badge.b-${kind}`, {}, text)))));
  }

  /**
   * @param {number} shown
   * @param {number} total
   * @param {boolean} loaded
   */
  function drawEmpty(shown, total, loaded) {
    empty.hidden = shown > 0;
    if (!loaded) fill(empty, h('p', {}, t('busy.queue')));
    else if (store.get().part && !total) fill(empty, h('p', {}, t('queue.nothing_found')), h('button', { type: 'button', onclick: () => app.showPart('') }, t('queue.clear')));
    else if (total > 0) {
      fill(empty, h('p', {}, t('queue.nothing_found')), h('button', { type: 'button', onclick: clear }, t('queue.clear')));
    } else fill(empty, h('p.empty-title', {}, t('queue.empty')), h('p', {}, t('queue.empty_next')));
  }

  function clear() {
    search.value = '';
    status.value = '';
    beat.value = '';
    setPressed(false);
    filtered();
  }

  store.on(['order', 'reports', 'filter', 'selected', 'fresh', 'pending', 'loaded', 'shapes', 'categories'], draw);
  store.on(['districts'], () => { districts(); draw(); });
  store.on(['part', 'districts', 'reports'], drawPart);

  return {
    words,
    focusSearch() { search.focus(); search.select(); },
    /**
     * Move to the next or previous row.
     * @param {number} by 1 or -1
     */
    step(by) {
      const buttons = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('button.row')]);
      if (!buttons.length) return;
      const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      const current = at >= 0 ? at : buttons.findIndex((each) => each.getAttribute('aria-current') === 'true');
      const next = buttons[Math.max(0, Math.min(buttons.length - 1, current < 0 ? 0 : current + by))];
      next.focus();
      if (store.get().selected && store.get().selected !== next.dataset.number) app.open(next.dataset.number ?? '', { focus: false });
    },
    /** @param {string} number */
    show(number) {
      rows.get(number)?.item.scrollIntoView({ block: 'nearest' });
    },
    /** @param {string} number */
    focusRow(number) {
      const button = rows.get(number)?.item.querySelector('button') ?? title;
      button.focus();
    },
    /** @param {string} code */
    filterBeat(code) { beat.value = code; filtered(); },
  };
}

/**
 * @param {string} value
 * @param {string} text
 */
const option = (value, text) => h('option', { value }, text);
