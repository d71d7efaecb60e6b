/** The citizens one may play, and the tools below them. */

import * as api from './api.mjs';
import { refused } from './bubbles.mjs';
import { el, icon, openDialog, unseen } from './dom.mjs';
import { makeFaults } from './faults.mjs';
import { choose, enter, me, refresh, state } from './store.mjs';
import { LANGUAGES, language, remember, words } from './words.mjs';

const COLOURS = 7;

/** @param {any} person */
export function avatar(person) {
  return el('span', { class: `avatar c${person.id % COLOURS}`, 'aria-hidden': 'true' }, person.first_name.slice(0, 1).toUpperCase());
}

/**
 * @param {Element} root
 * @param {() => void} onChosen
 * @returns {() => void} draws them anew
 */
export function makePeople(root, onChosen) {
  const list = el('ul', { class: 'list' });
  const chats = el('ul', { class: 'list' });
  const faults = makeFaults();
  const block = el('button', { type: 'button', class: 'quiet small only-phone', click: toggleBlock });
  root.append(
    el('div', { class: 'head' }, el('h2', {}, words.people), el('button', { type: 'button', class: 'round only-phone', 'aria-label': words.close, click: onChosen }, icon('close'))),
    el('p', { class: 'hint' }, words.peopleHint),
    list,
    el('button', { type: 'button', class: 'add', click: () => addPerson(onChosen) }, `+ ${words.newPerson}`),
    el('h2', {}, words.chats), chats,
    el('button', { type: 'button', class: 'add', click: () => addGroup(onChosen) }, `+ ${words.newGroup}`),
    el('div', { class: 'tools' },
      block,
      el('label', {}, words.language, languages()),
      faults.root));
  let shown = '';
  return () => {
    faults.draw();
    block.hidden = !me()?.started || state.group !== 0;
    block.textContent = me()?.blocked ? words.unblock : words.block;
    const seal = JSON.stringify([state.person, state.people.map(({ id, first_name: name, blocked }) => [id, name, blocked]), [...state.unread], state.group, state.groups.map(({ id, title }) => [id, title])]);
    if (seal === shown) return;
    shown = seal;
    const focused = list.contains(document.activeElement) ? Number(/** @type {HTMLElement} */ (document.activeElement).dataset.person) : 0;
    list.replaceChildren(...state.people.map((person) => el('li', {}, personButton(person, onChosen))));
    const inChats = chats.contains(document.activeElement) ? Number(/** @type {HTMLElement} */ (document.activeElement).dataset.chat) : null;
    chats.replaceChildren(chatButton(0, words.privateChat, onChosen), ...state.groups.map(({ id, title }) => chatButton(id, title, onChosen)));
    if (inChats !== null) chats.querySelector(`[data-chat="${inChats}"]`)?.focus();
    if (focused) list.querySelector(`[data-person="${focused}"]`)?.focus();
  };
}

/** Block the bot, or unblock it. */
export function toggleBlock() {
  api.post(`people/${state.person}/${me()?.blocked ? 'unblock' : 'block'}`).catch(refused);
}

/** @param {any} person @param {() => void} onChosen */
function personButton(person, onChosen) {
  const unread = state.unread.get(person.id);
  return el('button', { type: 'button', 'data-person': person.id, 'aria-current': person.id === state.person ? 'true' : null, click: () => { choose(person.id); onChosen(); } },
    avatar(person),
    el('span', { class: 'name' }, person.first_name, el('small', {}, person.blocked ? words.blocked.split('.')[0] : LANGUAGES[/** @type {'uk'} */ (person.language_code)] ?? person.language_code ?? '')),
    unread ? el('span', { class: 'count' }, String(unread), unseen(words.unread)) : null);
}

/** @param {number} id @param {string} title @param {() => void} onChosen */
function chatButton(id, title, onChosen) {
  const unread = state.unread.get(id);
  return el('li', {}, el('button', { type: 'button', 'data-chat': id, 'aria-current': id === state.group ? 'true' : null, click: () => { enter(id); onChosen(); } },
    el('span', { class: 'name' }, title),
    unread ? el('span', { class: 'count' }, String(unread), unseen(words.unread)) : null));
}

/** Make a group of all people in which whoever is played and the bot are administrators. @param {() => void} onChosen */
async function addGroup(onChosen) {
  try {
    const made = await api.post('groups', { title: words.groupTitle, members: state.people.map((person) => person.id) });
    await api.post(`groups/${made.id}/members`, { person_id: state.person, status: 'administrator' });
    await api.post(`groups/${made.id}/bot`, { person_id: state.person, status: 'administrator', deletes_messages: true });
    await refresh();
    await enter(made.id);
    onChosen();
  } catch (error) {
    refused(error);
  }
}

function languages() {
  const choice = el('select', {}, ...Object.entries(LANGUAGES).map(([code, name]) => el('option', { value: code, lang: code, selected: code === language }, name)));
  choice.addEventListener('change', () => {
    remember('language', choice.value);
    const address = new URL(location.href);
    address.searchParams.set('lang', choice.value);
    location.replace(address);
  });
  return choice;
}

/** @param {() => void} onChosen */
function addPerson(onChosen) {
  const name = el('input', { required: true, maxlength: 64, autocomplete: 'off' });
  const speech = el('select', {}, ...Object.entries(LANGUAGES).map(([code, label]) => el('option', { value: code, selected: code === language }, label)));
  const form = el('form', {}, el('h2', {}, words.newPerson), el('label', {}, words.name, name), el('label', {}, words.nameLanguage, speech),
    el('div', { class: 'actions' }, el('button', { class: 'primary' }, words.add), el('button', { type: 'button', class: 'quiet', click: () => dialog.close() }, words.cancel)));
  form.addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!name.value.trim()) return;
    dialog.close();
    try {
      const made = await api.post('people', { first_name: name.value.trim(), language_code: speech.value });
      await refresh();
      await choose(made.id);
      onChosen();
    } catch (error) {
      refused(error);
    }
  });
  const dialog = openDialog(words.newPerson, 'ask', form);
}
