/** The frame of the page: header, notices, tabs of a phone. */

import { byId, fill, h, icon } from '../dom.mjs';
import { languageNow, languagesOffered, t, tCode } from '../i18n.mjs';
import { ICONS } from '../shapes.mjs';

/** @param {import('./page.mjs').App} app */
export function createChrome(app) {
  const { store } = app;

  function drawTools() {
    const { me } = store.get();
    const language = /** @type {HTMLSelectElement} */ (h('select', { id: 'language', onchange: () => app.useLanguage(language.value) },
      languagesOffered().map((each) => h('option', { value: each, lang: each }, t(`language.${each}`)))));
    language.value = languageNow();
    const look = /** @type {HTMLSelectElement} */ (h('select', { id: 'theme', onchange: () => app.useTheme(look.value) },
      ['', 'light', 'dark'].map((each) => h('option', { value: each }, t(`theme.${each || 'auto'}`)))));
    look.value = document.documentElement.dataset.theme ?? '';
    fill(byId('tools'),
      me && h('p.who', {}, icon(ICONS.person), h('span', {}, h('strong', {}, me.name || me.login), me.name !== tCode('role', me.role) && h('small', {}, tCode('role', me.role)))),
      h('a.button', { href: '/' }, icon(ICONS.map), t('b.menu.reports')),
      h('label', {}, h('span.tool-name', {}, t('menu.language')), language),
      h('label', {}, h('span.tool-name', {}, t('menu.theme')), icon(ICONS.moon), look),
      h('button', { type: 'button', onclick: () => app.logout() }, icon(ICONS.out), t('menu.logout')));
  }

  function drawNotice() {
    const { notice } = store.get();
    fill(byId('notices'), notice && h('div.bar-notice', { class: `bar-notice ${notice.kind}`, role: notice.kind === 'warn' ? 'alert' : 'status' }, h('span', {}, notice.text),
      h('button', { type: 'button', onclick: () => store.set({ notice: null }) }, t('close'))));
  }

  function drawTabs() {
    const { view, editing } = store.get();
    const tab = (/** @type {'side' | 'map'} */ name, /** @type {string} */ path) => h('button', {
      type: 'button', 'aria-current': view === name ? 'page' : null, onclick: () => store.set({ view: name }),
    }, icon(path), h('span', {}, t(name === 'side' && editing ? 'b.tabs.edit' : `b.tabs.${name}`)));
    fill(byId('tabs'), tab('side', ICONS.list), tab('map', ICONS.map));
    document.body.dataset.view = view;
  }

  store.on(['me'], drawTools);
  store.on(['notice'], drawNotice);
  store.on(['view', 'editing'], drawTabs);
  store.on(['busy'], () => { byId('busy').textContent = store.get().busy; });
  return { words() { drawTools(); drawNotice(); drawTabs(); document.title = t('b.page_title'); } };
}
