/** The page of public groups and channels: which are ours, how they are, and codes for others. */

import { ApiError, ask, get } from '../api.mjs';
import { notYours, tellFailed, waiting } from '../bars.mjs';
import { announce, byId, fill, h } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { drawMenu } from '../menu.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { dayAndTime } from '../desks/kit.mjs';
import { ago, clock } from '../time.mjs';

const LOOK_MS = 20_000;
// A worker asks Telegram within some seconds.
const ASKED_MS = 6_000;
const MAY_SEE = ['desk', 'leader', 'admin'];
const COMMANDS = ['done', 'notreport', 'spam', 'register', 'status'];

/** @type {{groups: any[], may_link: boolean}} */
let known = { groups: [], may_link: false };
/** @type {any} */
let made = null;
/** @type {number | null} */
let asking = null;
let loaded = false;
let failure = '';
let timer = 0;

const session = createSession({ entered, speak });

/** @param {any} me */
function entered(me) {
  drawTools();
  if (!MAY_SEE.includes(me.role)) {
    byId('main').hidden = true;
    fill(byId('notices'), notYours('pg.not_yours'));
    return;
  }
  load();
  clearInterval(timer);
  timer = setInterval(() => { if (document.visibilityState === 'visible' && asking === null) load(); }, LOOK_MS);
}

async function load() {
  try {
    known = await waiting('pg.busy', get('/public-groups'));
    loaded = true;
    failure = '';
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) failure = t('pg.failed');
  }
  draw();
}

function draw() {
  tellFailed(failure, load);
  if (!loaded) return;
  drawList();
  drawAdding();
  drawHelp();
}

function drawList() {
  // A card that is asked about keeps its question, and the focus in it.
  if (asking !== null) return;
  fill(byId('list'), known.groups.length ? known.groups.map(card)
    : h('div.empty', {}, h('p.empty-title', {}, t('pg.none')), h('p', {}, t(known.may_link ? 'pg.none_next' : 'pg.none_wait'))));
}

/** @param {any} group */
function card(group) {
  const buttons = h('div.buttons', {});
  const offer = () => fill(buttons, known.may_link && [
    button('pg.look', () => act('POST', `/public-groups/${group.id}/look`, 'pg.looking', true), group.title),
    button('pg.unlink', confirm, group.title),
  ]);
  const confirm = async () => {
    asking = group.id;
    const sure = h('button.danger', { type: 'button', onclick: () => { asking = null; act('DELETE', `/public-groups/${group.id}`, 'pg.unlinked'); } }, t('pg.unlink_yes'));
    fill(buttons, h('p', { role: 'alert' }, t('pg.unlink_sure')), sure, button('pg.unlink_no', async () => { asking = null; offer(); buttons.querySelector('button')?.focus(); }));
    sure.focus();
  };
  offer();
  return h('article.group-card', { class: `group-card ${faultsOf(group).length ? 'faulty' : 'fine'}`, 'aria-labelledby': `group-${group.id}` },
    h('h3', { id: `group-${group.id}` }, group.title),
    h('p.quiet', {}, [t(`pg.kind.${group.kind}`), group.is_forum && t('pg.forum'), group.counterpart && t(group.kind === 'channel' ? 'pg.discussed_in' : 'pg.of_channel', { title: group.counterpart })].filter(Boolean).join(' · ')),
    faultsOf(group).map((key) => h('p.fault', {}, t(key))),
    h('dl', {},
      row('pg.hears', group.kind === 'channel' ? t('pg.hears.posts') : t(group.reads_all === null ? 'pg.unknown' : group.reads_all ? 'pg.hears.all' : 'pg.hears.some')),
      row('pg.bot', group.is_administrator === null ? t('pg.unknown') : t(group.is_administrator ? 'pg.bot.admin' : 'pg.bot.member') + (group.can_delete ? `, ${t('pg.bot.deletes')}` : '')),
      row('pg.admins', group.looked_at ? String(group.administrators) : t('pg.unknown')),
      group.kind !== 'channel' && row('pg.reports', group.reports ? `${group.reports} · ${t('pg.last', { time: ago(Date.parse(group.last_report_at)) })}` : t('pg.no_reports'))),
    h('p.quiet', {}, t('pg.linked', { time: dayAndTime(group.linked_at), name: group.linked_by }), group.looked_at && ` · ${t('pg.looked', { time: ago(Date.parse(group.looked_at)) })}`),
    buttons);
}

