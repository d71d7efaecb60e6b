/** What lies over the map: back to my district, and the legend. */

import { fill, h, icon } from './dom.mjs';
import { t } from './i18n.mjs';
import { ICONS, OPEN_STATUSES, statusShape } from './shapes.mjs';

/**
 * @param {HTMLElement} place
 * @param {import('./app.mjs').App} app
 * @param {() => void} onfit
 */
export function createMapOver(place, app, onfit) {
  function words() {
    const unfolded = place.querySelector('details')?.open ?? false;
    const statuses = app.store.get().me?.role === 'gis' ? [] : OPEN_STATUSES.slice(2);
    fill(place,
      h('button.icon-button.fit', { type: 'button', 'aria-label': t('map.fit'), title: t('map.fit'), onclick: onfit }, icon(ICONS.fit)),
      h('details.legend', { open: unfolded },
        h('summary', {}, t('legend.title')),
        h('ul', {},
          statuses.map((each) => h('li', {}, statusShape(each), t(`status.${each}`))),
          h('li', {}, h('span.swatch.precinct'), t('level.precinct')),
          h('li', {}, h('span.swatch.beat'), t('level.beat')),
          h('li', {}, h('span.swatch.hatch'), t('legend.unattended')),
          statuses.length > 0 && h('li', {}, h('span.swatch.candidate'), t('legend.candidate')),
          statuses.length > 0 && h('li', {}, h('span.swatch.accuracy'), t('legend.accuracy')))));
  }
  words();
  return { words };
}
