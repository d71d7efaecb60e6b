/** Writing: the text box, attachments, the bot's reply keyboard, a live location. */

import * as api from './api.mjs';
import { refused } from './bubbles.mjs';
import { el, icon, openDialog, toast, unseen } from './dom.mjs';
import { pickPlace } from './picker.mjs';
import { changed, me, state, submit, where } from './store.mjs';
import { words } from './words.mjs';

const PICTURE = /\p{Extended_Pictographic}/u;
const MOST_BYTES = 20 * 1024 * 1024;

/** @param {string} text */
export function sendText(text) {
  const to = where();
  state.replying = null;
  return submit({ text }, (person) => api.post(`people/${person}/text`, { text, ...to }));
}

/** @param {string} [button] the reply keyboard's button that asked for it */
export async function sendPlace(button) {
  const choice = await pickPlace();
  if (!choice) return;
  const { place, live, venue } = choice;
  const to = where();
  state.replying = null;
  const location = live ? { ...place, live_period: 900 } : place;
  await submit({ location, ...(venue ? { venue } : {}) }, (person) => {
    if (venue) {
      return api.post(`people/${person}/venue`, { longitude: place.longitude, latitude: place.latitude, ...venue, ...to });
    }
    if (button && !live) return api.post(`people/${person}/tap`, { text: button, location: place });
    return api.post(`people/${person}/location`, { ...location, ...to });
  });
}

/** @param {File} file @param {string} kind @param {string} caption */
function sendFile(file, kind, caption) {
  if (file.size > MOST_BYTES) {
    toast(words.tooBig);
    return;
  }
  const form = new FormData();
  form.append('file', file, file.name);
  form.append('kind', kind);
  if (caption) form.append('caption', caption);
  for (const [name, value] of Object.entries(where())) form.append(name, String(value));
  state.replying = null;
  submit({ pending_file: file.name, ...(caption ? { caption } : {}) }, (person) => api.post(`people/${person}/upload`, form));
}

/** The live location that is being shared now, if any. */
function liveEntry() {
  if (state.group) return null;
  return state.entries.findLast(({ message, by_bot: byBot }) => !byBot && message.location?.live_period && message.date + message.location.live_period > Date.now() / 1000);
}

/** @returns {{root: Element, draw: () => void, focus: () => void}} */
export function makeComposer() {
  const box = el('textarea', { rows: 1, maxlength: 4096, placeholder: words.write, 'aria-label': words.write, enterkeyhint: 'send' });
  const send = el('button', { class: 'round send', 'aria-label': words.send, title: words.send }, icon('send'));
  const attach = el('button', { type: 'button', class: 'round', 'aria-label': words.attach, title: words.attach, popovertarget: 'attachments' }, icon('clip'));
  const pin = el('button', { type: 'button', class: 'round pin', 'aria-label': words.sharePlace, title: words.sharePlace, click: () => sendPlace() }, icon('pin'));
  const slash = el('button', { type: 'button', class: 'round', 'aria-label': words.commands, title: words.commands, popovertarget: 'commands', hidden: true }, icon('slash'));
  const keysButton = el('button', { type: 'button', class: 'round', 'aria-label': words.keyboard, title: words.keyboard, 'aria-expanded': 'true', hidden: true }, icon('keys'));
  const commands = el('div', { id: 'commands', popover: 'auto', class: 'menu' });
  const keys = el('div', { class: 'reply-keys', role: 'group', 'aria-label': words.keyboard, hidden: true });
  const editBar = el('div', { class: 'bar', hidden: true });
  const liveBar = el('div', { class: 'bar live', hidden: true });
  const form = el('form', { class: 'line' }, attach, slash, el('div', { class: 'field' }, box), keysButton, pin, send);
  const wall = el('div', { class: 'wall', hidden: true });
  const menu = attachments(() => { const text = box.value.trim(); box.value = ''; grow(); return text; });
  const root = el('footer', { class: 'composer' }, editBar, liveBar, form, keys, wall, menu, commands);
  let shownKeys = '';
  let shownEdit = 0;
  let shownLive = '';
  let shownCommands = '';

  const grow = () => {
    // Lines rather than pixels: the box is as high as its text, up to six lines.
    box.rows = Math.min(6, box.value.split('\n').length + Math.floor(box.value.length / 48));
    send.disabled = !box.value.trim();
  };
  const submitForm = async () => {
    const text = box.value.trim();
    if (!text) return;
    box.value = '';
    grow();
    const edited = state.editing;
    if (edited) {
      state.editing = null;
      changed();
      await api.post(`people/${state.person}/edit`, { message_id: edited.message_id, text, ...(state.group ? { chat_id: state.group } : {}) }).catch(refused);
    } else await sendText(text);
  };
  const stopEditing = () => { state.editing = state.replying = null; box.value = ''; grow(); changed(); };
  box.addEventListener('input', grow);
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submitForm();
    } else if (event.key === 'Escape' && (state.editing || state.replying)) stopEditing();
  });
  form.addEventListener('submit', (/** @type {Event} */ event) => { event.preventDefault(); submitForm(); });
  keysButton.addEventListener('click', () => {
    keys.hidden = !keys.hidden;
    keysButton.setAttribute('aria-expanded', String(!keys.hidden));
  });
  grow();

  const drawKeys = () => {
    const keyboard = state.group ? null : me()?.keyboard;
    const seal = JSON.stringify([state.person, keyboard ?? null]);
    if (seal === shownKeys) return;
    shownKeys = seal;
    keysButton.hidden = !keyboard;
    keys.hidden = !keyboard;
    keysButton.setAttribute('aria-expanded', String(Boolean(keyboard)));
    box.placeholder = keyboard?.input_field_placeholder ?? words.write;
    keys.replaceChildren(...(keyboard?.keyboard ?? []).map((/** @type {any[]} */ row) => el('div', {}, ...row.map(replyButton))));
  };
  const drawBars = () => {
    const edited = state.editing?.message_id ?? 0;
    const about = edited || -(state.replying?.message_id ?? 0);
    if (about !== shownEdit) {
      shownEdit = about;
      editBar.hidden = !about;
      editBar.replaceChildren(icon(edited ? 'edit' : 'reply'), el('span', {}, edited ? words.editing : words.replying), el('button', { type: 'button', class: 'round', 'aria-label': words.cancel, click: stopEditing }, icon('close')));
      if (edited) {
        box.value = state.editing.text ?? state.editing.caption;
        grow();
      }
      if (about) box.focus();
    }
    const live = liveEntry()?.message;
    const seal = live ? `${live.message_id}` : '';
    if (seal !== shownLive) {
      shownLive = seal;
      liveBar.hidden = !live;
      if (live) liveBar.replaceChildren(icon('pin'), el('span', {}, words.liveOn), el('button', { type: 'button', class: 'link', click: moveLive }, words.move), el('button', { type: 'button', class: 'link', click: () => api.remove(`people/${state.person}/live/${live.message_id}`).catch(refused) }, words.stop));
    }
  };
  const drawWall = () => {
    const person = me();
    const kind = !person || state.group ? '' : person.blocked ? 'blocked' : !person.started ? 'start' : '';
    form.hidden = Boolean(kind);
    if (kind) keys.hidden = true;
    if (wall.dataset.kind === kind) return;
    wall.dataset.kind = kind;
    wall.hidden = !kind;
    const deed = kind === 'blocked' ? 'unblock' : 'start';
    wall.replaceChildren(
      ...(kind === 'blocked' ? [el('p', {}, words.blocked)] : []),
      el('button', { type: 'button', class: 'primary', click: () => api.post(`people/${state.person}/${deed}`).catch(refused) }, kind === 'blocked' ? words.unblock : words.start));
  };
  return {
    root,
    focus: () => { if (!form.hidden && matchMedia('(pointer: fine)').matches) box.focus(); },
    draw: () => {
      drawKeys();
      drawBars();
      drawWall();
      const seal = JSON.stringify(state.commands);
      if (seal === shownCommands) return;
      shownCommands = seal;
      slash.hidden = !state.commands.length;
      commands.replaceChildren(...state.commands.map(({ command, description }) => el('button', { type: 'button', click: () => { commands.hidePopover(); sendText(`/${command}`); } }, el('b', {}, `/${command}`), el('span', {}, description))));
    },
  };
}

