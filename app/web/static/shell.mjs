/** The frame of the page: header, notices, tabs, menu. */

import { byId, fill, h, icon } from './dom.mjs';
import { nameOf, t, tCode } from './i18n.mjs';
import { showKeys } from './keys.mjs';
import { drawMenu, hideMenu } from './menu.mjs';
import { showOfficerChat } from './officer-chat.mjs';
import { groupNotice } from './desk-group.mjs';
import { ICONS } from './shapes.mjs';
import { kept } from './store.mjs';
import { day } from './privacy/kit.mjs';
import { clock } from './time.mjs';

// More notices of one kind than this are only counted.
const TOGETHER = 3;

/** @typedef {import('./app.mjs').App} App */

/** Notices that ask for somebody, by kind: the ids of their bars. @type {Record<string, string>} */
const ALERTS = { unattended: 'unattended-notice', desk_gap: 'desk-gap-notice', late: 'late-notice', desk_chat: 'desk-chat-notice', public_group: 'public-group-notice', dispatch_rule: 'dispatch-rule-notice' };

/** @param {App} app */
export function createShell(app) {
  const { store } = app;

  function drawTools() {
    const { me } = store.get();
    const showChat = () => { hideMenu(); showOfficerChat(me, app.districtName, store.get().districts); };
    drawMenu(me, app, {
      own: (me?.officer || app.isDesk()) && h('button.chat-button', { type: 'button', onclick: showChat }, 'Telegram'),
      last: h('button.keys-button', { type: 'button', title: t('keys.title'), onclick: () => { hideMenu(); showKeys(); } }, icon(ICONS.keys), h('span.tool-name', {}, t('keys.title'))),
    });
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
      // Several beats may be alone at once: none of them hides another.
      const together = kind === 'unattended' ? told.slice(0, TOGETHER) : told.slice(0, 1);
      bars.push(staffNotice(together, told.slice(together.length)));
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
   * @returns {{words: (string | false)[], number?: string, href?: string}}
   */
  function noticeWords({ kind, at, body }) {
    if (kind === 'unattended') {
      const alert = t('unattended.alert', { beat: nameOf(body.beat), time: clock(Date.parse(body.since)) });
      return { words: [alert, body.open_reports > 0 && t('unattended.reports', { n: body.open_reports })] };
    }
    if (kind === 'purge_soon') return { words: [t('purge_soon.alert', { time: day(body.until), n: Math.max(...Object.values(body.counts)) })], href: '/privacy' };
    if (kind === 'late') return lateNotice(body);
    if (kind === 'reveal') return { words: [t('privacy.notice', body)], href: '/reveals' };
    if (kind === 'desk_gap') {
      const desk = body.desk.code === 'city' ? t('owner.city_desk') : t('owner.desk', { precinct: nameOf(body.desk) });
      return { words: [t('desk_gap.alert', { desk, time: clock(Date.parse(body.since)) })], href: '/desks' };
    }
    if (kind === 'muted') return { words: [t('mn.notice', { reporter: body.reporter })], href: '/abuse' };
    if (kind === 'dispatch_rule') {
      const why = tCode('rl.broken', body.what).replace('{text}', body.text);
      return { words: [body.rule ? t('rl.alert', { name: nameOf({ code: body.rule, name: body.names }), why }) : why], href: '/rules' };
    }
    const ofGroup = groupNotice(kind, body, app.districtName);
    if (ofGroup) return { words: ofGroup, href: kind === 'public_group' ? '/groups' : undefined };
    const counts = /** @type {const} */ ([['came', body.came_total], ['went', body.went_total], ['proposed', body.proposed_total], ['moved', body.moved_total]])
      .filter(([, n]) => n > 0).map(([what, n]) => t(`boundaries.${what}`, { n }));
    const [number] = [...body.came ?? [], ...body.proposed ?? []];
    return { words: [t('boundaries.changed', { label: body.label, time: clock(Date.parse(at)) }), ...(counts.length ? counts : [t('boundaries.nothing')])], number };
  }

  /**
   * A report that was not taken on in time, or where nobody was in time.
   * @param {any} body
   */
  function lateNotice({ number, deadline, due_at: at, beat, precinct, officer, desk }) {
    const where = nameOf(beat) || nameOf(precinct) || t('place.none');
    const owner = officer ? nameOf(officer) : desk === 'city' ? t('owner.city_desk') : t('owner.desk', { precinct: app.districtName(desk) });
    return { words: [t(`late.notice.${deadline}`, { number, district: where, time: clock(Date.parse(at)) }), t('late.owner', { owner })], number };
  }

  /**
   * What whoever is logged in is told; it stays until it is read.
   * @param {any[]} together of one kind
   * @param {any[]} others of that kind, which are only counted
   */
  function staffNotice(together, others) {
    const [told] = together;
    const found = together.map(noticeWords);
    const { number, href } = found[0];
    const words = [...found.flatMap((each) => each.words), others.length > 0 && t('boundaries.more', { n: others.length })];
    // All that is late stands first in the queue: there it is seen, and need not be ticked off here.
    const manyLate = told.kind === 'late' && others.length > 0;
    const look = ALERTS[told.kind] ? { id: ALERTS[told.kind], class: 'bar-notice warn', role: 'alert' } : { id: 'staff-notice', role: 'status' };
    return h('div.bar-notice', look, h('span', {}, words.filter(Boolean).join(' ')),
      manyLate && h('button', { type: 'button', onclick: () => app.showPart('overdue=true') }, t('late.show_all')),
      number && !manyLate && h('button', { type: 'button', onclick: () => app.open(number) }, t('notice.show')),
      href && h('a.button', { href }, t('notice.show')),
      h('button', { type: 'button', onclick: () => (manyLate ? [...together, ...others] : together).forEach((each) => app.readNotice(each.id)) }, t('boundaries.read')));
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

  store.on(['me'], () => { drawTools(); drawScope(); drawLive(); drawTabs(); });
  store.on(['me', 'lost', 'loadedAt', 'failure', 'pending', 'notice', 'staffNotices'], drawNotices);
  store.on(['live'], drawLive);
  store.on(['view', 'order'], drawTabs);

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
