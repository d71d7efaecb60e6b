/** Does it help: puts the parts together. */

import { ApiError, ask, get } from '../api.mjs';
import { notYours } from '../bars.mjs';
import { loadCategories } from '../categories.mjs';
import { byId, fill, h } from '../dom.mjs';
import { alsoWords, nameOf, t, translateStatic, useLanguage } from '../i18n.mjs';
import { drawMenu } from '../menu.mjs';
import { createSession } from '../session.mjs';
import { setTheme } from '../shell.mjs';
import { exact } from '../time.mjs';
import { figures, section } from './figures.mjs';
import { createHeat } from './heat.mjs';
import { createPicker, keepChoice, queryOf, readChoice } from './picker.mjs';
import { days } from './words.mjs';

const BUSY_AFTER_MS = 200;
const PATIENCE_MS = 60_000;
const ALL_OF_THEM = ['desk', 'admin', 'leader', 'observer'];

/** @type {any} */
let me = null;
/** @type {any[]} */
let precincts = [];
/** @type {string[]} */
let sources = [];
/** @type {any} */
let answer = null;
let choice = readChoice();
let asked = 0;
let failed = '';

const view = byId('view');
const session = createSession({ entered, speak: changeLanguage });
const picker = createPicker(/** @type {HTMLFormElement} */ (byId('picker')), { onchange: changed });
/** @type {Promise<any> | null} */
let basemap = null;
const heat = createHeat({ basemap: () => (basemap ??= get('/basemap')), styleUrl: () => session.config().basemap_style_url ?? null });

const isOwn = () => me?.role === 'officer';
const may = () => Boolean(me) && (ALL_OF_THEM.includes(me.role) || (isOwn() && me.officer));

/** @param {string} language */
async function changeLanguage(language) {
  await useLanguage(language);
  translateStatic(document.body);
  session.words();
  heat.anew();
  draw();
  if (answer && !isOwn()) showHeat();
}

/** @param {import('./picker.mjs').Choice} wanted */
function changed(wanted) {
  choice = wanted;
  keepChoice(choice);
  drawPicker();
  load();
}

function draw() {
  document.title = t('ev.page_title');
  byId('scope').textContent = me ? nameOf(me.precinct) || t('ev.title') : '';
  drawMenu(me, { useLanguage: changeLanguage, useTheme: (/** @type {string} */ theme) => { setTheme(theme); heat.anew(); draw(); if (answer && !isOwn()) showHeat(); }, logout: session.leave });
  if (!me) return;
  if (!may()) {
    byId('picker').hidden = true;
    fill(view, notYours('ev.not_yours'));
    return;
  }
  drawPicker();
  drawState();
  drawFigures();
}

function drawPicker() {
  picker.draw(choice, { precincts: me.precinct ? [] : precincts, sources, isOwn: isOwn() });
}

function drawState() {
  const node = byId('state');
  const query = queryOf(choice);
  if (failed) {
    fill(node, h('span.bad', {}, failed), ' ', h('button', { type: 'button', onclick: load }, t('retry')));
    return;
  }
  if (!query) { fill(node, t(choice.span === 'around' ? 'ev.choose_day' : 'ev.choose_days')); return; }
  if (!answer) { node.textContent = ''; return; }
  const hasBegun = Date.parse(answer.as_of) > 0;
  fill(node, h('span', {}, days(answer.current), answer.compare && ` · ${t('ev.compared', { days: days(answer.compare) })}`, ' · ', hasBegun ? t('ev.as_of', { time: exact(answer.as_of) }) : t('ev.not_counted')),
    answer.least && h('span.badge.b-unclear', {}, t('ev.few', { n: answer.least })),
    !isOwn() && h('span.files', {}, h('a.button.small', { href: `/api/v1/stats.csv?${query}`, download: true }, 'CSV'),
      h('a.button.small', { href: `/api/v1/stats.pdf?${query}&language=${document.documentElement.lang}`, download: true }, 'PDF'),
      h('button.button.small', { type: 'button', onclick: () => print() }, t('ev.print'))));
}

function drawFigures() {
  if (!answer) {
    fill(view);
    return;
  }
  const { reports } = answer.current.total;
  if (!reports) {
    fill(view, h('div.empty', {}, h('p.empty-title', {}, t(reports === 0 ? 'ev.empty' : 'ev.all_hidden')), h('p', {}, t(reports === 0 ? 'ev.empty_next' : 'ev.all_hidden_next'))));
    return;
  }
  fill(view, figures(answer, precincts), !isOwn() && section('heat', t('ev.heat'), heat.node));
}

function showHeat() {
  const query = queryOf(choice);
  if (query && answer.current.total.reports) heat.show(query, answer.current);
}

async function load() {
  const query = queryOf(choice);
  const mine = ++asked;
  failed = '';
  drawState();
  if (!query) return;
  const showing = setTimeout(() => { byId('busy').textContent = t('ev.loading'); view.setAttribute('aria-busy', 'true'); }, BUSY_AFTER_MS);
  try {
    const got = await ask('GET', `/stats${isOwn() ? '/me' : ''}?${query}`, { patienceMs: PATIENCE_MS });
    if (mine !== asked) return;
    answer = got;
    sources = [...new Set([...sources, ...got.current.by.source.map((/** @type {any} */ row) => row.code).filter(Boolean)])].sort();
    drawPicker();
    drawState();
    drawFigures();
    if (!isOwn()) showHeat();
  } catch (error) {
    if (mine !== asked || (error instanceof ApiError && error.status === 401)) return;
    failed = error instanceof ApiError ? t('ev.refused', { detail: error.message }) : t('ev.failed');
    drawState();
  } finally {
    clearTimeout(showing);
    if (mine === asked) {
      byId('busy').textContent = '';
      view.removeAttribute('aria-busy');
    }
  }
}

/** @param {any} who */
async function entered(who) {
  me = who;
  draw();
  if (!may()) return;
  await Promise.allSettled([loadCategories(), get('/districts').then((found) => { precincts = found.districts.filter((/** @type {any} */ each) => each.level === 'precinct'); })]);
  drawPicker();
  load();
}

async function start() {
  alsoWords('evidence');
  await useLanguage(document.documentElement.lang, { remember: false });
  addEventListener('beforeprint', () => { for (const each of document.querySelectorAll('details')) each.open = true; });
  await session.begin();
}

start();
