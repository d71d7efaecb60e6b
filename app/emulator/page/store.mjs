/** What the page knows, and who wants to hear when it changes. */

import * as api from './api.mjs';
import { language, remember, remembered } from './words.mjs';

export const state = {
  /** @type {any} */ bot: null,
  /** @type {any[]} */ people: [],
  /** @type {any[]} */ commands: [],
  /** Id of the citizen that is played. */
  person: Number(remembered('person')) || 0,
  /** @type {any[]} */ groups: [],
  /** Id of the group that is looked at; 0 for the chat with the bot. */
  group: 0,
  /** @type {any} the message of a group that is being answered */ replying: null,
  /** @type {any[]} messages of the chat that is looked at */ entries: [],
  /** @type {any[]} what is being sent, or failed to be */ outgoing: [],
  /** @type {Map<number, number>} unread messages of the others */ unread: new Map(),
  /** Whether the emulator is reached. */
  connected: true,
  /** Whether the first messages were read. */
  ready: false,
  typing: false,
  /** @type {any} the own message that is being edited */ editing: null,
};

/** @type {Set<() => void>} */
const listeners = new Set();
let refreshing = false;
let again = false;
/** @type {any} */
let typingTimer = null;

/** @param {() => void} listener */
export function onChange(listener) {
  listeners.add(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

/** The citizen that is played. */
export function me() {
  return state.people.find((person) => person.id === state.person);
}

/** The group that is looked at, if it is one. */
export function groupNow() {
  return state.groups.find((group) => group.id === state.group);
}

/** Where what is sent now goes to, as the control API has it. */
export function where() {
  if (!state.group) return {};
  return { chat_id: state.group, ...(state.replying ? { reply_to: state.replying.message_id } : {}) };
}

const here = () => state.group || state.person;

/** @param {number} group 0 for the chat with the bot */
export async function enter(group) {
  state.group = group;
  state.entries = [];
  state.editing = state.replying = null;
  state.typing = false;
  state.unread.delete(group || state.person);
  changed();
  await refresh();
}

/** @param {number} person */
export async function choose(person) {
  state.person = person;
  state.entries = [];
  state.editing = state.replying = null;
  state.typing = false;
  state.unread.delete(person);
  remember('person', String(person));
  changed();
  await refresh();
}

/** Read everything anew; calls that come meanwhile are answered by one more reading. */
export async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    do {
      again = false;
      await read();
    } while (again);
  } catch {
    state.connected = false;
  } finally {
    refreshing = false;
  }
  changed();
}

async function read() {
  const seen = await api.get(`state?language=${me()?.language_code ?? language}`);
  Object.assign(state, { bot: seen.bot, people: seen.people, groups: seen.groups.filter((/** @type {any} */ group) => group.type !== 'channel'), commands: seen.commands, connected: true });
  if (!me() && state.people.length) state.person = state.people[0].id;
  if (state.group && !groupNow()) state.group = 0;
  const chat = here();
  const entries = await api.get(`chats/${chat}/messages?limit=200`);
  if (chat === here()) {
    state.entries = entries;
    state.ready = true;
  }
}

/** @param {any} event */
function happened(event) {
  if (event.kind === 'action' && event.chat_id === here()) {
    state.typing = true;
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => { state.typing = false; changed(); }, 5000);
    changed();
    return;
  }
  if (event.kind === 'message') {
    if (event.chat_id === here()) state.typing = false;
    else if (event.by_bot) state.unread.set(event.chat_id, (state.unread.get(event.chat_id) ?? 0) + 1);
  }
  refresh();
}

/** @param {(event: any) => void} answered what a pressed button is answered */
export function begin(answered) {
  api.listen({
    open: refresh,
    lost: () => { state.connected = false; changed(); },
    event: (event) => { if (event.kind === 'answer') answered(event); else happened(event); },
  });
  refresh();
  // Whether the bot is there is nowhere told as an event.
  setInterval(() => { if (!document.hidden) refresh(); }, 5000);
}

/**
 * Send something, showing it at once.
 * @param {any} shown the message as it is going to look
 * @param {(person: number) => Promise<any>} send
 */
export async function submit(shown, send) {
  const entry = { key: crypto.randomUUID?.() ?? String(Math.random()), person: state.person, group: state.group, message: { date: Date.now() / 1000, ...shown }, failed: '', send };
  state.outgoing.push(entry);
  await attempt(entry);
}

/** @param {any} entry */
export async function attempt(entry) {
  entry.failed = '';
  changed();
  try {
    await entry.send(entry.person);
    await refresh();
    discard(entry);
  } catch (error) {
    entry.failed = /** @type {Error} */ (error).message || ' ';
    changed();
  }
}

/** @param {any} entry */
export function discard(entry) {
  state.outgoing = state.outgoing.filter((other) => other !== entry);
  changed();
}
