/** The forms of the editor: a district's properties, its neighbours, a vertex, a new district. */

import { h } from '../dom.mjs';
import { languagesOffered, nameOf, t } from '../i18n.mjs';
import { areaWords, choice, dialogue, labelled } from './kit.mjs';
import { signedArea } from './faces.mjs';

const EARTH_M = 6_371_008.8;
const RADIAN = Math.PI / 180;

/** @typedef {import('./coverage.mjs').Coverage} Coverage */
/** @typedef {import('./coverage.mjs').Properties} Properties */

/**
 * About how large it is; the server says exactly.
 * @param {Coverage} coverage
 * @param {string} code
 */
function area(coverage, code) {
  const square = coverage.ringsOf(code).reduce((sum, rid) => sum + signedArea(coverage.planar.ring(rid), coverage.planar), 0);
  return Math.abs(square) * coverage.planar.squeeze * (EARTH_M * RADIAN) ** 2;
}

/** @param {Coverage} coverage @param {string} code @returns {string[]} those of its level that share an edge with it */
export function neighbours(coverage, code) {
  const { planar } = coverage;
  const level = coverage.districts.get(code)?.properties.level;
  const found = new Set(coverage.edgesOfDistrict(code).flatMap(([u, v]) => planar.edgeOf(u, v)?.rings ?? []).map(coverage.ownerOf));
  found.delete(code);
  return [...found].filter((each) => coverage.districts.get(each)?.properties.level === level).toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

/** @param {Properties} properties */
const words = (properties) => [properties.code, nameOf(properties) !== properties.code && nameOf(properties)].filter(Boolean).join(' · ');

/**
 * @param {Coverage} coverage
 * @param {Properties} properties
 * @param {{ondescribe: (code: string, values: Record<string, any>) => void, onmerge: (other: string) => void}} listeners
 */
export function cardNode(coverage, properties, { ondescribe, onmerge }) {
  const { code, level } = properties;
  const input = (/** @type {string} */ id, /** @type {string} */ value, /** @type {(value: string) => void} */ onvalue, /** @type {any} */ props = {}) => {
    const field = /** @type {HTMLInputElement} */ (h('input', { type: 'text', id, value, autocomplete: 'off', onchange: () => onvalue(field.value.trim()), ...props }));
    return field;
  };
  const name = typeof properties.name === 'string' ? { [languagesOffered()[0]]: properties.name } : properties.name ?? {};
  const precincts = [...coverage.districts.values()].map((each) => each.properties).filter((each) => each.level === 'precinct');
  const parent = choice(precincts.map((each) => ({ value: each.code, words: words(each) })), properties.parent ?? '', { id: 'card-parent', onchange: () => ondescribe(code, { parent: parent.value }) });
  const near = neighbours(coverage, code);
  const other = choice([{ value: '', words: t('b.edit.choose') }, ...near.map((each) => ({ value: each, words: words(/** @type {any} */ (coverage.districts.get(each)).properties) }))], '', { id: 'card-other' });
  return h('section.card', { 'aria-labelledby': 'card-title' },
    h('h3', { id: 'card-title' }, `${t(`level.${level}`)} ${code}`, h('span.quiet', {}, ` · ${areaWords(area(coverage, code))}`)),
    h('fieldset', {}, h('legend', {}, t('b.edit.names')), languagesOffered().map((each) => labelled(t(`language.${each}`),
      input(`card-name-${each}`, name[each] ?? '', (value) => ondescribe(code, { name: { ...name, [each]: value || undefined } }), { lang: each })))),
    level === 'beat' && labelled(t('level.precinct'), parent),
    level === 'precinct' && labelled(t('b.edit.address'), input('card-address', properties.station_address ?? '', (value) => ondescribe(code, { station_address: value || null }))),
    level === 'precinct' && labelled(t('b.edit.phone'), input('card-phone', properties.phone ?? '', (value) => ondescribe(code, { phone: value || null }), { type: 'tel' })),
    near.length > 0 && h('div.join', {}, labelled(t('b.edit.join'), other), h('button', { type: 'button', onclick: () => { if (other.value) onmerge(other.value); else other.focus(); } }, t('b.merge.yes'))));
}

/**
 * @param {Coverage} coverage
 * @param {number} id
 * @param {{onmove: (x: number, y: number) => void, ondelete: () => void}} listeners
 */
export function vertexNode(coverage, id, { onmove, ondelete }) {
  const { planar } = coverage;
  const owners = [...new Set([...planar.ringsAt(id)].map(coverage.ownerOf))].toSorted();
  const lat = /** @type {HTMLInputElement} */ (h('input', { type: 'number', step: 'any', id: 'vertex-lat', value: planar.ys[id].toFixed(7), required: true, min: -90, max: 90 }));
  const lon = /** @type {HTMLInputElement} */ (h('input', { type: 'number', step: 'any', id: 'vertex-lon', value: planar.xs[id].toFixed(7), required: true, min: -180, max: 180 }));
  return h('form.card', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); onmove(lon.valueAsNumber, lat.valueAsNumber); } },
    h('h3', {}, t('b.edit.vertex'), h('span.quiet', {}, ` · ${t('b.edit.vertex_of', { list: owners.join(', ') })}`)),
    h('div.coordinate-fields', {}, labelled(t('b.edit.lat'), lat), labelled(t('b.edit.lon'), lon)),
    h('div.buttons', {}, h('button', { type: 'submit' }, t('b.edit.vertex_move')), h('button', { type: 'button', onclick: ondelete }, t('b.edit.vertex_delete'))));
}

