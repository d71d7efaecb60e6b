/** What may be done with the open report: one next step, the others, and the forms they need. */

import { createDeskTools } from './desk.mjs';
import { fill, h, isPhone } from './dom.mjs';
import { languageNow, t } from './i18n.mjs';
import { statusShape } from './shapes.mjs';
import { questionsOf } from './sorting.mjs';
import { drafts } from './sync.mjs';

/** @typedef {import('./app.mjs').App} App */

// The order in which one of several allowed steps is offered as the next.
const NEXT = ['acknowledged', 'en_route', 'on_scene', 'resolved'];
// What follows a step that still waits to be sent: the server cannot be asked.
const AFTER = /** @type {Record<string, string[]>} */ ({
  acknowledged: ['en_route', 'on_scene', 'resolved'], en_route: ['on_scene', 'resolved'], on_scene: ['resolved'],
});
const WITH_NOTE = ['resolved', 'redirected', 'withdrawn'];
const KEY_OF = /** @type {Record<string, string>} */ ({ acknowledged: 'A', en_route: 'G', on_scene: 'S', resolved: 'C' });
const REPLY_LIMIT = 3500;
const SAME_TAP_MS = 500;

/** @param {App} app */
export function createActions(app) {
  const { store } = app;
  const footer = h('div.report-footer');
  const noteForm = h('form.block.note-form', { hidden: true, onsubmit: confirmNote });
  const replyForm = h('form.block.reply-form', { onsubmit: sendReply });
  const desk = createDeskTools(app);
  const forms = h('div.report-forms', {}, replyForm, desk.node);
  const noteText = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: 'note-text', rows: 3, oninput: () => draft('note', noteText.value) }));
  const replyText = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: 'reply-text', rows: 3, maxlength: REPLY_LIMIT, oninput: replyTyped }));
  const preview = h('div.preview', { hidden: true });
  const sendButton = h('button.primary', { type: 'submit' });
  /** @type {any} */
  let report = null;
  /** @type {string | null} */
  let wantedStatus = null;
  let language = '';
  let noteDrawn = '';
  let isHeld = false;
  let drawn = { first: '', others: '' };
  const nextPlace = h('div.next-place');
  const othersPlace = h('div.other-steps');
  const stepsNode = h('div.steps', {}, nextPlace, othersPlace);
  fill(footer, noteForm, stepsNode);

  /**
   * @param {string} field
   * @param {string} text
   */
  function draft(field, text) {
    if (report) drafts.write(report.number, field, text);
  }

  /** @returns {string[]} */
  function allowed() {
    if (!report || !app.mayAct()) return [];
    const shown = app.statusOf(report);
    return shown === report.status ? report.allowed ?? [] : AFTER[shown] ?? [];
  }

  /** @param {any} next the report to act on, or null */
  function show(next) {
    const isOther = next?.number !== report?.number;
    report = next;
    if (isOther) {
      wantedStatus = null;
      noteText.value = report ? drafts.read(report.number, 'note') : '';
      replyText.value = report ? drafts.read(report.number, 'reply') : '';
    }
    if (wantedStatus && !allowed().includes(wantedStatus)) wantedStatus = null;
    drawFooter();
    const asked = `${document.documentElement.lang} ${questionsOf(report, languageNow())}`;
    if (isOther || language !== asked) drawReply();
    language = asked;
    replyForm.hidden = !report || !app.mayAct() || !(report.reporter || report.members);
    drawPreview();
    desk.show(report);
  }

  function drawFooter() {
    const steps = allowed();
    const placing = Boolean(report) && app.isDesk() && !report.placement && ['registered', 'awaiting_place'].includes(app.statusOf(report));
    const next = placing ? null : NEXT.find((each) => steps.includes(each));
    const main = NEXT.filter((each) => each !== next && steps.includes(each));
    // A report that has a place is not sent back to ask for one: the place is changed instead.
    const rest = steps.filter((each) => !NEXT.includes(each) && !(each === 'awaiting_place' && report.placement));
    footer.hidden = !report || !app.mayAct() || (!placing && !steps.length);
    if (footer.hidden) return;
    stepsNode.hidden = Boolean(wantedStatus);
    drawNote();
    // A button that stays the same stays in place: it may be under a finger, or have the focus.
    const surroundings = [report.number, document.documentElement.lang, isPhone()].join(' ');
    const [first, others] = [`${surroundings} ${placing ? 'place' : next}`, `${surroundings} ${main} ${rest}`];
    const focused = footer.contains(document.activeElement) ? document.activeElement?.getAttribute('data-step') : null;
    if (first !== drawn.first) {
      fill(nextPlace,
        placing && h('button.primary.next', { type: 'button', data: { step: 'place' }, onclick: () => app.place(report) }, t('action.place')),
        next && stepButton(next, true));
    }
    if (others !== drawn.others) {
      const unfolded = othersPlace.querySelector('details')?.open ?? false;
      fill(othersPlace, main.map((each) => stepButton(each, false)),
        rest.length > 0 && h('details.more', { open: unfolded }, h('summary', {}, t('action.more')), h('div.other-steps', {}, rest.map((each) => stepButton(each, false)))));
    }
    drawn = { first, others };
    if (focused && !footer.contains(document.activeElement)) /** @type {HTMLElement | null} */ (footer.querySelector(`[data-step="${focused}"]`) ?? footer.querySelector('.next'))?.focus();
  }

  /**
   * @param {string} status
   * @param {boolean} isNext
   */
  function stepButton(status, isNext) {
    const key = KEY_OF[status];
    return h(isNext ? 'button.primary.next' : 'button', { type: 'button', data: { step: status }, 'aria-keyshortcuts': key ?? null, disabled: isHeld,
      onclick: (/** @type {MouseEvent} */ event) => { if (event.detail > 0 && !WITH_NOTE.includes(status)) hold(); step(status); } },
      isNext && statusShape(status), t(`action.${status}`), key && !isPhone() && h('kbd', { 'aria-hidden': 'true' }, key));
  }

  /** A finger may have tapped twice, and the next step's button comes under it at once. */
  function hold() {
    const hadFocus = footer.contains(document.activeElement);
    const buttons = () => /** @type {NodeListOf<HTMLButtonElement>} */ (footer.querySelectorAll('[data-step]'));
    isHeld = true;
    for (const each of buttons()) each.disabled = true;
    setTimeout(() => {
      isHeld = false;
      for (const each of buttons()) each.disabled = false;
      if (hadFocus && document.activeElement === document.body) /** @type {HTMLElement | null} */ (footer.querySelector('.next'))?.focus();
    }, SAME_TAP_MS);
  }

  /**
   * Take a step, or open the note it needs first.
   * @param {string} status
   */
  function step(status) {
    if (!allowed().includes(status)) return false;
    if (WITH_NOTE.includes(status)) {
      wantedStatus = status;
      drawFooter();
      noteText.focus();
      return true;
    }
    app.act({ number: report.number, kind: 'status', body: { status } });
    return true;
  }

  function drawNote() {
    noteForm.hidden = !wantedStatus;
    const key = `${wantedStatus} ${document.documentElement.lang}`;
    if (!wantedStatus || key === noteDrawn) return;
    noteDrawn = key;
    fill(noteForm,
      h('label', { for: 'note-text' }, t(`note.${wantedStatus}`)), noteText,
      h('p.quiet', {}, t('note.hint')),
      h('div.buttons', {},
        h('button.primary', { type: 'submit' }, t(`action.${wantedStatus}`)),
        h('button', { type: 'button', onclick: cancelNote }, t('cancel'))));
  }

  function cancelNote() {
    const back = wantedStatus;
    wantedStatus = null;
    drawFooter();
    /** @type {HTMLElement | null} */ (footer.querySelector(`[data-step="${back}"]`))?.focus();
  }

  /** @param {Event} event */
  function confirmNote(event) {
    event.preventDefault();
    if (!report || !wantedStatus) return;
    const note = noteText.value.trim();
    const body = { status: wantedStatus, ...(note ? { note } : {}) };
    wantedStatus = null;
    app.act({ number: report.number, kind: 'status', body });
    drawFooter();
  }

  function drawReply() {
    fill(replyForm,
      h('h3', {}, h('label', { for: 'reply-text' }, t('reply.title'))),
      h('div.chips', {}, ['checking', 'sent_crew', 'done', 'visit'].map((each) => h('button.chip', { type: 'button', onclick: () => insert(t(`reply.ready.${each}`)) }, t(`reply.chip.${each}`))),
        questionsOf(report, languageNow()).map((each) => h('button.chip.question', { type: 'button', onclick: () => insert(each) }, each))),
      report?.source === 'telegram_group' && h('p.note', {}, t('reply.public')),
      replyText, preview, h('div.buttons', {}, sendButton));
    sendButton.textContent = t('reply.send');
    replyText.placeholder = t('reply.placeholder');
  }

  /** @param {string} text */
  function insert(text) {
    replyText.value = replyText.value.trim() ? `${replyText.value.trimEnd()} ${text}` : text;
    replyTyped();
    replyText.focus();
  }

  function replyTyped() {
    draft('reply', replyText.value);
    drawPreview();
  }

  function drawPreview() {
    const text = replyText.value.trim();
    preview.hidden = !text;
    /** @type {HTMLButtonElement} */ (sendButton).disabled = !text;
    if (text && report) fill(preview, h('p.quiet', {}, t('reply.preview')), h('p.bubble', {}, t('reply.as_sent', { number: report.number, text })), !report.replies?.length && h('p.quiet', {}, t('reply.also')));
  }

  /** @param {Event} event */
  function sendReply(event) {
    event.preventDefault();
    const text = replyText.value.trim();
    if (!report || !text) return;
    app.act({ number: report.number, kind: 'reply', body: { text } });
    replyText.value = '';
    drawPreview();
  }

  store.on(['conflict'], () => {
    // A refused text comes back into its field.
    const { conflict } = store.get();
    if (!conflict || conflict.number !== report?.number) return;
    replyText.value ||= drafts.read(report.number, 'reply');
    noteText.value ||= drafts.read(report.number, 'note');
    drawPreview();
  });

  return {
    footer,
    forms,
    show,
    step,
    /** @returns {boolean} whether something was closed */
    escape() {
      if (!wantedStatus) return false;
      cancelNote();
      return true;
    },
    focusReply() {
      if (replyForm.hidden) return;
      replyForm.scrollIntoView({ block: 'nearest' });
      replyText.focus();
    },
  };
}
