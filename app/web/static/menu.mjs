/** The menu of every page: who one is, where else to go, language, theme. */

import { byId, fill, h, icon } from './dom.mjs';
import { languageNow, languagesOffered, t, tCode } from './i18n.mjs';
import { ICONS } from './shapes.mjs';

const WATCHING = ['officer', 'desk', 'admin', 'leader', 'observer'];
const STAFFED = ['desk', 'admin', 'leader'];
/** @type {{path: string, name: string, picture: keyof typeof ICONS, roles: string[]}[]} */
const PAGES = [
  { path: '/', name: 'reports', picture: 'pin', roles: [...WATCHING, 'gis'] },
  { path: '/overview', name: 'overview', picture: 'chart', roles: WATCHING },
  { path: '/evidence', name: 'evidence', picture: 'trend', roles: WATCHING },
  { path: '/roster', name: 'roster', picture: 'calendar', roles: ['officer', ...STAFFED] },
  { path: '/desks', name: 'desks', picture: 'desk', roles: STAFFED },
  { path: '/groups', name: 'groups', picture: 'talk', roles: STAFFED },
  { path: '/reveals', name: 'reveals', picture: 'eye', roles: ['leader', 'admin'] },
  { path: '/triage', name: 'triage', picture: 'list', roles: STAFFED },
  { path: '/services', name: 'services', picture: 'phone', roles: ['gis', ...STAFFED] },
  { path: '/abuse', name: 'abuse', picture: 'mute', roles: ['desk', 'admin'] },
  { path: '/rules', name: 'rules', picture: 'rules', roles: STAFFED },
  { path: '/subscriptions', name: 'subscriptions', picture: 'bell', roles: ['observer', ...STAFFED] },
  { path: '/boundaries', name: 'boundaries', picture: 'map', roles: ['gis', ...STAFFED] },
  { path: '/privacy', name: 'privacy', picture: 'shield', roles: STAFFED },
  { path: '/gazetteer', name: 'gazetteer', picture: 'search', roles: ['gis', ...STAFFED] },
];

/**
 * @typedef {object} Deeds
 * @property {(language: string) => void} useLanguage
 * @property {(theme: string) => void} useTheme
 * @property {() => void} logout
 */

/**
 * Draw the menu into the page's header.
 * @param {any} me who is logged in, or null
 * @param {Deeds} app
 * @param {{own?: import('./dom.mjs').Child, last?: import('./dom.mjs').Child}} [more] what one page alone has
 */
export function drawMenu(me, app, { own, last } = {}) {
  const language = /** @type {HTMLSelectElement} */ (h('select', { id: 'language', onchange: () => app.useLanguage(language.value) },
    languagesOffered().map((each) => h('option', { value: each, lang: each }, t(`language.${each}`)))));
  language.value = languageNow();
  const look = /** @type {HTMLSelectElement} */ (h('select', { id: 'theme', onchange: () => app.useTheme(look.value) },
    ['', 'light', 'dark'].map((each) => h('option', { value: each }, t(`theme.${each || 'auto'}`)))));
  look.value = document.documentElement.dataset.theme ?? '';
  fill(byId('tools'),
    me && h('p.who', { title: me.name || me.login }, icon(ICONS.person), h('span', {}, h('strong', {}, me.name || me.login), me.name !== tCode('role', me.role) && h('small', {}, tCode('role', me.role)))),
    me && h('nav.pages', { 'aria-label': t('menu.pages') }, PAGES.filter(({ path, roles }) => roles.includes(me.role) && path !== location.pathname).map(link)),
    own,
    h('label', {}, h('span.tool-name', {}, t('menu.language')), language),
    h('label', {}, h('span.tool-name', {}, t('menu.theme')), icon(ICONS.moon), look),
    last,
    me && h('button.logout', { type: 'button', title: t('menu.logout'), onclick: () => app.logout() }, icon(ICONS.out), h('span.nav-name', {}, t('menu.logout'))));
}

/** @param {(typeof PAGES)[number]} page */
function link({ path, name, picture }) {
  const words = t(`menu.${name}`);
  return h('a.button', { class: `button ${name}-link`, href: path, title: words }, icon(ICONS[picture]), h('span.nav-name', {}, words));
}

/** Close the menu where it lies over the page. */
export function hideMenu() {
  const tools = byId('tools');
  if (tools.matches(':popover-open')) tools.hidePopover();
}

/**
 * @param {Deeds & {store: {get: () => {me: any}, on: (keys: any[], listener: () => void) => void}}} app
 */
export function createMenu(app) {
  const draw = () => drawMenu(app.store.get().me, app);
  app.store.on(['me'], draw);
  return { draw };
}
