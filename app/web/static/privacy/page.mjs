/** What is kept: for everybody without a login; for those who lead, with what is coming, held and gone. */

import { get } from '../api.mjs';
import { tellFailed, waiting } from '../bars.mjs';
import { byId, h } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { drawMenu } from '../menu.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { createHolds } from './holds.mjs';
import { drawKept } from './kept.mjs';
import { createAudit, drawComing, drawGone } from './records.mjs';
import { drawRules } from './rules.mjs';

const SEES = ['desk', 'leader', 'admin'];

/** @type {any} */
let kept = null;
/** @type {any} */
let retention = null;
let failed = false;
/** @type {ReturnType<typeof createHolds> | null} */
let holds = null;
/** @type {ReturnType<typeof createAudit> | null} */
let audit = null;

const session = createSession({ entered, speak, nobody: () => {} });
const { me } = session;

const sees = () => SEES.includes(me()?.role);
const seesAudit = () => me()?.role === 'admin' || (me()?.role === 'leader' && !me()?.precinct);

async function entered() {
  drawTools();
  if (!sees()) return;
  holds ??= createHolds(byId('holds'), { mayHold: true, reload: load });
  if (seesAudit()) audit ??= createAudit(byId('audit'));
  await load();
}

async function load() {
  try {
    [kept, retention] = await waiting('k.busy', Promise.all([get('/privacy'), sees() ? get('/retention') : null]));
    failed = false;
  } catch {
    failed = true;
  }
  draw();
  await audit?.load();
}

function draw() {
  tellFailed(failed && t('k.failed'), load);
  const shown = Boolean(retention && sees());
  drawKept(byId('kept'), kept, shown ? ['coming', 'holds', 'rules', 'gone', ...(seesAudit() ? ['audit'] : [])] : []);
  for (const part of ['coming', 'holds', 'rules', 'gone']) byId(part).hidden = !shown;
  byId('audit').hidden = !(shown && seesAudit());
  if (!shown) return;
  drawComing(byId('coming'), retention);
  holds?.draw(retention);
  drawRules(byId('rules'), retention, { mayEdit: me().role === 'admin', reload: load });
  drawGone(byId('gone'), retention);
}

function drawTools() {
  document.title = t('k.page_title');
  const enter = h('button', { type: 'button', onclick: session.offer }, t('k.staff_login'));
  drawMenu(me(), { useLanguage: speak, useTheme: setTheme, logout: session.leave }, { last: me() ? null : enter });
}

/** @param {string} language */
async function speak(language) {
  await useLanguage(language);
  session.words();
  drawTools();
  draw();
  audit?.draw();
}

async function start() {
  alsoWords('privacy');
  const asked = new URLSearchParams(location.search).get('lang');
  await useLanguage(asked ?? document.documentElement.lang, { remember: Boolean(asked) });
  drawTools();
  byId('app').hidden = false;
  draw();
  await session.begin();
  if (!sees()) await load();
}

start();
