/** Coming on duty and going off, with one tap. */

import { ApiError, ask, get } from './api.mjs';
import { byId, fill, h } from './dom.mjs';
import { t, tCode } from './i18n.mjs';
import { clock } from './time.mjs';

/** @typedef {import('./app.mjs').App} App */

// By the plan a shift begins and ends without a tap.
const LOOK_MS = 60_000;

/** @param {App} app */
export function createDuty(app) {
  /** @type {{duty: string, until: string | null, open_reports: number} | null} */
  let known = null;
  let busy = false;
  let said = '';

  const node = () => byId('duty');

  async function load() {
    // Who is no officer may sit at a desk: see desk-duty.mjs.
    if (!app.store.get().me?.officer) {
      known = null;
      return;
    }
    // Without an answer what was known last stays, and the page says elsewhere that it is offline.
    const found = await get('/duty').catch(() => null);
    if (found) known = found;
    draw();
  }

  async function tap() {
    if (busy || !known) return;
    busy = true;
    said = '';
    draw();
    try {
      const wanted = known.duty !== 'on';
      known = await ask('POST', '/duty', { body: { on_duty: wanted } });
      byId('polite').textContent = t(wanted ? 'duty.came' : 'duty.went');
    } catch (error) {
      said = error instanceof ApiError ? tCode('duty.failed', error.problem.code) || t('duty.failed') : t('duty.offline');
      byId('loud').textContent = said;
    }
    busy = false;
    draw();
  }

  function draw() {
    if (!known) return;
    const on = known.duty === 'on';
    const until = known.until ? t('duty.until', { time: clock(Date.parse(known.until)) }) : '';
    fill(node(),
      h('button', { type: 'button', class: `duty-button ${on ? 'on' : 'off'}`, 'aria-pressed': String(on), disabled: busy || null, title: until, onclick: tap },
        h('span.live-mark', { 'aria-hidden': 'true' }), h('span', {}, t(`duty.${known.duty}`))),
      said && h('span.duty-said', { role: 'alert' }, said));
  }

  app.store.on(['me'], load);
  app.store.on(['live'], load);
  setInterval(load, LOOK_MS);
  return { words: draw };
}