/**
 * @param {any} group
 * @returns {string[]} keys of what is wrong
 */
function faultsOf(group) {
  if (group.fault) return [`pg.fault.${group.fault}`];
  if (group.kind === 'channel') return group.counterpart ? [] : ['pg.fault.discussion'];
  return group.reads_all === false ? ['pg.fault.privacy'] : [];
}

/**
 * @param {string} name
 * @param {string} value
 */
const row = (name, value) => h('div', {}, h('dt', {}, t(name)), h('dd', {}, value));

/**
 * @param {string} words
 * @param {() => Promise<unknown>} work
 * @param {string} [about]
 */
function button(words, work, about) {
  const node = /** @type {HTMLButtonElement} */ (h('button', {
    type: 'button', 'aria-label': about ? `${t(words)}: ${about}` : null,
    async onclick() {
      if (node.disabled) return;
      node.disabled = true;
      try { await work(); } finally { node.disabled = false; }
    },
  }, t(words)));
  return node;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {string} said
 * @param {boolean} [later] whether what follows is known only after a while
 */
async function act(method, path, said, later = false) {
  try {
    await ask(method, path);
    announce(t(said));
    await load();
    if (later) setTimeout(load, ASKED_MS);
  } catch (error) {
    failure = t(error instanceof ApiError ? 'pg.refused' : 'pg.offline');
    draw();
  }
}

function drawAdding() {
  const section = byId('add');
  section.hidden = !known.may_link;
  if (!known.may_link) return;
  fill(section, h('h2', { id: 'add-title' }, t('pg.add')),
    made ? [
      h('p', {}, t('pg.do', { time: clock(Date.parse(made.expires_at)) })),
      made.link && h('p', {}, h('a.button', { href: made.link, target: '_blank', rel: 'noopener' }, t('pg.open'))),
      h('p', {}, t('pg.or'), ' ', h('code', { id: 'group-command' }, made.command)),
      h('div.buttons', {}, button('pg.copy', copy), button('pg.check', async () => { await load(); announce(t('pg.checked')); }), button('pg.new_code', newCode)),
    ] : [h('p.quiet', {}, t('pg.add_what')), h('div.buttons', {}, button('pg.code', newCode))]);
}

async function newCode() {
  try {
    made = await ask('POST', '/public-groups/code');
    failure = '';
    announce(t('pg.code_made'));
  } catch (error) {
    failure = t(error instanceof ApiError ? 'pg.refused' : 'pg.offline');
  }
  draw();
  byId('add').querySelector('button')?.focus();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(made.command);
    announce(t('pg.copied'));
  } catch {
    // The browser may forbid it: then it is selected, to be copied by hand.
    getSelection()?.selectAllChildren(byId('group-command'));
    announce(t('pg.copy_self'));
  }
}

function drawHelp() {
  fill(byId('help'), h('h2', { id: 'help-title' }, t('pg.help')),
    h('ul.group-help', {}, ['report', 'reply', 'private', 'privacy'].map((each) => h('li', {}, t(`pg.help.${each}`)))),
    h('dl.group-commands', {}, COMMANDS.map((each) => h('div', {}, h('dt', {}, h('code', {}, `/${each}`)), h('dd', {}, t(`pg.command.${each}`))))));
}

function drawTools() {
  document.title = t('pg.page_title');
  drawMenu(session.me(), { useLanguage: speak, useTheme: setTheme, logout: session.leave });
}

/** @param {string} language */
async function speak(language) {
  await useLanguage(language);
  session.words();
  drawTools();
  asking = null;
  if (MAY_SEE.includes(session.me()?.role)) draw();
}

async function start() {
  alsoWords('groups');
  await useLanguage(document.documentElement.lang, { remember: false });
  drawTools();
  await session.begin();
}

start();
