/** Building the page: elements by name, text always as text. */

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @param {Element} element
 * @param {Record<string, any>} attributes functions are listeners, booleans are present or not
 * @param {Child[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/**
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** @param {string} name of a symbol in index.html */
export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('use', { href: `#i-${name}` }));
}

/** @param {string} words for those who cannot see */
export function unseen(words) {
  return el('span', { class: 'unseen' }, words);
}

/** @param {string} words */
export function toast(words) {
  const shown = el('p', { class: 'toast' }, words);
  document.getElementById('toasts')?.append(shown);
  setTimeout(() => shown.remove(), 5000);
}

/**
 * A modal dialog that is gone when it is closed.
 * @param {string} label
 * @param {string} kind its class
 * @param {...Child} children
 * @returns {HTMLDialogElement}
 */
export function openDialog(label, kind, ...children) {
  const dialog = /** @type {HTMLDialogElement} */ (el('dialog', { class: kind, 'aria-label': label }, ...children));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
