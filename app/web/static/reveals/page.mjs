/** The page on which leaders see who was shown a citizen, and why. */

import { ApiError, get } from '../api.mjs';
import { notYours, tellFailed, waiting } from '../bars.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, languageNow, nameOf, t, useLanguage } from '../i18n.mjs';
import { drawMenu } from '../menu.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';

const MAY_SEE = ['leader', 'admin'];

/** @type {any[] | null} */
let reveals = null;
/** @type {number | null} */
let before = null;
let failure = '';

const session = createSession({ entered, speak });

/** @param {any} me */
function entered(me) {
  drawTools();
  if (!MAY_SEE.includes(me.role)) { fill(byId('notices'), notYours('privacy.not_yours')); return; }
  load();
}

/** @param {number | null} [from] */
async function load(from = null) {
  try {
    const found = await waiting('privacy.loading', get(`/reveals${from ? `?before=${from}` : ''}`));
    reveals = from ? [...reveals ?? [], ...found.reveals] : found.reveals;
    before = found.before;
    failure = '';
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) failure = t('privacy.failed');
  }
  draw(from);
}

/** @param {number | null} from what was asked for last, to ask again */
function draw(from) {
  tellFailed(failure, () => load(from));
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
  drawMenu(session.me(), { useLanguage: speak, useTheme: setTheme, logout: session.leave });
}

/** @param {string} language */
async function speak(language) {
  await useLanguage(language);
  session.words();
  drawTools();
  if (MAY_SEE.includes(session.me()?.role)) draw(null);
}

async function start() {
  alsoWords('reveals');
  await useLanguage(document.documentElement.lang, { remember: false });
  drawTools();
  await session.begin();
}

start();
