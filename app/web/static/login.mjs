/** Logging in: at the start, and again when the session ran out in the middle of work. */

import { ApiError, ask } from './api.mjs';
import { byId, fill, h } from './dom.mjs';
import { languagesOffered, languageNow, t, tCode } from './i18n.mjs';

/**
 * @param {{
 *   config: () => any,
 *   onlogin: (me: any) => void,
 *   onlanguage: (language: string) => Promise<void>,
 * }} listeners
 */
export function createLogin({ config, onlogin, onlanguage }) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('login'));
  const login = /** @type {HTMLInputElement} */ (h('input', { id: 'login-name', name: 'login', type: 'text', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true }));
  const password = /** @type {HTMLInputElement} */ (h('input', { id: 'login-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true }));
  const fault = h('p.fault', { role: 'alert' });
  const submit = /** @type {HTMLButtonElement} */ (h('button.primary', { type: 'submit' }));
  let expired = false;
  let working = false;
  // Without a login there is nothing behind the dialog to go back to.
  dialog.addEventListener('cancel', (event) => event.preventDefault());

  function draw() {
    const logins = config()?.demo_logins ?? [];
    submit.textContent = t('login.submit');
    fill(dialog,
      h('div.login-languages', {}, languagesOffered().map((each) => h('button', { type: 'button', lang: each, 'aria-pressed': String(each === languageNow()), onclick: () => onlanguage(each) }, t(`language.${each}`)))),
      h('h1', { id: 'login-title' }, 'Beatway'),
      h('p.login-lead', {}, t(expired ? 'login.expired' : 'login.lead')),
      h('form', { onsubmit: send },
        h('label', { for: 'login-name' }, t('login.name')), login,
        h('label', { for: 'login-password' }, t('login.password')), password,
        fault, submit),
      logins.length > 0 && h('section.demo-logins', {},
        h('h2', {}, t('login.demo')),
        h('ul', {}, logins.map((/** @type {any} */ each) => h('li', {}, h('button', { type: 'button', onclick: () => enter(each.login, each.password) },
          h('strong', {}, tCode('role', each.role)), h('span', {}, each.name)))))));
  }

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    enter(login.value.trim(), password.value);
  }

  /**
   * @param {string} name
   * @param {string} secret
   */
  async function enter(name, secret) {
    if (working) return;
    working = true;
    fault.textContent = '';
    const slow = setTimeout(() => { submit.textContent = t('login.working'); }, 200);
    try {
      const me = await ask('POST', '/login', { body: { login: name, password: secret }, quiet401: true });
      password.value = '';
      dialog.close();
      onlogin(me);
    } catch (error) {
      fault.textContent = t(faultKey(error));
      password.focus();
    } finally {
      working = false;
      clearTimeout(slow);
      submit.textContent = t('login.submit');
    }
  }

  return {
    /**
     * @param {{expired: boolean, login?: string}} how
     */
    show(how) {
      expired = how.expired;
      if (how.login) login.value = how.login;
      fault.textContent = '';
      draw();
      dialog.classList.toggle('over-work', expired);
      if (!dialog.open) dialog.showModal();
      (login.value ? password : login).focus();
    },
    words() { if (dialog.open) draw(); },
  };
}

/** @param {unknown} error */
function faultKey(error) {
  if (!(error instanceof ApiError)) return 'login.no_answer';
  if (error.status === 401) return 'login.wrong';
  if (error.status === 429) return 'login.too_many';
  return 'login.failed';
}
