/** Keyboard: one letter an action, off while typing, and off for good for who wants that. */

import { byId, fill, h } from './dom.mjs';
import { t } from './i18n.mjs';
import { kept } from './store.mjs';

/** @type {[string, string][]} */
const LIST = [
  ['↑ ↓', 'keys.move'], ['Enter', 'keys.open'], ['Esc', 'keys.close'], ['A', 'action.acknowledged'], ['G', 'action.en_route'],
  ['S', 'action.on_scene'], ['C', 'action.resolved'], ['R', 'keys.reply'], ['M', 'keys.map'], ['/', 'keys.search'], ['?', 'keys.help'],
];

/**
 * Which command a key press means. Letters go by their place on the keyboard, so that they work in
 * a Ukrainian or Russian layout too.
 * @param {KeyboardEvent} event
 * @returns {string | null}
 */
function commandOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === '?' || (event.code === 'Slash' && event.shiftKey)) return 'help';
  if (event.key === '/' || event.code === 'Slash') return 'search';
  const plain = /** @type {Record<string, string>} */ ({ ArrowDown: 'down', ArrowUp: 'up', Escape: 'close' });
  if (event.key in plain) return plain[event.key];
  const letters = /** @type {Record<string, string>} */ ({ KeyA: 'acknowledged', KeyG: 'en_route', KeyS: 'on_scene', KeyC: 'resolved', KeyR: 'reply', KeyM: 'map' });
  return event.shiftKey ? null : letters[event.code] ?? null;
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
      || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));
}

/**
 * @param {Record<string, () => void>} commands
 */
export function listenToKeys(commands) {
  addEventListener('keydown', (event) => {
    // An open dialog has its own keys.
    if (document.querySelector('dialog[open]') || event.defaultPrevented) return;
    const command = commandOf(event);
    // The menu closes by itself, unless the key is taken from it.
    if (!command || (command === 'close' && document.querySelector('#tools:popover-open'))) return;
    const typing = isTyping(event.target);
    if (typing && command !== 'close') return;
    const inMap = event.target instanceof HTMLElement && Boolean(event.target.closest('.maplibregl-canvas, .place-mark, video, audio'));
    if (inMap && (command === 'up' || command === 'down')) return;
    const always = ['up', 'down', 'close'].includes(command);
    if (!always && kept.read('keys_off', false)) return;
    if (!commands[command]) return;
    event.preventDefault();
    commands[command]();
  });
}

/** Show the list of keys. */
export function showKeys() {
  const dialog = /** @type {HTMLDialogElement} */ (byId('keys'));
  const off = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'keys-off', checked: !kept.read('keys_off', false), onchange: () => kept.write('keys_off', off.checked ? null : true) }));
  fill(dialog,
    h('h2', { id: 'keys-title' }, t('keys.title')),
    h('dl.keys', {}, LIST.map(([key, words]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, t(words))))),
    h('p', {}, h('label.check', { for: 'keys-off' }, off, t('keys.on'))),
    h('form', { method: 'dialog' }, h('button.primary', {}, t('close'))));
  dialog.showModal();
}
