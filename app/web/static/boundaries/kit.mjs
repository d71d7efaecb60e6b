/** Small things that every part of the page needs. */

import { ApiError, NoAnswer } from '../api.mjs';
import { announce, h } from '../dom.mjs';
import { hasWords, languageNow, t } from '../i18n.mjs';

/**
 * Do something at a button's click, and nothing at a second click while it lasts.
 * @param {HTMLElement} button
 * @param {() => Promise<unknown>} work
 */
export async function once(button, work) {
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  button.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } finally {
    button.removeAttribute('aria-busy');
    button.removeAttribute('aria-disabled');
  }
}

/**
 * A button that works once at a time.
 * @param {string} name
 * @param {string} words
 * @param {(button: HTMLElement) => Promise<unknown>} work
 * @param {Record<string, unknown>} [props]
 */
export function actionButton(name, words, work, props = {}) {
  const button = h(name, { type: 'button', ...props, onclick: () => once(button, () => work(button)) }, words);
  return button;
}

/**
 * What went wrong, in words a person can act on.
 * @param {unknown} error
 */
export function failureWords(error) {
  if (error instanceof NoAnswer) return t('b.error.no_answer');
  if (!(error instanceof ApiError)) return t('b.error.unknown');
  const { code, detail } = error.problem;
  const key = `b.error.${String(code ?? '').replaceAll('-', '_')}`;
  if (hasWords(key)) return t(key);
  const own = error.problem.words?.[languageNow()];
  return own ?? detail ?? t('b.error.status', { status: error.status });
}

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) => new Intl.NumberFormat(languageNow(), { maximumFractionDigits: digits }).format(value);

/**
 * @param {number} m2
 * @returns {string} "850 м²", "12,3 га", "4,2 км²"
 */
export function areaWords(m2) {
  if (m2 >= 1_000_000) return `${number(m2 / 1_000_000, m2 < 100_000_000 ? 1 : 0)} ${t('b.unit.km2')}`;
  if (m2 >= 10_000) return `${number(m2 / 10_000, 1)} ${t('b.unit.ha')}`;
  return `${number(m2, m2 < 10 ? 1 : 0)} ${t('b.unit.m2')}`;
}

/**
 * @param {number} bytes
 * @returns {string} "0,7 МБ"
 */
export const sizeWords = (bytes) => (bytes >= 100_000 ? `${number(bytes / 1_048_576, 1)} ${t('b.unit.mb')}` : `${number(bytes / 1024, 0)} ${t('b.unit.kb')}`);

export { dayAndClock as dateWords } from '../time.mjs';

/**
 * Who did something, without the kind of caller before the name.
 * @param {string | null | undefined} actor
 */
export function actorName(actor) {
  if (!actor) return '';
  const [kind, ...rest] = actor.split(':');
  return rest.length ? rest.join(':') : t(hasWords(`b.actor.${kind}`) ? `b.actor.${kind}` : 'b.actor.other', { name: kind });
}

/**
 * @param {string} words
 * @param {'polite' | 'loud'} [how]
 */
export const say = (words, how = 'polite') => announce(words, how);

/**
 * A dialog with a form in it; its answer, or null when it was left.
 * @param {(close: (value: any) => void) => {title: string, body: import('../dom.mjs').Child, focus?: HTMLElement}} make
 * @returns {Promise<any>}
 */
export function dialogue(make) {
  return new Promise((resolve) => {
    const back = document.activeElement;
    /** @type {any} */
    let answer = null;
    const dialog = /** @type {HTMLDialogElement} */ (h('dialog.sheet-dialog', { 'aria-labelledby': 'dialogue-title' }));
    const close = (/** @type {any} */ value) => { answer = value; dialog.close(); };
    const { title, body, focus } = make(close);
    dialog.append(h('h2', { id: 'dialogue-title' }, title), h('div.dialogue-body', {}, body));
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (back instanceof HTMLElement && back.isConnected) back.focus();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    focus?.focus();
  });
}

/**
 * Ask before something that cannot simply be undone.
 * @param {{title: string, text?: import('../dom.mjs').Child, yes: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export async function confirmed({ title, text, yes, danger = false }) {
  const answer = await dialogue((close) => {
    const no = h('button', { type: 'button', onclick: () => close(false) }, t('cancel'));
    return { title, focus: no, body: [text && h('div.quiet', {}, text), h('div.buttons', {}, h(`button.${danger ? 'danger' : 'primary'}`, { type: 'button', onclick: () => close(true) }, yes), no)] };
  });
  return answer === true;
}

/**
 * A field with its label.
 * @param {string} label
 * @param {HTMLElement} field
 * @param {import('../dom.mjs').Child} [hint]
 */
export function labelled(label, field, hint) {
  field.id ||= `field-${Math.random().toString(36).slice(2, 9)}`;
  if (hint) field.setAttribute('aria-describedby', `${field.id}-hint`);
  return h('div.field', {}, h('label', { for: field.id }, label), field, hint && h('p.quiet', { id: `${field.id}-hint` }, hint));
}

/**
 * @param {{value: string, words: string}[]} options
 * @param {string} value
 * @param {Record<string, unknown>} [props]
 */
export function choice(options, value, props = {}) {
  const select = /** @type {HTMLSelectElement} */ (h('select', props, options.map((each) => h('option', { value: each.value }, each.words))));
  select.value = value;
  return select;
}
