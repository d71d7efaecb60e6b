/** Until when something has to be done: counted down in words, with a shape for each state. */

import { h, icon } from './dom.mjs';
import { languageNow, t } from './i18n.mjs';
import { exact, serverNow } from './time.mjs';

/** What a report of each status waits for. */
const WAITS_FOR = /** @type {Record<string, string>} */ ({
  registered: 'acknowledge', awaiting_place: 'acknowledge', queued: 'acknowledge', acknowledged: 'on_scene', en_route: 'on_scene',
});
const TICK_MS = 1_000;
const SOON_MIN = 5;
// A clock, an hour glass, a triangle with an exclamation mark.
export const SHAPES = /** @type {Record<string, string>} */ ({
  time: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  soon: 'M7 3h10M7 21h10M8 3v3.5L12 12l4-5.5V3M8 21v-3.5L12 12l4 5.5V21',
  late: 'M12 3 22 20.5H2zM12 9.5v5M12 17.6v.1',
});

/**
 * What a report waits for now, and until when.
 * @param {any} report
 * @param {string} status as the page shows it, which may be ahead of the server
 * @returns {{deadline: string, at: string} | null}
 */
export function dueOf(report, status) {
  const deadline = WAITS_FOR[status];
  const at = deadline ? report.deadlines?.[`${deadline}_by`] : null;
  return at ? { deadline, at } : null;
}

/**
 * @param {number} minutes
 * @returns {string} "4 хв", "2 год 5 хв", "3 дн."
 */
export function duration(minutes) {
  const say = (/** @type {number} */ value, /** @type {string} */ unit) => new Intl.NumberFormat(languageNow(), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  if (minutes < 60) return say(minutes, 'minute');
  if (minutes < 60 * 24) return [say(Math.floor(minutes / 60), 'hour'), minutes % 60 > 0 && say(minutes % 60, 'minute')].filter(Boolean).join(' ');
  return say(Math.floor(minutes / (60 * 24)), 'day');
}

/**
 * @param {string} deadline `acknowledge` or `on_scene`
 * @param {string} at RFC 3339
 * @returns {{state: 'time' | 'soon' | 'late', words: string}}
 */
function reading(deadline, at) {
  const left = (Date.parse(at) - serverNow()) / 60_000;
  if (left > 0) return { state: left <= SOON_MIN ? 'soon' : 'time', words: t(`due.${deadline}`, { time: duration(Math.ceil(left)) }) };
  const passed = Math.floor(-left);
  return { state: 'late', words: passed ? t(`due.late.${deadline}`, { time: duration(passed) }) : t(`due.now.${deadline}`) };
}

/**
 * The countdown of a report, or nothing when it waits for nothing.
 * @param {any} report
 * @param {string} status
 * @returns {HTMLElement | null}
 */
export function dueMark(report, status) {
  const due = dueOf(report, status);
  if (!due) return null;
  const node = h('span.due', { title: t(`due.by.${due.deadline}`, { time: exact(due.at) }), data: { due: due.at, deadline: due.deadline } });
  draw(node);
  return node;
}

/**
 * @param {HTMLElement} node
 * @returns {boolean} whether it has become late just now
 */
function draw(node) {
  const { state, words } = reading(node.dataset.deadline ?? '', node.dataset.due ?? '');
  const was = node.dataset.state;
  if (was !== state) {
    node.dataset.state = state;
    node.className = `due due-${state}`;
    node.replaceChildren(icon(SHAPES[state]), h('span'));
  }
  const text = /** @type {HTMLElement} */ (node.lastChild);
  if (text.textContent !== words) text.textContent = words;
  return state === 'late' && was !== undefined && was !== 'late';
}

/**
 * Keep every countdown on the page right.
 * @param {() => void} onlate called when one has become late: the order of work is another one then
 */
export function keepDueRight(onlate) {
  setInterval(() => {
    let became = false;
    for (const node of document.querySelectorAll('[data-due]')) became = draw(/** @type {HTMLElement} */ (node)) || became;
    if (became) onlate();
  }, TICK_MS);
}

/**
 * When each is due, and who was told that it was missed, in lines for the open report.
 * @param {any} report
 * @returns {string[]}
 */
export function dueLines(report) {
  const { acknowledge_by: acknowledge, on_scene_by: scene, told } = report.deadlines ?? {};
  return [
    acknowledge && t('due.by.acknowledge', { time: exact(acknowledge) }),
    scene && t('due.by.on_scene', { time: exact(scene) }),
    told && t(`due.told.${told}`),
  ].filter(Boolean);
}
