/** What is kept: for everybody without a login; for those who lead, with what is coming, held and gone. */

import { ask, get, whenLoggedOut } from '../api.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, t, useLanguage } from '../i18n.mjs';
import { createLogin } from '../login.mjs';
import { drawMenu } from '../menu.mjs';
import { setTheme } from '../shell.mjs';
import { createHolds } from './holds.mjs';
import { drawKept } from './kept.mjs';
import { createAudit, drawComing, drawGone } from './records.mjs';
import { drawRules } from './rules.mjs';

const SEES = ['desk', 'leader', 'admin'];
const BUSY_AFTER_MS = 200;

/** @type {any} */
let me = null;
/** @type {any} */
let config = {};
/** @type {any} */
let kept = null;
/** @type {any} */
let retention = null;
let failed = false;
/** @type {ReturnType<typeof createHolds> | null} */
let holds = null;
/** @type {ReturnType<typeof createAudit> | null} */
let audit = null;

const login = createLogin({ config: () => config, onlogin: entered, onlanguage });

const sees = () => SEES.includes(me?.role);
const seesAudit = () => me?.role === 'admin' || (me?.role === 'leader' && !me?.precinct);

/** @param {any} next */
async function entered(next) {
  if (me && me.login !== next.login) { location.reload(); return; }
  me = next;
  drawTools();
  if (!sees()) return;
  holds ??= createHolds(byId('holds'), { mayHold: true, reload: load });
  if (seesAudit()) audit ??= createAudit(byId('audit'));
  await load();
}

async function load() {
  const busy = setTimeout(() => { byId('busy').textContent = t('k.busy'); }, BUSY_AFTER_MS);
  try {
    [kept, retention] = await Promise.all([get('/privacy'), sees() ? get('/retention') : null]);
    failed = false;
  } catch {
    failed = true;
  }
  clearTimeout(busy);
  byId('busy').textContent = '';
  draw();
  await audit?.load();
}

function draw() {
  fill(byId('notices'), failed && h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, t('k.failed')), h('button', { type: 'button', onclick: load }, t('retry'))));
  const shown = Boolean(retention && sees());
  drawKept(byId('kept'), kept, shown ? ['coming', 'holds', 'rules', 'gone', ...(seesAudit() ? ['audit'] : [])] : []);
  for (const part of ['coming', 'holds', 'rules', 'gone']) byId(part).hidden = !shown;
  byId('audit').hidden = !(shown && seesAudit());
  if (!shown) return;
  drawComing(byId('coming'), retention);
  holds?.draw(retention);
  drawRules(byId('rules'), retention, { mayEdit: me.role === 'admin', reload: load });
  drawGone(byId('gone'), retention);
}

function drawTools() {
  document.title = t('k.page_title');
  const enter = h('button', { type: 'button', onclick: () => login.show({ expired: false }) }, t('k.staff_login'));
  drawMenu(me, { useLanguage: onlanguage, useTheme: setTheme, logout }, { last: me ? null : enter });
}

async function logout() {
  await ask('POST', '/logout', { quiet401: true }).catch(() => {});
  location.assign('/privacy');
}

/** @param {string} language */
async function onlanguage(language) {
  await useLanguage(language);
  login.words();
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
  whenLoggedOut(() => login.show({ expired: Boolean(me), login: me?.login }));
  config = await get('/config').catch(() => ({}));
  const known = await ask('GET', '/session', { quiet401: true }).catch(() => null);
  if (known) await entered(known);
  if (!sees()) await load();
}

start();
