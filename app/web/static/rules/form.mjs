/** The fields of one rule. */

import { actionButton, choice, labelled } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { drawArea } from './area.mjs';
import { categoriesOffered, categoryName, CITY, deskName, districtName, districtsKnown, isCategory, isDistrict, precinctsKnown, WEEKDAYS, weekdayName } from './names.mjs';

const RESPONSES = ['patrol', 'beat_officer', 'investigation_team', 'redirect', 'note'];
const LANGUAGES = ['uk', 'ru', 'en'];

/**
 * @param {any} rule changed in place
 * @param {{disabled: boolean, changed: () => void, config: () => any}} app
 */
export function ruleFields(rule, { disabled, changed, config }) {
  const { when, then } = rule;

  /** @param {string} label @param {any} of @param {string} key */
  const tick = (label, of, key) => {
    const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: of[key], disabled, onchange: () => { of[key] = box.checked; changed(); } }));
    return h('label.tick', {}, box, h('span', {}, label));
  };
  /** @param {string} label @param {any} of @param {string} key @param {{value: string, words: string}[]} options @param {(value: string) => any} as */
  const pick = (label, of, key, options, as) => {
    const known = options.some((each) => each.value === String(of[key] ?? ''));
    const all = known ? options : [...options, { value: String(of[key]), words: t('rl.gone', { code: of[key] }) }];
    const select = choice(all, String(of[key] ?? ''), { disabled, data: { key }, onchange: () => { of[key] = select.value === '' ? null : as(select.value); changed(); } });
    return labelled(label, select);
  };

  function names() {
    return LANGUAGES.map((language) => {
      const input = /** @type {HTMLInputElement} */ (h('input', {
        type: 'text', maxlength: 80, autocomplete: 'off', lang: language, disabled, data: { key: `name-${language}` }, value: rule.names[language],
        oninput: () => { rule.names[language] = input.value.trim(); changed(); },
        // Whoever names it in one language has named it.
        onchange: () => { for (const each of LANGUAGES) rule.names[each] ||= input.value.trim(); },
      }));
      return labelled(t(`tr.name_${language}`), input);
    });
  }

  function hours() {
    const input = (/** @type {'since' | 'until'} */ key) => {
      const field = /** @type {HTMLInputElement} */ (h('input', { type: 'time', disabled, data: { key }, value: when.hours?.[key] ?? '', onchange: written }));
      return field;
    };
    const [since, until] = [input('since'), input('until')];
    function written() {
      when.hours = since.value || until.value ? { since: since.value || '00:00', until: until.value || '00:00' } : null;
      changed();
    }
    return [labelled(t('rl.since'), since), labelled(t('rl.until'), until, t('rl.night_hint'))];
  }

  function weekdays() {
    return h('fieldset', {}, h('legend', {}, t('rl.weekdays')), h('div.days', {}, WEEKDAYS.map((day) => {
      const box = /** @type {HTMLInputElement} */ (h('input', {
        type: 'checkbox', disabled, checked: when.weekdays.includes(day), 'aria-label': weekdayName(day, 'long'),
        onchange: () => { when.weekdays = WEEKDAYS.filter((each) => (each === day ? box.checked : when.weekdays.includes(each))); changed(); },
      }));
      return h('label.tick', {}, box, h('span', {}, weekdayName(day)));
    })));
  }

  function count() {
    const input = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: 1, max: 10_000, inputmode: 'numeric', disabled, data: { key: 'count' }, value: when.count ?? '', oninput: () => { when.count = input.value ? Number(input.value) : null; changed(); } }));
    return labelled(t('rl.count'), input);
  }

  return [
    h('div.field-row', {}, names()),
    h('div.ticks', {}, tick(t('rl.active'), rule, 'active')),
    h('h4.part-title', {}, t('rl.when')),
    several(t('rl.categories'), when, 'categories', { disabled, changed, name: categoryName, isThere: isCategory, add: t('rl.add_category'), options: () => categoriesOffered().map((each) => ({ value: each.code, words: categoryName(each.code) })) }),
    several(t('rl.districts'), when, 'districts', { disabled, changed, name: districtName, isThere: isDistrict, add: t('rl.add_district'), options: districtOptions }),
    area(),
    weekdays(),
    h('div.field-row', {}, hours(), count(), pick(t('rl.danger'), when, 'danger', [{ value: '', words: t('rl.any') }, { value: 'true', words: t('rl.with_danger') }, { value: 'false', words: t('rl.without_danger') }], (value) => value === 'true')),
    h('h4.part-title', {}, t('rl.then')),
    h('div.field-row', {},
      pick(t('tr.response'), then, 'response', [{ value: '', words: t('rl.as_category') }, ...RESPONSES.map((each) => ({ value: each, words: t(`response.${each}`) }))], String),
      pick(t('tr.priority'), then, 'priority', [{ value: '', words: t('rl.as_category') }, ...[1, 2, 3, 4, 5].map((each) => ({ value: String(each), words: `${each} · ${t(`priority.${each}`)}` }))], Number),
      pick(t('rl.desk'), then, 'desk', [{ value: '', words: t('rl.by_ladder') }, { value: CITY, words: deskName(CITY) }, ...precinctsKnown().map((each) => ({ value: each.code, words: deskName(each.code) }))], String)),
    h('div.ticks', {}, tick(t('rl.lower'), then, 'lower'), tick(t('rl.stop'), rule, 'stop')),
    h('p.quiet', {}, t('rl.danger_hint')),
  ];

  function area() {
    const said = h('p');
    const buttons = h('div.buttons');
    const draw = () => {
      said.textContent = when.area ? t('rl.area_of', { n: when.area.length }) : t('rl.no_area');
      fill(buttons,
        !disabled && actionButton('button.small', t(when.area ? 'rl.area_edit' : 'rl.area_draw'), async () => {
          const drawn = await drawArea(when.area, config());
          if (drawn === null) return;
          when.area = drawn.length ? drawn : null;
          draw();
          changed();
        }, { data: { key: 'area' } }),
        !disabled && when.area && h('button.small', { type: 'button', onclick: () => { when.area = null; draw(); changed(); } }, t('rl.area_remove')));
    };
    draw();
    return h('div.field', {}, h('p.field-name', {}, t('rl.area')), said, buttons);
  }
}

