/** The districts as a list: all there is for GIS staff, and what stands in for the map without WebGL. */

import { get } from './api.mjs';
import { fill, h } from './dom.mjs';
import { nameOf, t } from './i18n.mjs';

/** @typedef {import('./app.mjs').App} App */

/**
 * @param {HTMLElement} place
 * @param {App} app
 * @param {{ontap: (code: string) => void, message?: () => string, withTitle?: boolean}} options
 */
export function createDistricts(place, app, { ontap, message, withTitle = false }) {
  const { store } = app;

  function draw() {
    const { districts, boundarySet, me } = store.get();
    const withCounts = me?.role !== 'gis';
    const precincts = districts.filter((each) => each.level === 'precinct');
    fill(place, h('div.district-list', {},
      withTitle && h('h2', { id: 'queue-title', tabindex: -1 }, t('districts.title')),
      message && h('p.note', {}, message()),
      boundarySet && h('p.quiet', {}, t('districts.set', { label: boundarySet.label }), boundarySet.approximate && h('span.badge.b-unclear', {}, t('districts.approximate'))),
      !districts.length && h('p.empty', {}, t('districts.none')),
      precincts.map((precinct) => h('section', {},
        h('h3', {}, line(precinct, withCounts)),
        h('ul', {}, districts.filter((each) => each.parent === precinct.code).map((each) => h('li', {}, line(each, withCounts))))))));
  }

  /**
   * @param {any} district
   * @param {boolean} withCounts
   */
  function line(district, withCounts) {
    return h('button.district', { type: 'button', data: { code: district.code }, onclick: () => ontap(district.code) },
      h('span', {}, nameOf(district)),
      district.unattended && h('span.badge.b-unattended', {}, t('badge.unattended')),
      withCounts && district.open_reports > 0 && h('span.district-count', {}, t('districts.open', { n: district.open_reports })));
  }

  store.on(['districts', 'boundarySet', 'me'], draw);
  draw();
  return { words: draw };
}

/**
 * What is known of one district, for a card on the map.
 * @param {HTMLElement} place
 * @param {string} code
 */
export async function showDistrict(place, code) {
  let district;
  try {
    district = await get(`/districts/${encodeURIComponent(code)}`);
  } catch {
    return;
  }
  fill(place, h('div.district-card', { role: 'region', 'aria-label': nameOf(district) },
    h('h3', {}, nameOf(district)),
    h('p.quiet', {}, `${t(`level.${district.level}`)} · ${district.code}`),
    district.station_address && h('p', {}, district.station_address),
    district.phone && h('p', {}, h('a', { href: `tel:${district.phone.replace(/[^+\d]/g, '')}` }, district.phone)),
    (district.officers ?? []).map((/** @type {any} */ each) => h('p', {}, `${nameOf(each)} · ${t(each.on_shift ? 'desk.on_shift' : 'desk.off_shift')}`)),
    h('button', { type: 'button', onclick: () => fill(place) }, t('close'))));
}
