/** The messages: one bubble each, made anew only when it changed. */

import * as api from './api.mjs';
import { drawing } from './city.mjs';
import { el, icon, toast, unseen } from './dom.mjs';
import { formatted, safeAddress } from './entities.mjs';
import { attempt, changed, discard, enter, state } from './store.mjs';
import { language, words } from './words.mjs';

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long' });

/** @type {Map<string, {seal: string, node: Element}>} */
const drawn = new Map();

/**
 * Bring the list up to date.
 * @param {Element} list
 * @param {(command: string) => void} onCommand
 */
export function drawMessages(list, onCommand) {
  const outgoing = state.outgoing.filter((entry) => entry.person === state.person && entry.group === state.group);
  const rows = [];
  let lastDay = '';
  for (const entry of state.entries) {
    const when = dayOf(entry.message.date);
    if (when !== lastDay) {
      rows.push(keep(`day:${when}`, when, () => el('li', { class: 'day' }, el('span', {}, when))));
      lastDay = when;
    }
    const { message_id: id } = entry.message;
    rows.push(keep(`${state.person}:${state.group}:${id}`, JSON.stringify(entry), () => bubble(entry, onCommand)));
  }
  for (const entry of outgoing) {
    rows.push(keep(entry.key, entry.failed, () => outgoingBubble(entry)));
  }
  const wanted = new Set(rows);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  rows.forEach((row, place) => { if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null); });
}

/** @param {string} key @param {string} seal @param {() => Element} make */
function keep(key, seal, make) {
  const known = drawn.get(key);
  if (known?.seal === seal) return known.node;
  const node = make();
  drawn.set(key, { seal, node });
  return node;
}

/** @param {number} seconds */
function dayOf(seconds) {
  const date = new Date(seconds * 1000);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return words.today;
  return date.toDateString() === yesterday.toDateString() ? words.yesterday : day.format(date);
}

/** @param {any} entry @param {(command: string) => void} onCommand */
function bubble({ message, by_bot: byBot, delivered }, onCommand) {
  const service = serviceWords(message);
  if (service) return el('li', { class: 'day' }, el('span', {}, service));
  const own = state.group ? message.from?.id === state.person : !byBot;
  const foot = el('span', { class: 'foot' },
    message.edit_date && !message.location ? `${words.edited} ` : null,
    el('time', { datetime: new Date(message.date * 1000).toISOString() }, clock.format(message.date * 1000)),
    own ? el('span', { class: `ticks${delivered ? ' got' : ''}`, title: delivered ? words.delivered : words.kept }, delivered ? '✓✓' : '✓', unseen(delivered ? words.delivered : words.kept)) : null);
  const editable = own && (message.text !== undefined || message.caption !== undefined);
  return el('li', { class: `row ${own ? 'own' : 'theirs'}`, 'data-message': message.message_id },
    el('div', { class: 'stack' },
      el('div', { class: `bubble${isPicture(message) ? ' picture' : ''}` },
        own || !state.group ? unseen(`${own ? words.you : words.bot}: `) : el('strong', { class: 'author' }, message.sender_chat?.title ?? message.from?.first_name),
        message.reply_to_message ? quote(message.reply_to_message) : null,
        ...content(message, onCommand),
        foot),
      inlineKeyboard(message)),
    state.group ? el('button', { type: 'button', class: 'edit', 'aria-label': words.reply, title: words.reply, click: () => { state.editing = null; state.replying = message; changed(); } }, icon('reply')) : null,
    editable ? el('button', { type: 'button', class: 'edit', 'aria-label': words.edit, title: words.edit, click: () => { state.replying = null; state.editing = message; changed(); } }, icon('edit')) : null);
}

/** @param {any} entry */
function outgoingBubble(entry) {
  const failed = Boolean(entry.failed);
  return el('li', { class: `row own ${failed ? 'failed' : 'waiting'}` },
    el('div', { class: 'stack' },
      el('div', { class: 'bubble' }, ...content(entry.message, () => {}),
        el('span', { class: 'foot' }, failed ? words.failed : words.sending)),
      failed ? el('p', { class: 'again' }, entry.failed.trim() ? `${entry.failed} ` : null,
        el('button', { type: 'button', class: 'link', click: () => attempt(entry) }, words.retry), ' · ',
        el('button', { type: 'button', class: 'link', click: () => discard(entry) }, words.drop)) : null));
}

/** @param {any} message */
function isPicture(message) {
  return Boolean(message.photo || message.video || message.location);
}

/** @param {any} quoted */
function quote(quoted) {
  const text = quoted.text ?? quoted.caption ?? (quoted.location ? words.pinned : quoted.photo ? words.photo : words.document);
  return el('blockquote', { class: 'quote' }, text);
}

