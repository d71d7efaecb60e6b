/** The page on which leaders see who was shown a citizen, and why. */

import { ApiError, ask, get, whenLoggedOut } from '../api.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, languageNow, nameOf, t, useLanguage } from '../i18n.mjs';
import { createLogin } from '../login.mjs';
import { drawMenu } from '../menu.mjs';
import { setTheme } from '../shell.mjs';

const MAY_SEE = ['leader', 'admin'];

/** @type {any} */
let me = null;
/** @type {any} */
let config = {};
/** @type {any[] | null} */
let reveals = null;
/** @type {number | null} */
let before = null;
let failure = '';

const login = createLogin({ config: () => config, onlogin: entered, onlanguage });

/** @param {any} next */
function entered(next) {
  if (me && me.login !== next.login) { location.reload(); return; }
  me = next;
  byId('app').hidden = false;
  drawTools();
  if (!MAY_SEE.includes(me.role)) {
    fill(byId('notices'), h('div.empty', {}, h('p.empty-title', {}, t('privacy.not_yours')), h('a.button', { href: '/' }, t('menu.reports'))));
    return;
  }
  load();
}

/** @param {number | null} [from] */
async function load(from = null) {
  const busy = setTimeout(() => { byId('busy').textContent = t('privacy.loading'); }, 200);
  try {
    const found = await get(`/reveals${from ? `?before=${from}` : ''}`);
    reveals = from ? [...reveals ?? [], ...found.reveals] : found.reveals;
    before = found.before;
    failure = '';
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) failure = t('privacy.failed');
  }
  clearTimeout(busy);
  byId('busy').textContent = '';
  draw(from);
}

/** @param {number | null} from what was asked for last, to ask again */
function draw(from) {
  fill(byId('notices'), failure && h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, failure), h('button', { type: 'button', onclick: () => load(from) }, t('retry'))));
  if (!reveals) return;
  fill(byId('reveals'),
    h('h2', { id: 'reveals-title', tabindex: -1 }, t('privacy.title')),
    h('p.quiet', {}, t('privacy.about')),
    reveals.length
      ? h('ol.reveal-list', {}, reveals.map(line))
      : h('div.empty', {}, h('p.empty-title', {}, t('privacy.none')), h('p', {}, t('privacy.none_next'))),
    before && h('div.buttons', {}, h('button', { type: 'button', onclick: () => load(before) }, t('privacy.older'))));
}

/** @param {string} at RFC 3339 */
const moment = (at) => h('time', { datetime: at }, new Intl.DateTimeFormat(languageNow(), { dateStyle: 'medium', timeStyle: 'medium', timeZone: document.documentElement.dataset.zone }).format(new Date(at)));

/** @param {any} each */
function line(each) {
  return h('li', {},
    h('p', {}, h('strong', {}, each.name), each.name !== each.login && h('span.quiet', {}, ` · ${each.login}`)),
    h('p.reveal-why', {}, each.reason),
    h('p.quiet', {}, h('a', { href: `/#${each.number}` }, t('privacy.report', { number: each.number })), each.precinct && ` · ${nameOf(each.precinct)}`, ' · ', moment(each.at), !each.found && ` · ${t('privacy.nobody')}`));
}

function drawTools() {
  document.title = t('privacy.page_title');
  drawMenu(me, { useLanguage: onlanguage, useTheme: setTheme, logout });
}

async function logout() {
  await ask('POST', '/logout', { quiet401: true }).catch(() => {});
  location.assign('/reveals');
}

/** @param {string} language */
async function onlanguage(language) {
  await useLanguage(language);
  login.words();
  drawTools();
  if (MAY_SEE.includes(me?.role)) draw(null);
}

async function start() {
  alsoWords('reveals');
  await useLanguage(document.documentElement.lang, { remember: false });
  drawTools();
  whenLoggedOut(() => login.show({ expired: Boolean(me), login: me?.login }));
  config = await get('/config').catch(() => ({}));
  try {
    entered(await ask('GET', '/session', { quiet401: true }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) { login.show({ expired: false }); return; }
    byId('app').hidden = false;
    fill(byId('notices'), h('div.bar-notice.warn', { role: 'alert' }, h('span', {}, t('failure.start')), h('button.primary', { type: 'button', onclick: () => location.reload() }, t('retry'))));
  }
}

start();
