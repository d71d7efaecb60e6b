/** Telegram's formatted text as elements; nothing of it is ever read as HTML. */

import { el } from './dom.mjs';

/** @type {Record<string, string>} */
const TAGS = {
  bold: 'b', italic: 'i', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre', blockquote: 'blockquote',
};
const SAFE = new Set(['http:', 'https:', 'tel:', 'mailto:']);

/** @param {string} address @returns {string | null} */
export function safeAddress(address) {
  try {
    const url = new URL(address);
    return SAFE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * @param {any} entity
 * @param {Node[]} inside
 * @param {string} words
 * @param {(command: string) => void} onCommand
 */
function wrap(entity, inside, words, onCommand) {
  if (entity.type === 'bot_command') {
    return el('button', { class: 'link', type: 'button', click: () => onCommand(words) }, ...inside);
  }
  const address = entity.type === 'text_link' ? entity.url : entity.type === 'url' ? words : null;
  const safe = address && safeAddress(address);
  if (safe) return el('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, ...inside);
  return el(TAGS[entity.type] ?? 'span', {}, ...inside);
}

/**
 * @param {string} text
 * @param {any[]} entities offsets in UTF-16 units, as JavaScript counts
 * @param {(command: string) => void} onCommand
 * @param {number} [from]
 * @param {number} [to]
 * @returns {Node[]}
 */
export function formatted(text, entities, onCommand, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  const inner = entities.filter((entity) => entity.offset >= from && entity.offset + entity.length <= to);
  for (const entity of inner) {
    if (entity.offset < at) continue;
    const end = entity.offset + entity.length;
    if (entity.offset > at) nodes.push(document.createTextNode(text.slice(at, entity.offset)));
    const rest = inner.slice(inner.indexOf(entity) + 1);
    const words = text.slice(entity.offset, end);
    nodes.push(wrap(entity, formatted(text, rest, onCommand, entity.offset, end), words, onCommand));
    at = end;
  }
  if (at < to) nodes.push(document.createTextNode(text.slice(at, to)));
  return nodes;
}
