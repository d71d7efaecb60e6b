/** The demo page: words, and the two frames where there is room for both. */

import { useLanguage } from './i18n.mjs';

await useLanguage(document.documentElement.lang, { remember: false });
const wide = matchMedia('(min-width: 860px)');

function load() {
  if (!wide.matches) return;
  for (const frame of document.querySelectorAll('iframe[data-src]')) {
    frame.setAttribute('src', frame.dataset.src);
    delete frame.dataset.src;
  }
}

wide.addEventListener('change', load);
load();
// Another tab of the same browser chose another language or theme.
addEventListener('storage', (event) => {
  if (event.key === 'beatway.language' && event.newValue) useLanguage(event.newValue, { remember: false });
  if (event.key === 'beatway.theme') location.reload();
});
