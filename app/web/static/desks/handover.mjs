/** A handover: what the desk had on its hands, the note, and the signature. */

import { ask } from '../api.mjs';
import { announce, fill, h } from '../dom.mjs';
import { nameOf, t, tCode } from '../i18n.mjs';
import { actionButton, dayAndTime, deskName, failureWords, names, timeOnly } from './kit.mjs';

/**
 * @typedef {object} Handover as the API tells it
 * @property {number} id
 * @property {any} desk
 * @property {string} at
 * @property {{login: string, name: string}[]} leaving
 * @property {{login: string, name: string}[]} staying
 * @property {any} summary
 * @property {string | null} note
 * @property {string | null} note_by
 * @property {string | null} note_at
 * @property {{login: string, name: string} | null} signed_by
 * @property {string | null} signed_at
 * @property {boolean} may_note
 */

/**
 * @param {Handover} first
 * @param {{atDesk: () => string | null, onchange?: (handover: Handover) => void}} how
 *   `atDesk`: the desk at which the reader is, of whom a signature is wanted
 * @returns {HTMLElement}
 */
export function handoverCard(first, { atDesk, onchange = () => {} }) {
  let handover = first;
  let said = '';
  const card = h('article.handover', { data: { handover: handover.id }, 'aria-labelledby': `handover-${handover.id}` });
  const words = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: `note-${handover.id}`, rows: 3, maxlength: 2000 }));
  words.value = handover.note ?? '';

  /** @param {'note' | 'sign'} deed @param {any} [body] @param {string} done */
  async function act(deed, body, done) {
    said = '';
    try {
      handover = await ask('POST', `/handovers/${handover.id}/${deed}`, body ? { body } : {});
      announce(done);
      onchange(handover);
    } catch (error) {
      said = failureWords(error);
    }
    draw();
  }

  function print() {
    const whole = document.body;
    card.classList.add('printed');
    whole.classList.add('printing-one');
    addEventListener('afterprint', () => { card.classList.remove('printed'); whole.classList.remove('printing-one'); }, { once: true });
    window.print();
  }

  function draw() {
    const { summary: s } = handover;
    const mine = atDesk() === handover.desk.code;
    const open = !handover.signed_at;
    fill(card,
      h('header.handover-head', {},
        h('h3', { id: `handover-${handover.id}` }, t('d.card', { desk: deskName(handover.desk), time: dayAndTime(handover.at) })),
        h('p', {}, t('d.leaving', { names: names(handover.leaving) }), handover.staying.length > 0 && ` · ${t('d.staying', { names: names(handover.staying) })}`),
        h('p.quiet', {}, t('d.frozen', { time: timeOnly(handover.at) }))),
      h('div.handover-parts', {},
        part('open', s.open.total, reports(s.open), statuses(s.by_status)),
        part('overdue', s.overdue.total, reports(s.overdue)),
        part('unplaced', s.unplaced.total, reports(s.unplaced)),
        part('unattended', s.unattended.total, beats(s.unattended)),
        part('undelivered', s.undelivered.total, messages(s.undelivered)),
        part('dead_letters', s.dead_letters.total, s.dead_letters.total > 0 && h('p.quiet', {}, t('d.dead_hint')))),
      handover.note && h('blockquote.handover-note', {}, h('p', {}, handover.note), h('footer', {}, t('d.note_by', { name: handover.note_by ?? '', time: dayAndTime(handover.note_at ?? handover.at) }))),
      open && handover.may_note && h('form.handover-form', { onsubmit: note }, h('label', { for: words.id }, t('d.note')), words, h('div.buttons', {}, h('button', { type: 'submit' }, t('d.note_save')))),
      h('div.handover-end', {},
        handover.signed_at && handover.signed_by
          ? h('p.handover-signed', {}, t('d.signed', { name: handover.signed_by.name, time: dayAndTime(handover.signed_at) }))
          : h('p.handover-unsigned', {}, h('strong', {}, t('d.unsigned')), ' ', !mine && h('span.quiet', {}, t('d.sign_hint'))),
        said && h('p.fault', { role: 'alert' }, said),
        h('div.buttons', {},
          open && mine && actionButton('button.primary', t('d.sign'), () => act('sign', null, t('d.said_signed'))),
          h('button.print-button', { type: 'button', onclick: print }, t('d.print')))));
  }

  /** @param {Event} event */
  function note(event) {
    event.preventDefault();
    const text = words.value.trim();
    if (text) act('note', { text }, t('d.note_saved'));
  }

  draw();
  return card;
}

/**
 * @param {string} key
 * @param {number} total
 * @param {...import('../dom.mjs').Child} content
 */
function part(key, total, ...content) {
  return h('section.handover-part', { class: `handover-part ${total ? 'some' : 'none'} part-${key}` },
    h('h4', {}, h('span.handover-count', {}, total), ' ', t(`d.${key}`)), ...content);
}

/** @param {{total: number, reports: {number: string, status: string, priority: number}[]}} found */
function reports(found) {
  return found.total > 0 && h('ul.handover-list', {},
    found.reports.map((each) => h('li', {}, h('a', { href: `/#${each.number}`, title: tCode('status', each.status), class: each.priority === 1 ? 'urgent' : null }, `№ ${each.number}`))),
    rest(found.total - found.reports.length));
}

/** @param {number} n */
const rest = (n) => n > 0 && h('li.quiet', {}, t('d.more', { n }));

/** @param {Record<string, number>} counts */
function statuses(counts) {
  const said = Object.entries(counts).map(([status, n]) => `${tCode('status', status)} ${n}`);
  return said.length > 0 && h('p.quiet', {}, said.join(' · '));
}

/** @param {{total: number, beats: any[]}} found */
function beats(found) {
  return found.total > 0 && h('ul.handover-list.long', {},
    found.beats.map((each) => h('li', {}, t('d.since', { name: nameOf(each), why: tCode('skipped', each.why), time: dayAndTime(each.since) }))),
    rest(found.total - found.beats.length));
}

/** @param {{total: number, messages: {number: string, state: string}[]}} found */
function messages(found) {
  return found.total > 0 && h('ul.handover-list.long', {},
    found.messages.map((each) => h('li', {}, h('a', { href: `/#${each.number}` }, `№ ${each.number}`), ` ${tCode('delivery', each.state)}`)),
    rest(found.total - found.messages.length));
}

/**
 * The same in one line, for a bar.
 * @param {Handover} handover
 */
export function handoverLine(handover) {
  const { summary: s } = handover;
  return t('d.bar', {
    time: timeOnly(handover.at), names: names(handover.leaving), open: s.open.total, overdue: s.overdue.total,
    unplaced: s.unplaced.total, unattended: s.unattended.total, undelivered: s.undelivered.total,
  });
}
