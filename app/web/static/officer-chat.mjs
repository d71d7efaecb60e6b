/** The own Telegram of an officer or a member of a desk: linked by a code that is good once. */

import { ask, get } from './api.mjs';
import { deskGroup } from './desk-group.mjs';
import { byId, fill, h } from './dom.mjs';
import { t } from './i18n.mjs';
import { clock, exact } from './time.mjs';

const dialog = () => /** @type {HTMLDialogElement} */ (byId('officer-chat'));

let isOfficer = true;
/** @type {HTMLElement | null} */
let group = null;

/**
 * Show whether somebody's Telegram is linked, and how to change that; to a desk also its group.
 * @param {any} me
 * @param {(code: string) => string} districtName
 * @param {any[]} districts
 */
export async function showOfficerChat(me, districtName, districts) {
  isOfficer = Boolean(me.officer);
  group = ['desk', 'admin'].includes(me.role) ? deskGroup(me, districtName, districts) : null;
  draw([h('p.quiet', {}, t('chat.loading'))]);
  dialog().showModal();
  await load();
}

async function load() {
  const state = await get('/officer-chat').catch(() => null);
  if (!state) return failed();
  draw(state.linked_at
    ? [h('p', {}, t(isOfficer ? 'chat.linked' : 'chat.linked_desk', { time: exact(Date.parse(state.linked_at)) })), h('div.buttons', {}, linkButton('chat.again'), h('button', { type: 'button', onclick: unlink }, t(isOfficer ? 'chat.unlink' : 'chat.unlink_desk')))]
    : [h('p', {}, t(isOfficer ? 'chat.what' : 'chat.what_desk')), h('div.buttons', {}, linkButton('chat.link'))]);
}

/** @param {string} words */
const linkButton = (words) => h('button.primary', { type: 'button', onclick: link }, t(words));

async function link() {
  const made = await ask('POST', '/officer-chat').catch(() => null);
  if (!made) return failed();
  draw([
    h('p', {}, t('chat.do', { time: clock(Date.parse(made.expires_at)) })),
    made.link && h('p', {}, h('a.button', { href: made.link, target: '_blank', rel: 'noopener' }, t('chat.open'))),
    h('p', {}, t('chat.or'), ' ', h('code', { id: 'chat-command' }, made.command)),
    h('div.buttons', {}, h('button', { type: 'button', onclick: load }, t('chat.check'))),
  ]);
}

async function unlink() {
  try {
    await ask('DELETE', '/officer-chat');
    await load();
  } catch {
    failed();
  }
}

function failed() {
  draw([h('p', { role: 'alert' }, t('chat.failed')), h('div.buttons', {}, h('button', { type: 'button', onclick: load }, t('retry')))]);
}

/** @param {(Node | string | false | null)[]} content */
function draw(content) {
  fill(dialog(),
    h('h2', { id: 'officer-chat-title' }, 'Telegram'), ...content, group,
    h('form', { method: 'dialog' }, h('button', {}, t('close'))));
}
