/** Who wrote the open report: asked for with a reason, shown for some minutes, kept nowhere. */

import { ApiError, ask } from './api.mjs';
import { announce, fill, h } from './dom.mjs';
import { hasWords, languageNow, t } from './i18n.mjs';

const TICK_MS = 1000;
const LEAST = 10;

/**
 * @param {() => string | null} selected number of the open report
 */
export function createReveal(selected) {
  const place = h('div.reveal');
  /** @type {{person: any, until: number} | null} */
  let shown = null;
  let number = '';
  let said = '';
  let isOpen = false;
  let isBusy = false;
  let timer = 0;
  let drawnIn = '';
  const words = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: 'reveal-reason', rows: 2, maxlength: 500, required: true, 'aria-describedby': 'reveal-hint' }));

  function forget() {
    clearInterval(timer);
    shown = null;
    said = '';
    isOpen = false;
    words.value = '';
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (isBusy) return;
    const reason = words.value.trim();
    if (reason.length < LEAST) { said = t('privacy.error.reason_needed'); draw(); words.focus(); return; }
    const about = number;
    isBusy = true;
    said = '';
    draw();
    try {
      const { person, show_for_s: seconds } = await ask('POST', `/reports/${about}/reveal`, { body: { reason } });
      // Another report may have been opened meanwhile: nobody asked about its citizen.
      if (about === number && selected() === about) {
        shown = { person, until: Date.now() + seconds * 1000 };
        isOpen = false;
        words.value = '';
        clearInterval(timer);
        timer = setInterval(tick, TICK_MS);
        announce(t(person ? 'privacy.shown' : 'privacy.nobody'));
      }
    } catch (error) {
      const key = error instanceof ApiError ? `privacy.error.${String(error.problem.code ?? '').replaceAll('-', '_')}` : 'privacy.error.offline';
      if (about === number) said = t(hasWords(key) ? key : 'privacy.error.refused');
    }
    isBusy = false;
    draw();
  }

  function tick() {
    if (!shown) return;
    if (Date.now() >= shown.until || selected() !== number) { forget(); draw(); announce(t('privacy.hidden')); return; }
    const left = place.querySelector('.reveal-left');
    if (left) left.textContent = leftWords();
  }

  function leftWords() {
    const seconds = Math.max(0, Math.ceil(((shown?.until ?? 0) - Date.now()) / 1000));
    return t('privacy.left', { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` });
  }

  function draw() {
    if (shown) { fill(place, person(shown.person)); return; }
    fill(place, isOpen ? form() : h('button.small', { type: 'button', id: 'reveal', onclick: () => { isOpen = true; draw(); words.focus(); } }, t('privacy.ask')));
  }

  function form() {
    return h('form.reveal-form', { onsubmit: submit },
      h('label', { for: 'reveal-reason' }, t('privacy.reason')), words,
      h('p.quiet', { id: 'reveal-hint' }, t('privacy.hint')),
      said && h('p.form-error', { role: 'alert' }, said),
      h('div.buttons', {},
        h('button.primary', { type: 'submit', disabled: isBusy }, t(isBusy ? 'privacy.busy' : 'privacy.show')),
        h('button', { type: 'button', onclick: () => { forget(); draw(); } }, t('privacy.cancel'))));
  }

  /** @param {any} who */
  function person(who) {
    return h('div.reveal-person', {},
      who
        ? [h('p', {}, h('strong', {}, who.name || t('privacy.no_name'))),
          h('p', {}, who.username && `@${who.username} · `, h('span.quiet', {}, `Telegram ${who.telegram_id}`)),
          h('p', {}, h('a', { href: who.link, target: '_blank', rel: 'noreferrer noopener' }, t('privacy.write')))]
        : h('p', {}, t('privacy.nobody')),
      h('p.quiet', {}, h('span.reveal-left', {}, leftWords()), ' ', h('button.small', { type: 'button', onclick: () => { forget(); draw(); } }, t('privacy.hide'))));
  }

  return {
    /** @param {string} of the report that is drawn */
    of(of) {
      if (of !== number) forget();
      // What is being written is not drawn over.
      if (of !== number || drawnIn !== languageNow()) { number = of; drawnIn = languageNow(); draw(); }
      return place;
    },
  };
}
