/** How long reports of each priority may wait. */

import { ApiError, ask } from '../api.mjs';
import { announce, fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';

const LONGEST_MIN = 60 * 24 * 90;
const FIELDS = /** @type {const} */ (['acknowledge_within_min', 'on_scene_within_min']);

/** @param {unknown} error */
function refusal(error) {
  if (!(error instanceof ApiError)) return t('rules.no_answer');
  if (error.problem.code === 'scene-too-soon') return t('rules.scene_too_soon');
  return t('rules.failed', { detail: error.message });
}

/** @param {import('./page.mjs').App} app */
export function createRules(app) {
  const node = h('div.rules');
  let drawn = '';
  let said = /** @type {{words: string, bad: boolean}} */ ({ words: '', bad: false });

  function draw() {
    const { rules } = app.store.get();
    const now = JSON.stringify([rules, said, app.mayEditRules(), document.documentElement.lang]);
    if (now === drawn) return;
    drawn = now;
    if (!rules) {
      fill(node, h('p.empty', {}, t('city.loading')));
      return;
    }
    const may = app.mayEditRules();
    const form = /** @type {HTMLFormElement} */ (h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); save(form); } },
      h('table.deadlines', {},
        h('thead', {}, h('tr', {}, ['priority', 'acknowledge', 'on_scene'].map((each) => h('th', { scope: 'col', id: `rule-${each}` }, t(`rules.${each}`))))),
        h('tbody', {}, rules.rules.map((/** @type {any} */ rule) => h('tr', { data: { priority: rule.priority } },
          h('th', { scope: 'row', id: `priority-${rule.priority}` }, rule.priority, rule.priority === 1 && h('small', {}, t('rules.top'))),
          FIELDS.map((name, index) => h('td', {}, may
            ? h('input', { type: 'number', name: `${rule.priority} ${name}`, min: 1, max: LONGEST_MIN, step: 1, inputmode: 'numeric', value: rule[name] ?? '', placeholder: t('rules.none'), 'aria-labelledby': `priority-${rule.priority} rule-${['acknowledge', 'on_scene'][index]}` })
            : rule[name] ?? h('span.quiet', {}, t('rules.none')))))))),
      may ? h('div.buttons', {}, h('button.primary', { type: 'submit' }, t('rules.save'))) : h('p.quiet', {}, t('rules.read_only')),
      h('p', { class: said.bad ? 'fault' : 'quiet', role: said.bad ? 'alert' : 'status' }, said.words)));
    fill(node, h('section', {}, h('h2', { tabindex: -1 }, t('rules.title')), h('p.quiet', {}, t('rules.what')), h('p.quiet', {}, t('rules.then', { n: rules.pause_min })), form));
  }

  /** @param {HTMLFormElement} form */
  async function save(form) {
    const given = new FormData(form);
    const rules = app.store.get().rules.rules.map((/** @type {any} */ rule) => ({
      priority: rule.priority,
      ...Object.fromEntries(FIELDS.map((name) => [name, Number(given.get(`${rule.priority} ${name}`)) || null])),
    }));
    try {
      const now = await ask('PUT', '/deadlines', { body: { rules } });
      said = { words: t('rules.saved'), bad: false };
      app.useRules(now);
    } catch (error) {
      said = { words: refusal(error), bad: true };
      const fault = node.querySelector('form > p:last-child');
      // What was typed stays, to be put right.
      if (fault) { fault.className = 'fault'; fault.setAttribute('role', 'alert'); fault.textContent = said.words; }
      drawn = JSON.stringify([app.store.get().rules, said, app.mayEditRules(), document.documentElement.lang]);
    }
    announce(said.words, said.bad ? 'loud' : 'polite');
    draw();
  }

  return { node, draw };
}
