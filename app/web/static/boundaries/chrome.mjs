/** The frame of the page: header, notices, tabs of a phone. */

import { byId, fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { createMenu } from '../menu.mjs';
import { ICONS } from '../shapes.mjs';

/** @typedef {{store: import('../store.mjs').Store<any>, useLanguage: (language: string) => void, useTheme: (theme: string) => void, logout: () => void}} Framed */

/**
 * @param {Framed} app
 * @param {string} [part] whose words these are
 */
export function createChrome(app, part = 'b') {
  const { store } = app;
  const menu = createMenu(app);

  function drawNotice() {
    const { notice } = store.get();
    fill(byId('notices'), notice && h('div.bar-notice', { class: `bar-notice ${notice.kind}`, role: notice.kind === 'warn' ? 'alert' : 'status' }, h('span', {}, notice.text),
      h('button', { type: 'button', onclick: () => store.set({ notice: null }) }, t('close'))));
  }

  function drawTabs() {
    const { view, editing } = store.get();
    const tab = (/** @type {'side' | 'map'} */ name, /** @type {string} */ path) => h('button', {
      type: 'button', 'aria-current': view === name ? 'page' : null, onclick: () => store.set({ view: name }),
    }, icon(path), h('span', {}, t(name === 'side' && editing ? 'b.tabs.edit' : `${part}.tabs.${name}`)));
    fill(byId('tabs'), tab('side', ICONS.list), tab('map', ICONS.map));
    document.body.dataset.view = view;
  }

  store.on(['notice'], drawNotice);
  store.on(['view', 'editing'], drawTabs);
  return { words() { menu.draw(); drawNotice(); drawTabs(); document.title = t(`${part}.page_title`); } };
}
