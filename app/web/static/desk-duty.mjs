/** The desk's own duty on the map page: one tap to come and go, and what is to be taken over. */

import { ask, get } from './api.mjs';
import { byId, fill, h } from './dom.mjs';
import { t } from './i18n.mjs';
import { failureWords } from './desks/kit.mjs';
import { handoverCard, handoverLine } from './desks/handover.mjs';
import { clock } from './time.mjs';

/** @typedef {import('./app.mjs').App} App */

// By the plan a shift begins and ends without a tap.
const LOOK_MS = 30_000;

/** @param {App} app */
export function createDeskDuty(app) {
  /** @type {{login: string, own_desk: string, desk: string | null, until: string | null} | null} */
  let known = null;
  /** @type {import('./desks/handover.mjs').Handover[]} */
  let waiting = [];
  let busy = false;
  let said = '';
  const dialog = () => /** @type {HTMLDialogElement} */ (byId('handover'));

  // An officer who also sits at a desk taps as an officer here, and on the desks' page as a desk.
  const isDesk = () => app.isDesk() && !app.store.get().me?.officer;

  async function load() {
    if (!isDesk()) {
      known = null;
      waiting = [];
      draw();
      return;
    }
    const found = await get('/desk-duty').catch(() => null);
    if (found) known = found;
    const desk = known?.desk ?? known?.own_desk;
    const handovers = desk ? await get(`/handovers?unsigned=true&limit=5&desk=${encodeURIComponent(desk)}`).catch(() => null) : null;
    if (handovers) waiting = handovers.handovers;
    draw();
  }

  async function tap() {
    if (busy || !known) return;
    busy = true;
    said = '';
    draw();
    try {
      const on = !known.desk;
      known = await ask('POST', '/desk-duty', { body: { on_duty: on } });
      byId('polite').textContent = t(on ? 'd.came' : 'd.went');
    } catch (error) {
      said = failureWords(error);
      byId('loud').textContent = said;
    }
    busy = false;
    await load();
  }

  function draw() {
    if (!isDesk()) { drawBar(); return; }
    const node = byId('duty');
    if (!known) { fill(node); drawBar(); return; }
    const on = Boolean(known.desk);
    const until = known.until ? t('d.until', { time: clock(Date.parse(known.until)) }) : '';
    fill(node,
      h('button', { type: 'button', class: `duty-button ${on ? 'on' : 'off'}`, 'aria-pressed': String(on), disabled: busy || null, title: until, onclick: tap },
        h('span.live-mark', { 'aria-hidden': 'true' }), h('span', {}, t(on ? 'd.on' : 'd.off'))),
      said && h('span.duty-said', { role: 'alert' }, said));
    drawBar();
  }

  /** What waits for one's signature, or for one's note. */
  function drawBar() {
    // The oldest first: what was left unsigned longest is read first.
    const mine = waiting.filter((each) => each.may_note || known?.desk === each.desk.code).toReversed();
    const [first] = mine;
    fill(byId('handover-bar'), first && h('div.bar-notice.handover-notice', { role: 'status' },
      h('span', {}, handoverLine(first), mine.length > 1 && ` ${t('d.bar_more', { n: mine.length - 1 })}`),
      h('button.primary', { type: 'button', onclick: () => open(first) }, t(first.may_note && known?.desk !== first.desk.code ? 'd.bar_note' : 'd.bar_sign'))));
  }

  /** @param {import('./desks/handover.mjs').Handover} handover */
  function open(handover) {
    const card = handoverCard(handover, { atDesk: () => known?.desk ?? null, onchange: load });
    fill(dialog(), card, h('form', { method: 'dialog' }, h('button', {}, t('close'))));
    dialog().showModal();
  }

  // A link leads to the report on this very page, behind the dialog.
  dialog().addEventListener('click', (event) => {
    const number = event.target instanceof HTMLAnchorElement && /^#(\d{4}-\d+)$/.exec(event.target.hash)?.[1];
    if (!number) return;
    event.preventDefault();
    dialog().close();
    app.open(number);
  });
  app.store.on(['me'], load);
  app.store.on(['live'], load);
  setInterval(load, LOOK_MS);
  return { words: draw };
}