/** @param {any} button */
function replyButton(button) {
  const press = () => {
    if (button.request_location) return sendPlace(button.text);
    if (button.request_contact) return askContact(button.text);
    return submit({ text: button.text }, (person) => api.post(`people/${person}/tap`, { text: button.text }));
  };
  return el('button', { type: 'button', click: press }, button.request_location && !PICTURE.test(button.text) ? icon('pin') : null, button.text);
}

/** @param {string} text */
function askContact(text) {
  const send = () => { dialog.close(); api.post(`people/${state.person}/tap`, { text }).catch(refused); };
  const dialog = openDialog(words.contact, 'ask', el('p', {}, words.shareContact), el('div', { class: 'actions' }, el('button', { type: 'button', class: 'primary', click: send }, words.yes), el('button', { type: 'button', class: 'quiet', click: () => dialog.close() }, words.cancel)));
}

async function moveLive() {
  const live = liveEntry()?.message;
  if (!live) return;
  const person = state.person;
  // One move at a time, and always the newest place.
  let busy = false;
  /** @type {any} */
  let next = null;
  const move = async (/** @type {any} */ place) => {
    next = place;
    if (busy) return;
    busy = true;
    while (next) {
      const now = next;
      next = null;
      await api.post(`people/${person}/live/${live.message_id}`, now).catch(refused);
    }
    busy = false;
  };
  await pickPlace({ moving: live.location, onMove: move });
}

/** @param {() => string} takeCaption */
function attachments(takeCaption) {
  const menu = el('div', { id: 'attachments', popover: 'auto', class: 'menu' });
  const chooser = (/** @type {string} */ label, /** @type {string} */ sign, /** @type {string} */ accept, /** @type {(file: File) => string} */ kindOf) => {
    const input = el('input', { type: 'file', accept, class: 'unseen', tabindex: '-1', 'aria-hidden': 'true' });
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file) sendFile(file, kindOf(file), takeCaption());
      input.value = '';
    });
    return [el('button', { type: 'button', click: () => { menu.hidePopover(); input.click(); } }, icon(sign), label), input];
  };
  const sample = () => {
    menu.hidePopover();
    const caption = takeCaption();
    submit({ pending_file: words.samplePhoto, ...(caption ? { caption } : {}) }, (person) => api.post(`people/${person}/media`, { kind: 'photo', ...(caption ? { caption } : {}) }));
  };
  menu.append(
    el('button', { type: 'button', click: () => { menu.hidePopover(); sendPlace(); } }, icon('pin'), words.place),
    ...chooser(words.photoVideo, 'photo', 'image/jpeg,image/png,video/*', (file) => (file.type.startsWith('video/') ? 'video' : 'photo')),
    ...chooser(words.audio, 'voice', 'audio/*', () => 'voice'),
    ...chooser(words.document, 'file', '', () => 'document'),
    el('button', { type: 'button', click: sample }, icon('photo'), words.samplePhoto, unseen('')));
  return menu;
}
