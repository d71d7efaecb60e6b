/** The page for subscriptions, and for what observers see. */

import { ApiError, get } from '../api.mjs';
import { byId, fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { createPlainPage } from '../plain-page.mjs';
import { faultWords } from './form.mjs';
import { createList } from './list.mjs';
import { createObservers } from './observers.mjs';

let failed = false;
const page = createPlainPage({ words: 'su', parts: ['boundaries', 'others'], roles: ['admin', 'desk', 'leader', 'observer'], load, draw });

const app = {
  /** @type {{categories: any[], districts: any[]}} */
  known: { categories: [], districts: [] },
  tell: page.tell,
  /**
   * Wait for something, saying so; null when it failed, which is said too.
   * @template T
   * @param {Promise<T>} work
   * @param {string} [done] what to say when it is done
   * @returns {Promise<T | null>}
   */
  async doing(work, done = '') {
    try {
      const answer = await page.busy(work);
      app.tell(done);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) app.tell(faultWords(error), 'warn');
      return null;
    }
  },
};

/** @typedef {typeof app} App */

const list = createList(app);
const observers = createObservers(app);

const isAdmin = () => page.me()?.role === 'admin';

function draw() {
  if (failed) { fill(byId('body'), h('div.buttons', {}, h('button.primary', { type: 'button', onclick: page.reload }, t('retry')))); return; }
  list.draw();
  if (isAdmin()) observers.draw();
  fill(byId('body'), list.node, isAdmin() && observers.node);
}

async function load() {
  const loaded = await app.doing((async () => {
    const [{ categories }, { districts }] = await Promise.all([get('/categories'), get('/districts')]);
    app.known = { categories: categories.filter((/** @type {any} */ each) => each.active), districts };
    await Promise.all([list.load(), isAdmin() && observers.load()]);
    return true;
  })());
  failed = !loaded;
}

page.start();
