/** What is wrong with a set: a list whose every line takes the map there. */

import { byId, fill, h, icon, isPhone } from '../dom.mjs';
import { languageNow, t } from '../i18n.mjs';

const AT_ONCE = 100;
const SEVERITIES = ['error', 'warning', 'note'];
const SIGNS = /** @type {Record<string, string>} */ ({
  error: 'M8 2h8l6 6v8l-6 6H8l-6-6V8zM12 7v6M12 16.5v.1', warning: 'M12 3 22 20H2zM12 10v4M12 17v.1', note: 'M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM12 11v6M12 7.5v.1',
});

/** @param {any} problem */
export const problemWords = (problem) => problem.words?.[languageNow()] ?? problem.words?.uk ?? problem.kind;

/**
 * @param {any[]} problems
 * @param {{onshow: (problem: any) => void, title?: string}} options
 */
export function createProblems(problems, { onshow }) {
  const node = h('div.problems');
  let wanted = '';
  let limit = AT_ONCE;
  let current = -1;

  function draw() {
    const counts = SEVERITIES.map((each) => ({ severity: each, n: problems.filter(({ severity }) => severity === each).length })).filter(({ n }) => n > 0);
    const shown = visible();
    if (!problems.length) {
      fill(node, h('div.empty.small', {}, h('p.empty-title', {}, t('b.problems.none')), h('p', {}, t('b.problems.none_next'))));
      return;
    }
    fill(node,
      h('div.problem-bar', {},
        h('div.chips', { role: 'group', 'aria-label': t('b.problems.filter') }, counts.length > 1 && chip('', t('b.problems.all', { n: problems.length })), counts.map(({ severity, n }) => chip(severity, t(`b.count.${severity}`, { n })))),
        stepButtons()),
      h('ol.problem-list', {}, shown.slice(0, limit).map((each, at) => h('li', {}, line(each, at)))),
      shown.length > limit && h('button.wide', { type: 'button', onclick: () => { limit += AT_ONCE; draw(); } }, t('b.problems.more', { n: shown.length - limit })));
  }

  const stepButtons = () => h('div.problem-steps', {},
    h('button', { type: 'button', 'aria-label': t('b.problems.previous'), title: t('b.problems.previous'), onclick: () => step(-1) }, icon('m15 5-7 7 7 7')),
    h('button', { type: 'button', 'aria-label': t('b.problems.next'), title: t('b.problems.next'), onclick: () => step(1) }, icon('m9 5 7 7-7 7')));

  /** A phone shows the map alone: what is wrong there stands over it. @param {any} problem */
  const card = (problem) => h('div.district-card', { role: 'region', 'aria-label': t(`b.severity.${problem.severity}`) },
    h('p.problem-card', {}, icon(SIGNS[problem.severity], `icon sev-${problem.severity}`), h('span', {}, problemWords(problem))),
    h('div.buttons', {}, stepButtons(), h('button', { type: 'button', onclick: () => fill(byId('district-card')) }, t('close'))));

  const visible = () => problems.filter(({ severity }) => !wanted || severity === wanted);

  /** @param {string} severity @param {string} words */
  const chip = (severity, words) => h('button.chip', { type: 'button', 'aria-pressed': String(wanted === severity), onclick: () => { wanted = severity; current = -1; limit = AT_ONCE; draw(); } }, words);

  /** @param {any} problem @param {number} at */
  function line(problem, at) {
    return h('button.problem', { type: 'button', data: { kind: problem.kind, severity: problem.severity }, 'aria-current': at === current ? 'true' : null, onclick: () => show(at) },
      icon(SIGNS[problem.severity], `icon sev-${problem.severity}`),
      h('span.problem-words', {}, h('span.sr', {}, `${t(`b.severity.${problem.severity}`)}: `), problemWords(problem),
        h('span.quiet.problem-meta', {}, !problem.place && !problem.districts?.length && t('b.problems.no_place'))));
  }

  /** @param {number} at */
  function show(at) {
    current = at;
    if (at >= limit) { limit = at + AT_ONCE; draw(); }
    for (const [index, button] of [...node.querySelectorAll('button.problem')].entries()) {
      if (index === at) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
      if (index === at) button.scrollIntoView({ block: 'nearest' });
    }
    const problem = visible()[at];
    // First the card: the map keeps clear of it.
    if (isPhone()) fill(byId('district-card'), card(problem));
    onshow(problem);
  }

  /** @param {number} by */
  function step(by) {
    const { length } = visible();
    if (length) show(((current < 0 && by < 0 ? 0 : current) + by + length) % length);
  }

  draw();
  return { node, step };
}
