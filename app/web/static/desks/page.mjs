/** The page of the duty desks: who is there, what is handed over, and the roster. */

import { ApiError, ask, get } from '../api.mjs';
import { notYours, tellFailed, waiting } from '../bars.mjs';
import { announce, byId, fill, h } from '../dom.mjs';
import { alsoWords, languageNow, t, useLanguage } from '../i18n.mjs';
import { drawMenu } from '../menu.mjs';
import { laterDate } from '../roster/zone.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { handoverCard } from './handover.mjs';
import { failureWords } from './kit.mjs';
import { drawNow } from './now.mjs';
import { beginOf, createPlan, today } from './plan.mjs';

const LOOK_MS = 30_000;
const MAY_SEE = ['desk', 'leader', 'admin'];
const SITS = ['desk', 'admin'];

/** @type {any} */
let mine = null;
/** @type {any[]} */
let desks = [];
/** @type {any[]} */
let unsigned = [];
/** @type {any[]} */
let past = [];
/** @type {number | null} */
let before = null;
let since = today();
let failure = '';
let shownUnsigned = '';
let timer = 0;

const session = createSession({ entered, speak });
const plan = createPlan(byId('plan'), { mayPlan: () => SITS.includes(session.me()?.role), reload: load, async step(days) { since = laterDate(since, days); await load(); } });

/** @param {any} me */
function entered(me) {
  drawTools();
  if (!MAY_SEE.includes(me.role)) { fill(byId('notices'), notYours('d.not_yours')); return; }
  load();
  clearInterval(timer);
  timer = setInterval(() => { if (document.visibilityState === 'visible') load(); }, LOOK_MS);
}

async function load() {
  const [begin, end] = [since, laterDate(since, 7)].map(beginOf);
  try {
    const [now, duty, waits, done, shifts] = await waiting('d.busy', Promise.all([
      get('/desks'), SITS.includes(session.me().role) ? get('/desk-duty') : null, get('/handovers?unsigned=true&limit=50'), get('/handovers?limit=20'),
      get(`/desk-shifts?since=${begin.toISOString()}&until=${end.toISOString()}`),
    ]));
    desks = now.desks;
    mine = duty;
    unsigned = waits.handovers;
    past = done.handovers.filter((/** @type {any} */ each) => each.signed_at);
    before = done.before;
    failure = '';
    draw();
    plan.show({ ...shifts, desks, since: begin });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) failure = t('d.failed');
    drawFailure();
  }
}

const drawFailure = () => tellFailed(failure, load);

function draw() {
  drawFailure();
  drawNow(byId('now'), desks, mine, tap);
  // A note that is being written is not drawn over, as long as the same ones wait.
  const which = `${languageNow()} ${mine?.desk} ${unsigned.map((each) => `${each.id} ${each.note_at}`).join()}`;
  if (which !== shownUnsigned) drawUnsigned();
  shownUnsigned = which;
  drawPast();
}

function drawUnsigned() {
  fill(byId('handovers'),
    h('h2', { id: 'handovers-title' }, t('d.handovers')),
    unsigned.length
      ? unsigned.map((each) => handoverCard(each, { atDesk: () => mine?.desk ?? null, onchange: (next) => { if (next.signed_at) load(); } }))
      : h('div.empty', {}, h('p.empty-title', {}, t('d.unsigned_none')), h('p', {}, t('d.unsigned_none_next'))));
}

function drawPast() {
  const opened = new Set([...document.querySelectorAll('#past details[open]')].map((each) => each.dataset.id));
  fill(byId('past'),
    h('h2', { id: 'past-title' }, t('d.history')),
    past.length ? h('div.past', {}, past.map((each) => {
      const card = handoverCard(each, { atDesk: () => null });
      return h('details', { data: { id: String(each.id) }, open: opened.has(String(each.id)) },
        h('summary', {}, card.querySelector('h3')?.textContent, ' ', h('span.quiet', {}, each.signed_by?.name)), card);
    })) : h('p.quiet', {}, t('d.history_none')),
    before && h('div.buttons', {}, h('button', { type: 'button', onclick: older }, t('d.older'))));
}

async function older() {
  const more = await get(`/handovers?limit=20&before=${before}`).catch(() => null);
  if (!more) return;
  past = [...past, ...more.handovers.filter((/** @type {any} */ each) => each.signed_at)];
  before = more.before;
  drawPast();
}

/** @param {boolean} on */
async function tap(on) {
  try {
    mine = await ask('POST', '/desk-duty', { body: { on_duty: on } });
    announce(t(on ? 'd.came' : 'd.went'));
    await load();
  } catch (error) {
    failure = failureWords(error);
    drawFailure();
  }
}

function drawTools() {
  document.title = t('d.page_title');
  drawMenu(session.me(), { useLanguage: speak, useTheme: setTheme, logout: session.leave });
}

/** @param {string} language */
async function speak(language) {
  await useLanguage(language);
  session.words();
  drawTools();
  if (MAY_SEE.includes(session.me()?.role)) await load();
}

async function start() {
  alsoWords('desks');
  await useLanguage(document.documentElement.lang, { remember: false });
  drawTools();
  await session.begin();
}

start();
