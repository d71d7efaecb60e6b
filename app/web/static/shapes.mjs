/** One shape a status: the same in the queue, on the map and in the legend. On a 24 × 24 grid. */

/**
 * @typedef {object} Shape
 * @property {string} outline closed path, filled with the status colour
 * @property {string} mark path drawn over it in the contrasting colour
 */

/** @type {Record<string, Shape>} */
export const SHAPES = {
  // A ring with a dot: only just in.
  registered: { outline: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z', mark: 'M12 11.9v.2' },
  // A diamond with a question mark.
  awaiting_place: {
    outline: 'M12 1 23 12 12 23 1 12z',
    mark: 'M9.3 9.6a2.7 2.7 0 1 1 3.9 2.4c-.8.4-1.2.9-1.2 1.8M12 17v.1',
  },
  // A drop with an exclamation mark: nobody has taken it on.
  queued: {
    outline: 'M12 23.5 5.4 15.6A9 9 0 1 1 18.6 15.6z',
    mark: 'M12 5.2v5.6M12 14.3v.1',
  },
  // A square with a tick.
  acknowledged: { outline: 'M4.5 2.5h15a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2z', mark: 'm7 12.3 3.5 3.5L17 9' },
  // An arrow head on its way.
  en_route: { outline: 'M2.5 2.5 22.5 12 2.5 21.5 6.5 12z', mark: 'M9.2 12h6.2' },
  // A hexagon with a cross hair: at the place.
  on_scene: { outline: 'M12 1.2 21.5 6.6v10.8L12 22.8 2.5 17.4V6.6z', mark: 'M12 7v10M7 12h10' },
  resolved: { outline: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', mark: 'm7.8 12.3 3 3L16.4 9.4' },
  redirected: { outline: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', mark: 'M7.5 12h8.6M12.8 8.6l3.4 3.4-3.4 3.4' },
  withdrawn: { outline: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', mark: 'm8.6 8.6 6.8 6.8M15.4 8.6l-6.8 6.8' },
};

/** Order in which an open report goes on. */
export const OPEN_STATUSES = ['registered', 'awaiting_place', 'queued', 'acknowledged', 'en_route', 'on_scene'];

/** @param {string} status */
export const isOpen = (status) => OPEN_STATUSES.includes(status);

/** @param {string} status */
export const shapeOf = (status) => SHAPES[status] ?? SHAPES.registered;

/**
 * A status shape for HTML; the word stands beside it.
 * @param {string} status
 * @returns {SVGElement}
 */
export function statusShape(status) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `shape s-${status}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const part of /** @type {const} */ (['outline', 'mark'])) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', shapeOf(status)[part]);
    path.setAttribute('class', part);
    svg.append(path);
  }
  return svg;
}

/** Icons of the page. */
export const ICONS = {
  eye: 'M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  pin: 'M12 22s-7-7-7-12a7 7 0 0 1 14 0c0 5-7 12-7 12zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4',
  megaphone: 'M4 10v4h3l9 4.5v-13L7 10zM19 9.5a4 4 0 0 1 0 5M8 14.5 9.5 20H12l-1.3-4',
  close: 'm6 6 12 12M18 6 6 18',
  // An octagon with an exclamation mark: a life in danger.
  alarm: 'M7.9 2.5h8.2l5.4 5.4v8.2l-5.4 5.4H7.9l-5.4-5.4V7.9zM12 7v6M12 16.5v.1',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.7-4 3.7-6 7.5-6s6.8 2 7.5 6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1',
  // One way parts into two.
  rules: 'M4 12h6c4 0 3-6 7-6h3M10 12c4 0 3 6 7 6h3M17.5 3.5 20 6l-2.5 2.5M17.5 15.5 20 18l-2.5 2.5',
  map: 'M3 6.5 9 4l6 2.5L21 4v13.5L15 20l-6-2.5L3 20zM9 4v13.5M15 6.5V20',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  sun: 'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M19 5l-1.7 1.7M6.7 17.3 5 19',
  out: 'M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 8l-4 4 4 4M6 12h9',
  keys: 'M3 7a1.5 1.5 0 0 1 1.5-1.5h15A1.5 1.5 0 0 1 21 7v10a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17zM7 9.5h.1M11 9.5h.1M15 9.5h.1M17.5 9.5h.1M7 14.5h10',
  clip: 'm20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.5 17a1.7 1.7 0 0 1-2.4-2.4L14.5 7',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21',
  calendar: 'M4 6.5h16v13H4zM4 10.5h16M8 4v4M16 4v4',
  left: 'm15 5-7 7 7 7',
  right: 'm9 5 7 7-7 7',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  back: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  file: 'M6 3h8l4 4v14H6zM14 3v5h4M12 17v-6M9.5 13.5 12 11l2.5 2.5',
  desk: 'M12 4a7 7 0 0 0-7 7v3.5M12 4a7 7 0 0 1 7 7v3.5M5 13h3v6H6.5A1.5 1.5 0 0 1 5 17.5zM19 13h-3v6h1.5a1.5 1.5 0 0 0 1.5-1.5zM16.5 19c0 1.5-1.5 2-3.5 2',
  talk: 'M4 4h12v9H9l-5 4zM19 9h1.5v11l-4-3H10v-1.5',
  chart: 'M4 20V4M4 20h16M8 17v-5M12.5 17V8M17 17v-7',
  phone: 'M5 3.5h4l2 5-2.5 1.5a11 11 0 0 0 5.5 5.5l1.5-2.5 5 2v4a1.5 1.5 0 0 1-1.7 1.5C10.5 19.7 4.3 13.5 3.5 5.2A1.5 1.5 0 0 1 5 3.5z',
  // A loudspeaker struck out.
  mute: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  shield: 'M12 2.5 20 5.5v6c0 4.6-3.2 8-8 10-4.8-2-8-5.4-8-10v-6zM8.5 12l2.5 2.5 4.5-5',
  trend: 'M4 20V4M4 20h16M7 15l4-4 3 3 6-7',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
};
