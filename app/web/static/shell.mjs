/** The frame of the page: header, notices, tabs, menu. */

import { byId, fill, h, icon } from './dom.mjs';
import { languageNow, languagesOffered, nameOf, t, tCode } from './i18n.mjs';
import { showKeys } from './keys.mjs';
import { showOfficerChat } from './officer-chat.mjs';
import { ICONS } from './shapes.mjs';
import { kept } from './store.mjs';
import { clock } from './time.mjs';

/** @typedef {import('./app.mjs').App} App */

/** @param {App} app */
export function createShell(app) {
  const { store } = app;

  function drawTools() {
    const { me } = store.get();
    const theme = document.documentElement.dataset.theme ?? '';
    const language = /** @type {HTMLSelectElement} */ (h('select', { id: 'language', onchange: () => app.useLanguage(language.value) },
      languagesOffered().map((each) => h('option', { value: each, lang: each }, t(`language.${each}`)))));
    language.value = languageNow();
    const look = /** @type {HTMLSelectElement} */ (h('select', { id: 'theme', onchange: () => app.useTheme(look.value) },
      ['', 'light', 'dark'].map((each) => h('option', { value: each }, t(`theme.${each || 'auto'}`)))));
    look.value = theme;
    fill(byId('tools'),
      me && h('p.who', {}, icon(ICONS.person), h('span', {}, h('strong', {}, me.name || me.login), me.name !== tCode('role', me.role) && h('small', {}, tCode('role', me.role)))),
      me && ['gis', 'admin', 'leader', 'desk'].includes(me.role) && h('a.button.boundaries-link', { href: '/boundaries' }, icon(ICONS.map), t('menu.boundaries')),
      me?.officer && h('button.chat-button', { type: 'button', onclick: () => { hideMenu(); showOfficerChat(); } }, 'Telegram'),
      h('label', {}, h('span.tool-name', {}, t('menu.language')), language),
      h('label', {}, h('span.tool-name', {}, t('menu.theme')), icon(ICONS.moon), look),
      h('button.keys-button', { type: 'button', title: t('keys.title'), onclick: () => { hideMenu(); showKeys(); } }, icon(ICONS.keys), h('span.tool-name', {}, t('keys.title'))),
      h('button', { type: 'button', onclick: () => app.logout() }, icon(ICONS.out), t('menu.logout')));
  }

  function hideMenu() {
    const tools = byId('tools');
    if (tools.matches(':popover-open')) tools.hidePopover();
  }

  function drawScope() {
    const { me } = store.get();
    byId('scope').textContent = me ? nameOf(me.precinct) || t('scope.all') : '';
  }

  function drawLive() {
    const { live, me } = store.get();
    const node = byId('live');
    node.className = `live ${live ? 'on' : 'off'}`;
    fill(node, me && h('span.live-mark', { 'aria-hidden': 'true' }), me && h('span', {}, t(live ? 'live.on' : 'live.off')));
  }

  function drawNotices() {
    const { lost, loadedAt, failure, pending, notice, deadLetters, staffNotices, me } = store.get();
    const bars = [];
    if (me && lost) {
      const since = loadedAt ? t('stale.since', { time: clock(loadedAt) }) : t('stale.never');
      const waiting = pending.length ? ` ${t('stale.pending', { n: pending.length })}` : '';
      bars.push(h('div.bar-notice.warn', { id: 'stale', role: 'status' }, h('span', {}, `${navigator.onLine ? t('stale.server') : t('stale.offline')} ${since}${waiting}`), retryButton()));
    } else if (me && failure) {
      bars.push(h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, t(failure)), retryButton()));
    } else if (pending.length && pending.some((each) => each.tries > 1)) {
      bars.push(h('div.bar-notice', { role: 'status' }, h('span', {}, t('stale.pending', { n: pending.length }))));
    }
    if (deadLetters.length) {
      bars.push(h('div.bar-notice.warn', { id: 'dead-letters', role: 'alert' }, h('span', {}, t('dead_letters', { n: deadLetters.length })),
        h('button', { type: 'button', onclick: () => app.retryDeadLetters() }, t('retry'))));
    }
    for (const kind of me ? [...new Set(staffNotices.map((each) => each.kind))] : []) {
      const told = staffNotices.filter((each) => each.kind === kind);
      bars.push(staffNotice(told[0], told.length - 1));
    }
    if (notice) {
      bars.push(h('div.bar-notice', { class: `bar-notice ${notice.kind}` }, h('span', {}, notice.text),
        notice.number && h('button', { type: 'button', onclick: () => { store.set({ notice: null }); app.open(notice.number); } }, t('notice.show')),
        h('button', { type: 'button', onclick: () => store.set({ notice: null }) }, t('close'))));
    }
    fill(byId('notices'), bars);
  }

  /**
   * A notice in words, and the report it leads to.
   * @param {any} told
   * @returns {{words: (string | false)[], number?: string}}
   */
  function noticeWords({ kind, at, body }) {
    if (kind === 'unattended') {
      const alert = t('unattended.alert', { beat: nameOf(body.beat), time: clock(Date.parse(body.since)) });
      return { words: [alert, body.open_reports > 0 && t('unattended.reports', { n: body.open_reports })] };
    }
    const counts = /** @type {const} */ ([['came', body.came_total], ['went', body.went_total], ['proposed', body.proposed_total], ['moved', body.moved_total]])
      .filter(([, n]) => n > 0).map(([what, n]) => t(`boundaries.${what}`, { n }));
    const [number] = [...body.came ?? [], ...body.proposed ?? []];
    return { words: [t('boundaries.changed', { label: body.label, time: clock(Date.parse(at)) }), ...(counts.length ? counts : [t('boundaries.nothing')])], number };
  }

  /**
   * What new boundaries for whoever is logged in; it stays until it is read.
   * @param {any} told
   * @param {number} more
   */
  function staffNotice(told, more) {
    const { words: found, number } = noticeWords(told);
    const words = [...found, more > 0 && t('boundaries.more', { n: more })];
    const look = told.kind === 'unattended' ? { id: 'unattended-notice', class: 'bar-notice warn', role: 'alert' } : { id: 'staff-notice', role: 'status' };
    return h('div.bar-notice', look, h('span', {}, words.filter(Boolean).join(' ')),
      number && h('button', { type: 'button', onclick: () => app.open(number) }, t('notice.show')),
      h('button', { type: 'button', onclick: () => app.readNotice(told.id) }, t('boundaries.read')));
  }

  const retryButton = () => h('button', { type: 'button', onclick: () => app.retry() }, t('retry'));

  function drawTabs() {
    const { view, order, me } = store.get();
    const tab = (/** @type {'queue' | 'map'} */ name, /** @type {string} */ path) => h('button', {
      type: 'button', 'aria-current': view === name ? 'page' : null, onclick: () => app.show(name),
    }, icon(path), h('span', {}, t(`tabs.${me?.role === 'gis' && name === 'queue' ? 'districts' : name}`)), name === 'queue' && order.length > 0 && h('span.tab-count', {}, order.length));
    fill(byId('tabs'), tab('queue', ICONS.list), tab('map', ICONS.map));
    document.body.dataset.view = view;
  }

  function drawBusy() { byId('busy').textContent = store.get().busy; }

  store.on(['me'], () => { drawTools(); drawScope(); drawLive(); drawTabs(); });
  store.on(['me', 'lost', 'loadedAt', 'failure', 'pending', 'notice', 'staffNotices'], drawNotices);
  store.on(['live'], drawLive);
  store.on(['view', 'order'], drawTabs);
  store.on(['busy'], drawBusy);

  return {
    words() { drawTools(); drawScope(); drawLive(); drawNotices(); drawTabs(); },
  };
}

/** @param {string} theme `light`, `dark` or '' for the system's */
export function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  kept.writeWord('theme', theme || null);
}
