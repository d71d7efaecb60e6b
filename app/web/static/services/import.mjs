/** Bringing a file in: first what it changes and what is wrong with it. */

import { ApiError } from '../api.mjs';
import { failureWords, once } from '../boundaries/kit.mjs';
import { send } from '../boundaries/transfer.mjs';
import { fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { problemWords, serviceName } from './list.mjs';

const LARGEST = 20_000_000;

/** @param {import('./page.mjs').App} app */
export function createImport(app) {
  const node = h('section.triage-card', { 'aria-labelledby': 'import-title' });
  /** @type {File | null} */
  let file = null;
  /** @type {any} */
  let shown = null;
  let fault = '';
  let isReplacing = false;

  function draw() {
    const input = /** @type {HTMLInputElement} */ (h('input.file', { type: 'file', id: 'file', accept: '.geojson,.json,.gpkg,.zip', onchange: () => { if (input.files?.[0]) take(input.files[0]); } }));
    const drop = h('div.drop', {}, icon('M12 16V4M7 9l5-5 5 5M4 20h16', 'icon big'), h('label', { for: 'file' }, t('sv.file')), input, h('p.file-name', {}, file?.name ?? ''));
    for (const kind of ['dragover', 'dragleave', 'drop']) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle('over', kind === 'dragover');
        const [given] = kind === 'drop' ? /** @type {DragEvent} */ (event).dataTransfer?.files ?? [] : [];
        if (given) take(given);
      });
    }
    const replace = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'replace', checked: isReplacing, onchange: () => { isReplacing = replace.checked; if (file) take(file); } }));
    const yes = /** @type {HTMLButtonElement} */ (h('button.primary', { type: 'button', id: 'import-do', disabled: !shown?.usable || !changed().length, onclick: () => once(yes, bring) }, t('sv.import_do')));
    fill(node, h('h3.card-title', { id: 'import-title' }, t('sv.import')), h('p.quiet', {}, t('sv.import_lead')), drop,
      h('label.tick', {}, replace, t('sv.replace')),
      h('p.fault', { role: 'alert' }, fault), shown && found(), shown && h('div.buttons', {}, yes));
  }

  const changed = () => shown.steps.filter((/** @type {any} */ each) => each.what !== 'same');

  function found() {
    const { steps, problems } = shown;
    const same = steps.length - changed().length;
    return h('div.import-fields', { id: 'found', tabindex: -1 },
      problems.length > 0 && h('ul.service-problems', {}, problems.map((/** @type {any} */ each) => h('li', { class: `s-${each.severity}` },
        h('strong', {}, t(`sv.severity.${each.severity}`)), ' ', each.row && t('sv.row', { n: each.row }), each.service && ` ${each.service}`, ': ', problemWords(each)))),
      !shown.usable && h('p.fault', {}, t('sv.not_usable')),
      changed().length > 0 ? h('ul.steps', {}, changed().map((/** @type {any} */ each) => h('li', { class: `w-${each.what}` },
        h('strong', {}, t(`sv.step.${each.what}`)), ` ${serviceName(each)}`, each.fields.length > 0 && h('span.quiet', {}, ` · ${each.fields.map((/** @type {string} */ name) => t(`sv.field.${name}`)).join(', ')}`)))) : shown.usable && h('p', {}, t('sv.nothing_changes')),
      same > 0 && h('p.quiet', {}, t('sv.same', { n: same })));
  }

  /** @param {File} given */
  async function take(given) {
    file = given;
    shown = null;
    fault = given.size > LARGEST ? t('sv.too_large') : '';
    draw();
    if (fault) return;
    try {
      const answer = await app.busy(sent('preview'));
      if (file !== given) return;
      shown = answer;
    } catch (error) {
      if (file !== given) return;
      fault = failureWords(error);
    }
    draw();
    document.getElementById('found')?.focus();
  }

  async function bring() {
    try {
      const { steps, told } = await app.busy(sent('import'));
      const count = steps.filter((/** @type {any} */ each) => each.what !== 'same').length;
      file = shown = null;
      await app.reload();
      app.tell([t('sv.imported', { n: count }), told > 0 && t('sv.told', { n: told })].filter(Boolean).join(' '));
    } catch (error) {
      fault = error instanceof ApiError && error.problem.problems ? error.problem.problems.map(problemWords).join('; ') : failureWords(error);
      draw();
    }
  }

  /** @param {string} how */
  function sent(how) {
    const form = new FormData();
    if (file) form.set('file', file, file.name);
    return send(`/services/${how}?replace=${isReplacing}`, form, { onprogress: () => {} });
  }

  return { node, draw };
}