/**
 * A code like those beside it that nobody has yet.
 * @param {Coverage} coverage
 * @param {Properties} properties
 */
export function freeCode(coverage, properties) {
  const { code, parent, level } = properties;
  if (/^\d+$/.test(code)) {
    const siblings = [...coverage.districts.values()].map((each) => each.properties).filter((each) => each.parent === parent && each.level === level && /^\d+$/.test(each.code));
    let next = Math.max(...siblings.map((each) => Number(each.code))) + 1;
    while (coverage.has(String(next).padStart(code.length, '0'))) next += 1;
    return String(next).padStart(code.length, '0');
  }
  let n = 2;
  while (coverage.has(`${code}-${n}`)) n += 1;
  return `${code}-${n}`;
}

/**
 * Ask for the code and name of the district that a split makes.
 * @param {Coverage} coverage
 * @param {Properties} properties of the one that is split
 * @returns {Promise<Properties | null>}
 */
export function splitForm(coverage, properties) {
  return dialogue((close) => {
    const code = /** @type {HTMLInputElement} */ (h('input', { type: 'text', required: true, maxlength: 40, value: freeCode(coverage, properties), autocomplete: 'off', oninput: () => code.setCustomValidity(coverage.has(code.value.trim()) ? t('b.refused.code_taken') : '') }));
    const names = Object.fromEntries(languagesOffered().map((each) => [each, /** @type {HTMLInputElement} */ (h('input', { type: 'text', lang: each, autocomplete: 'off', value: nameIn(properties, each) }))]));
    return {
      title: t('b.split.title', { code: properties.code }), focus: code,
      body: h('form', { onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const name = Object.fromEntries(Object.entries(names).map(([language, field]) => [language, field.value.trim()]).filter(([, value]) => value));
        close({ ...properties, code: code.value.trim(), name, ...(properties.level === 'precinct' ? { station_address: null, phone: null } : {}) });
      } },
        h('p.quiet', {}, t('b.split.text')),
        labelled(t('b.split.code'), code), Object.entries(names).map(([language, field]) => labelled(t('b.split.name', { language: t(`language.${language}`) }), field)),
        h('div.buttons', {}, h('button.primary', { type: 'submit' }, t('b.split.yes')), h('button', { type: 'button', onclick: () => close(null) }, t('cancel')))),
    };
  });
}

/** @param {Properties} properties @param {string} language */
function nameIn({ name }, language) {
  const known = typeof name === 'string' ? name : name?.[language];
  return known ? `${known} 2` : '';
}