/** @param {any} message */
function serviceWords(message) {
  if (message.new_chat_members) return `+ ${message.new_chat_members.map((/** @type {any} */ user) => user.first_name).join(', ')}`;
  if (message.left_chat_member) return `− ${message.left_chat_member.first_name}`;
  if (message.forum_topic_closed) return words.topicClosed;
  if (message.forum_topic_reopened) return words.topicReopened;
  return message.forum_topic_created?.name ?? message.forum_topic_edited?.name ?? null;
}

/** @param {any} message @param {(command: string) => void} onCommand @returns {Node[]} */
function content(message, onCommand) {
  const file = (/** @type {any} */ kept) => `/control/files/${encodeURIComponent(kept.file_id)}`;
  const parts = [];
  if (message.pending_file) parts.push(el('p', { class: 'file' }, icon('file'), message.pending_file));
  if (message.photo) {
    const size = message.photo[message.photo.length - 1];
    parts.push(el('a', { href: file(size), target: '_blank', rel: 'noopener' }, el('img', { src: file(size), width: size.width, height: size.height, alt: message.caption ? '' : words.photo, loading: 'lazy' })));
  }
  if (message.video) parts.push(el('video', { src: file(message.video), controls: true, preload: 'metadata', 'aria-label': words.video }));
  if (message.voice || message.audio) parts.push(el('audio', { src: file(message.voice ?? message.audio), controls: true, preload: 'none', 'aria-label': words.voice }));
  if (message.document) {
    const kept = message.document;
    parts.push(el('a', { class: 'file', href: file(kept), download: kept.file_name ?? '' }, icon('file'), el('span', {}, kept.file_name ?? words.document, el('small', {}, size(kept.file_size)))));
  }
  if (message.location) parts.push(...place(message));
  if (message.contact) parts.push(el('p', { class: 'text' }, `${words.contact}: ${message.contact.first_name}, ${message.contact.phone_number}`));
  const text = message.text ?? message.caption;
  if (text !== undefined) parts.push(el('p', { class: 'text', dir: 'auto' }, ...formatted(text, message.entities ?? message.caption_entities ?? [], onCommand)));
  if (!parts.length) parts.push(el('p', { class: 'text' }, message.poll ? words.poll : words.unknown));
  return parts;
}

/** @param {any} message */
function place(message) {
  const { latitude, longitude, horizontal_accuracy: radius, live_period: live } = message.location;
  const numbers = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const name = message.venue
    ? [el('strong', {}, message.venue.title), message.venue.address]
    : [el('strong', {}, live && message.date + live > Date.now() / 1000 ? words.live : live || message.edit_date ? words.liveOver : words.pinned), radius ? `${words.accuracy} ${Math.round(radius)} ${words.metres}` : null];
  return [drawing(longitude, latitude, radius ?? 0), el('p', { class: 'where' }, ...name, el('small', {}, numbers))];
}

/** @param {number} bytes */
function size(bytes) {
  const [value, unit] = bytes > 1e6 ? [bytes / 1e6, 'megabyte'] : [Math.max(1, bytes / 1e3), 'kilobyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

/** @param {any} message */
function inlineKeyboard(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return el('div', { class: 'keys' }, ...rows.map((/** @type {any[]} */ row) => el('div', {}, ...row.map((button) => inlineButton(message, button)))));
}

/** @param {any} message @param {any} button */
function inlineButton(message, button) {
  if (button.url) {
    const link = safeAddress(button.url);
    const asked = link && new URL(link);
    if (asked && asked.host === 't.me' && asked.pathname.slice(1) === state.bot?.username) {
      return el('button', { type: 'button', click: () => { enter(0); api.post(`people/${state.person}/start`, { payload: asked.searchParams.get('start') ?? '' }).catch(refused); } }, button.text);
    }
    return link ? el('a', { href: link, target: '_blank', rel: 'noopener noreferrer' }, button.text, ' ↗') : el('span', {}, button.text);
  }
  const press = async (/** @type {Event} */ event) => {
    const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
    pressed.setAttribute('aria-busy', 'true');
    setTimeout(() => pressed.removeAttribute('aria-busy'), 10000);
    await api.post(`people/${state.person}/press`, { message_id: message.message_id, data: button.callback_data, ...(state.group ? { chat_id: state.group } : {}) }).catch(refused);
  };
  return el('button', { type: 'button', click: press, disabled: button.callback_data === undefined }, button.text);
}

/** @param {any} error */
export function refused(error) {
  toast(error.status ? `${words.refused}: ${error.message}` : words.noServer);
}
