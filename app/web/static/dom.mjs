/** Building the page out of nodes. Data only ever becomes text, never markup. */

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

/**
 * Make an element.
 * @param {string} name tag, with an optional class list: `p.note.small`
 * @param {Record<string, unknown>} [props] attributes; `on…` are listeners, `data` is a dataset,
 *   a property that is false, null or undefined is left out
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (key === 'data') Object.assign(node.dataset, value);
    else if (key === 'value' || key === 'checked' || key === 'disabled') node[key] = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/**
 * @param {Element} node
 * @param {Child[]} children
 */
function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child instanceof Node) node.append(child);
    else if (child !== null && child !== undefined && child !== false) node.append(String(child));
  }
}

/**
 * Replace what an element holds.
 * @param {Element} node
 * @param {...Child} children
 */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/**
 * Make a drawing of one path on a 24 × 24 grid; it says nothing to a screen reader.
 * @param {string} path
 * @param {string} [className]
 * @returns {SVGElement}
 */
export function icon(path, className = 'icon') {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(space, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`no #${id}`);
  return node;
}

/** @returns {boolean} whether the page is in its phone layout */
export function isPhone() {
  return matchMedia('(max-width: 859px)').matches;
}

/**
 * Say something to a screen reader without moving anything on the screen.
 * @param {string} text
 * @param {'polite' | 'loud'} [how]
 */
export function announce(text, how = 'polite') {
  const region = byId(how);
  // The same words twice are only read twice when the node is a new one.
  region.replaceChildren(h('p', {}, text));
}
