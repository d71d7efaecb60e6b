/** The chat page: a citizen on one side, the bot on the other. */

import { drawMessages } from './bubbles.mjs';
import { makeComposer, sendPlace, sendText } from './composer.mjs';
import { el, icon, openDialog, toast } from './dom.mjs';
import { avatar, makePeople, toggleBlock } from './people.mjs';
import { begin, groupNow, me, onChange, state } from './store.mjs';
import { language, words } from './words.mjs';

const NEAR_END = 120;
const frame = /** @type {HTMLElement} */ (document.getElementById('frame'));
const chat = /** @type {HTMLElement} */ (document.getElementById('chat'));
const people = /** @type {HTMLElement} */ (document.getElementById('people'));

document.documentElement.lang = language;
document.title = words.title;
people.setAttribute('aria-label', words.people);

const status = el('span', { class: 'status' });
const botName = el('h1', {}, '…');
const who = el('button', { type: 'button', class: 'who', 'aria-label': words.openPeople, 'aria-expanded': 'false', 'aria-controls': 'people' });
const block = el('button', { type: 'button', class: 'quiet small only-desktop', click: toggleBlock });
const notice = el('p', { class: 'notice', role: 'status', hidden: true });
const list = el('ol', { class: 'messages', role: 'log', 'aria-label': words.messages, 'aria-live': 'polite', tabindex: '0' });
const empty = el('div', { class: 'empty', hidden: true }, icon('shield'), el('h2', {}, words.emptyTitle), el('p', {}, words.emptyText),
  el('button', { type: 'button', class: 'primary', click: () => sendPlace() }, icon('pin'), words.sharePlace), el('p', { class: 'hint' }, words.emptyStart));
const composer = makeComposer();

chat.append(
  el('header', { class: 'top' }, who, el('span', { class: 'avatar bot', 'aria-hidden': 'true' }, icon('shield')), el('div', { class: 'title' }, botName, status), block),
  notice, el('div', { class: 'scroll' }, list, empty), composer.root);
const scroll = /** @type {HTMLElement} */ (list.parentElement);

const showPeople = (/** @type {boolean} */ open) => {
  frame.classList.toggle('choosing', open);
  who.setAttribute('aria-expanded', String(open));
  if (open) people.querySelector('button')?.focus();
};
who.addEventListener('click', () => showPeople(!frame.classList.contains('choosing')));
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') showPeople(false); });

const drawPeople = makePeople(people, () => { showPeople(false); composer.focus(); });
let shownChat = '';
let shownLast = '';

onChange(() => {
  const person = me();
  drawPeople();
  botName.textContent = groupNow()?.title ?? state.bot?.first_name ?? '…';
  status.textContent = state.typing ? words.typing : state.bot?.online ? words.online : words.offline;
  status.classList.toggle('on', Boolean(state.bot?.online) && state.connected);
  if (person && who.dataset.person !== `${person.id}`) {
    who.dataset.person = `${person.id}`;
    who.replaceChildren(avatar(person), el('span', {}, person.first_name));
    who.setAttribute('aria-label', `${words.openPeople}: ${person.first_name}`);
  }
  block.hidden = !person?.started || state.group !== 0;
  block.textContent = person?.blocked ? words.unblock : words.block;
  const waiting = state.entries.some((entry) => !entry.delivered);
  const away = state.bot && !state.bot.online && waiting;
  notice.hidden = state.connected && !away;
  notice.textContent = state.connected ? words.botAway : words.noServer;
  const nothing = state.ready && !state.group && !state.entries.length && !state.outgoing.length;
  empty.hidden = !nothing;
  empty.classList.toggle('unstarted', !person?.started);
  list.hidden = nothing;

  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END;
  drawMessages(list, sendText);
  composer.draw();
  const last = `${state.entries.at(-1)?.message.message_id}:${state.outgoing.length}`;
  const chatNow = `${state.person}:${state.group}`;
  if (shownChat !== chatNow || (last !== shownLast && (atEnd || state.outgoing.length))) scroll.scrollTop = scroll.scrollHeight;
  if (state.entries.length || state.ready) shownChat = chatNow;
  shownLast = last;
});

// A picture that arrives late must not push the end out of sight.
new ResizeObserver(() => {
  if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 2 * NEAR_END) scroll.scrollTop = scroll.scrollHeight;
}).observe(list);

begin((answer) => {
  if (answer.user_id !== state.person) return;
  list.querySelectorAll('[aria-busy]').forEach((/** @type {Element} */ busy) => busy.removeAttribute('aria-busy'));
  if (!answer.text) return;
  if (!answer.show_alert) {
    toast(answer.text);
    return;
  }
  const dialog = openDialog(words.bot, 'ask', el('p', {}, answer.text), el('div', { class: 'actions' }, el('button', { type: 'button', class: 'primary', click: () => dialog.close() }, words.close)));
});