function districtOptions() {
  return precinctsKnown().flatMap((precinct) => [
    { value: precinct.code, words: nameOf(precinct) },
    ...districtsKnown().filter((each) => each.parent === precinct.code).map((beat) => ({ value: beat.code, words: `— ${nameOf(beat)}` })),
  ]);
}

/**
 * What is chosen as chips, and a list to choose more from.
 * @param {string} label
 * @param {any} of
 * @param {string} key
 * @param {{disabled: boolean, changed: () => void, name: (code: string) => string, isThere: (code: string) => boolean, add: string, options: () => {value: string, words: string}[]}} how
 */
function several(label, of, key, { disabled, changed, name, isThere, add, options }) {
  const chips = h('ul.chips');
  const select = /** @type {HTMLSelectElement} */ (h('select', {
    disabled, data: { key }, onchange: () => {
      if (!select.value) return;
      of[key] = [...of[key], select.value];
      changed();
      draw();
      select.focus();
    },
  }));
  function draw() {
    fill(chips, of[key].map((/** @type {string} */ code) => h('li', { class: isThere(code) ? 'chosen' : 'chosen gone' },
      h('span', {}, isThere(code) ? name(code) : t('rl.gone', { code: name(code) })),
      !disabled && h('button.icon-button', {
        type: 'button', 'aria-label': t('rl.remove', { name: name(code) }), onclick: () => {
          of[key] = of[key].filter((/** @type {string} */ each) => each !== code);
          changed();
          draw();
          select.focus();
        },
      }, '×'))), of[key].length === 0 && h('li.quiet', {}, t('rl.any')));
    fill(select, h('option', { value: '' }, add), options().filter((each) => !of[key].includes(each.value)).map((each) => h('option', { value: each.value }, each.words)));
    select.value = '';
  }
  draw();
  return h('div.field', {}, h('p.field-name', {}, label), chips, !disabled && h('div', {}, select, labelHidden(select, add)));
}

/** @param {HTMLElement} field @param {string} words */
function labelHidden(field, words) {
  field.setAttribute('aria-label', words);
  return null;
}
