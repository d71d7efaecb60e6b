/** A desk's group in Telegram: linked by a code that is good once, and what keeps it from working. */

import { ask, get } from './api.mjs';
import { fill, h } from './dom.mjs';
import { nameOf, t } from './i18n.mjs';
import { clock, exact } from './time.mjs';

const CITY = 'city';

/**
 * @param {string} kind
 * @param {any} body
 * @param {(code: string) => string} districtName
 * @returns {string[] | null} a notice about a group in words, null for another one
 */
export function groupNotice(kind, body, districtName) {
  if (kind === 'public_group') return [t('public_group.notice', { group: body.group }), t(`public_group.${body.fault}`)];
  if (kind !== 'desk_chat' && kind !== 'desk_topic') return null;
  const desk = body.desk === CITY ? t('owner.city_desk') : districtName(body.desk);
  const words = kind === 'desk_topic' ? t('group.lost', { topic: body.topic }) : t(`group.${body.fault}`);
  return [t('group.notice', { desk }), words];
}

/**
 * @param {any} me somebody of a desk
 * @param {(code: string) => string} districtName
 * @param {any[]} districts
 * @returns {HTMLElement} the part of a dialog that links a desk's group
 */
export function deskGroup(me, districtName, districts) {
  const own = me.precinct?.code;
  const precincts = districts.filter((each) => each.level === 'precinct');
  const choice = /** @type {HTMLSelectElement} */ (h('select', { id: 'group-desk', onchange: load },
    own ? h('option', { value: own }, districtName(own))
      : [h('option', { value: CITY }, t('owner.city_desk')), precincts.map((each) => h('option', { value: each.code }, nameOf(each)))]));
  const state = h('div.group-state', { 'aria-live': 'polite' });
  load();
  return h('section.block.desk-group', {},
    h('h3', {}, own ? t('group.title') : h('label', { for: 'group-desk' }, t('group.title'))), own ? null : choice, state);

  async function load() {
    const found = await get('/desk-chats').catch(() => null);
    if (!found) return failed();
    const chat = found.chats.find((/** @type {any} */ each) => each.desk === choice.value);
    if (!chat) return fill(state, h('p', {}, t('group.what')), h('div.buttons', {}, button('group.link', link)));
    fill(state, h('p', {}, t('group.linked', { time: exact(Date.parse(chat.linked_at)) })),
      chat.fault && h('p.note.warn', { role: 'alert' }, t(`group.${chat.fault}`)),
      h('div.buttons', {}, chat.fault && button('group.retry', () => act('POST', '/retry')), button('group.again', link), button('group.unlink', () => act('DELETE', ''))));
  }

  async function link() {
    const made = await ask('POST', `/desk-chats/${encodeURIComponent(choice.value)}/code`).catch(() => null);
    if (!made) return failed();
    fill(state,
      h('p', {}, t('group.do', { time: clock(Date.parse(made.expires_at)) })),
      made.link && h('p', {}, h('a.button', { href: made.link, target: '_blank', rel: 'noopener' }, t('group.open'))),
      h('p', {}, t('group.or'), ' ', h('code', { id: 'group-command' }, made.command)),
      h('div.buttons', {}, button('chat.check', load)));
  }

  /**
   * @param {string} method
   * @param {string} path
   */
  async function act(method, path) {
    try {
      await ask(method, `/desk-chats/${encodeURIComponent(choice.value)}${path}`);
      await load();
    } catch {
      failed();
    }
  }

  function failed() {
    fill(state, h('p', { role: 'alert' }, t('chat.failed')), h('div.buttons', {}, button('retry', load)));
  }
}

/**
 * @param {string} words
 * @param {() => void} onclick
 */
const button = (words, onclick) => h('button', { type: 'button', onclick }, t(words));
