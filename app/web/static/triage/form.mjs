/** Categories and rules as forms: one category is open at a time to the eye, all of them to a search. */

import { choice, labelled } from '../boundaries/kit.mjs';
import { fill, h } from '../dom.mjs';
import { hasWords, nameOf, t } from '../i18n.mjs';

/** @typedef {import('./page.mjs').App} App */

const RESPONSES = ['patrol', 'beat_officer', 'investigation_team', 'redirect', 'note'];
const PRECISIONS = ['exact', 'block', 'beat', 'none'];
const LANGUAGES = ['uk', 'ru', 'en'];
const CODE = '[a-z][a-z0-9_]{0,39}';

/** @param {string} text */
const lines = (text) => text.split('\n').map((each) => each.trim()).filter(Boolean);

/**
 * What is wrong, in words.
 * @param {{where: string, what: string, text: string}} fault
 */
export function faultWords({ what, text }) {
  const key = `tr.fault.${what}`;
  const words = hasWords(key) ? t(key) : what;
  return text ? `${words}: «${text}»` : words;
}

/** @param {App} app */
export function createForm(app) {
  const { state } = app;
  const search = /** @type {HTMLInputElement} */ (h('input', { type: 'search', id: 'find', autocomplete: 'off', oninput: sift }));
  const list = h('div.categories');
  const common = h('div.categories');
  const title = h('h3');
  const add = h('button', { type: 'button', id: 'add', onclick: addCategory });
  const node = h('section.triage-card', { 'aria-labelledby': 'categories-title' }, title, h('div.find', {}, search, add), list, common);
  title.id = 'categories-title';
  title.className = 'card-title';
  /** @type {Map<string, HTMLElement>} */
  const faultPlaces = new Map();

  function sift() {
    const wanted = search.value.trim().toLocaleLowerCase();
    for (const item of list.children) {
      const { category } = /** @type {any} */ (item);
      const all = [category.code, ...Object.values(category.names), ...category.words].join('\n').toLocaleLowerCase();
      /** @type {HTMLElement} */ (item).hidden = Boolean(wanted) && !all.includes(wanted);
    }
  }

  function draw() {
    title.textContent = t('tr.categories', { n: state.draft.categories.length });
    search.placeholder = t('tr.find');
    search.setAttribute('aria-label', t('tr.find'));
    add.textContent = t('tr.add');
    add.hidden = !state.mayEdit;
    faultPlaces.clear();
    fill(list, state.draft.categories.map((/** @type {any} */ each) => item(each, false)));
    fill(common, commonItem('danger', t('tr.danger'), dangerFields), commonItem('abuse', t('tr.abuse'), abuseFields), commonItem('negations', t('tr.negations'), negationFields), commonItem('', t('tr.certainty'), certaintyFields));
    sift();
    drawFaults();
  }

  /** @param {string} where */
  function faultPlace(where) {
    const place = h('div.faults', { role: 'alert' });
    faultPlaces.set(where, place);
    return place;
  }

  /**
   * @param {any} category
   * @param {boolean} open
   */
  function item(category, open) {
    const summary = h('summary');
    const body = h('div.category-fields');
    const node = /** @type {any} */ (h('details.category', { open, data: { code: category.code } }, summary, faultPlace(category.code), body));
    node.category = category;
    const head = () => fill(summary,
      h('span.category-name', {}, nameOf({ code: category.code, name: category.names })),
      h('span.badges', {},
        h(`span.badge.p-${category.priority}`, {}, t(`priority.${category.priority}`)),
        h('span.badge', {}, t(`response.${category.response}`)),
        !category.police && h('span.badge', {}, t('sorting.not_police')),
        !category.active && h('span.badge', {}, t('tr.not_active'))));
    head();
    // Forty forms of fifteen fields are not made before somebody looks.
    const make = () => { if (node.open && !body.childElementCount) fill(body, fields(category, () => { head(); app.changed(); })); };
    node.addEventListener('toggle', make);
    make();
    return node;
  }

  /**
   * @param {any} category
   * @param {() => void} changed
   */
  function fields(category, changed) {
    const disabled = !state.mayEdit;
    const text = (/** @type {string} */ label, /** @type {any} */ of, /** @type {string} */ key, /** @type {any} */ props = {}) => {
      const input = /** @type {HTMLInputElement} */ (h('input', { type: 'text', autocomplete: 'off', value: of[key] ?? '', disabled, ...props, oninput: () => { of[key] = input.value.trim() || (props.nullable ? null : ''); changed(); } }));
      return labelled(label, input);
    };
    const minutes = (/** @type {string} */ label, /** @type {string} */ key) => {
      const input = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: 1, max: 10080, inputmode: 'numeric', value: category[key] ?? '', disabled, oninput: () => { category[key] = input.value ? Number(input.value) : null; changed(); } }));
      return labelled(label, input);
    };
    const pick = (/** @type {string} */ label, /** @type {string} */ key, /** @type {{value: string, words: string}[]} */ options, as = (/** @type {string} */ value) => /** @type {any} */ (value)) => {
      const select = choice(options, String(category[key]), { disabled, onchange: () => { category[key] = as(select.value); changed(); } });
      return labelled(label, select);
    };
    const tick = (/** @type {string} */ label, /** @type {string} */ key) => {
      const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: category[key], disabled, onchange: () => { category[key] = box.checked; changed(); } }));
      return h('label.tick', {}, box, h('span', {}, label));
    };
    return [
      h('div.field-row', {}, LANGUAGES.map((each) => text(t(`tr.name_${each}`), category.names, each, { maxlength: 80, lang: each }))),
      h('div.field-row', {},
        pick(t('tr.priority'), 'priority', [1, 2, 3, 4, 5].map((each) => ({ value: String(each), words: `${each} · ${t(`priority.${each}`)}` })), Number),
        pick(t('tr.response'), 'response', RESPONSES.map((each) => ({ value: each, words: t(`response.${each}`) }))),
        pick(t('tr.precision'), 'precision', PRECISIONS.map((each) => ({ value: each, words: t(`tr.precision_${each}`) })))),
      h('div.field-row', {}, minutes(t('tr.acknowledge'), 'acknowledge_within_min'), minutes(t('tr.on_scene'), 'on_scene_within_min'),
        text(t('tr.service'), category, 'service', { nullable: true, pattern: CODE })),
      h('div.ticks', {}, tick(t('tr.police'), 'police'), tick(t('tr.active'), 'active'), h('span.quiet', {}, category.code)),
      duplicateFields(category, changed),
      rulesField(t('tr.words'), category, 'words', changed, t('tr.words_hint')),
      questionsField(category, changed),
    ];
  }

  /**
   * How near two reports are that are taken for one incident.
   * @param {any} category
   * @param {() => void} changed
   */
  function duplicateFields({ duplicates }, changed) {
    const disabled = !state.mayEdit;
    const number = (/** @type {string} */ label, /** @type {string} */ key, /** @type {Record<string, number>} */ bounds) => {
      const input = /** @type {HTMLInputElement} */ (h('input', { type: 'number', inputmode: 'decimal', required: true, ...bounds, value: duplicates[key], disabled, oninput: () => { if (input.value) { duplicates[key] = Number(input.value); changed(); } } }));
      return labelled(label, input);
    };
    const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: duplicates.automatic, disabled, onchange: () => { duplicates.automatic = box.checked; changed(); } }));
    const also = /** @type {HTMLInputElement} */ (h('input', { type: 'text', autocomplete: 'off', value: duplicates.also.join(', '), disabled, oninput: () => { duplicates.also = also.value.split(',').map((each) => each.trim()).filter(Boolean); changed(); } }));
    return h('fieldset.duplicates', {}, h('legend', {}, t('tr.duplicates')),
      h('label.tick', {}, box, h('span', {}, t('tr.automatic'))),
      h('div.field-row', {}, number(t('tr.radius'), 'radius_m', { min: 5, max: 5000 }), number(t('tr.minutes'), 'minutes', { min: 1, max: 10080 }), number(t('tr.likeness'), 'likeness', { min: 0, max: 1, step: 0.05 })),
      labelled(t('tr.also'), also, t('tr.also_hint')));
  }

  /**
   * @param {string} label
   * @param {any} of
   * @param {string} key
   * @param {() => void} changed
   * @param {string} [hint]
   */
  function rulesField(label, of, key, changed, hint) {
    const area = /** @type {HTMLTextAreaElement} */ (h('textarea.rules', { rows: Math.min(14, Math.max(3, of[key].length + 1)), spellcheck: 'false', disabled: !state.mayEdit, value: of[key].join('\n'), oninput: () => { of[key] = lines(area.value); changed(); } }));
    return labelled(label, area, hint);
  }

  /**
   * @param {any} category
   * @param {() => void} changed
   */
  function questionsField(category, changed) {
    const area = /** @type {HTMLTextAreaElement} */ (h('textarea', {
      rows: Math.max(2, category.questions.length + 1), disabled: !state.mayEdit,
      value: category.questions.map((/** @type {any} */ each) => LANGUAGES.map((language) => each[language]).join(' | ')).join('\n'),
      oninput: () => {
        category.questions = lines(area.value).map((line) => {
          const [uk, ru = uk, en = uk] = line.split('|').map((each) => each.trim());
          return { uk, ru, en };
        });
        changed();
      },
    }));
    return labelled(t('tr.questions'), area, t('tr.questions_hint'));
  }

  /**
   * @param {string} where
   * @param {string} name
   * @param {() => import('../dom.mjs').Child} make
   */
  function commonItem(where, name, make) {
    return h('details.category', { data: { code: where || 'whole' } }, h('summary', {}, h('span.category-name', {}, name)), faultPlace(where), h('div.category-fields', {}, make()));
  }

  const abuseFields = () => [
    rulesField(t('tr.abuse_words'), state.draft.abuse, 'words', app.changed, t('tr.abuse_hint')),
  ];
  const dangerFields = () => [
    rulesField(t('tr.danger_words'), state.draft.danger, 'words', app.changed, t('tr.danger_hint')),
    rulesField(t('tr.danger_unless'), state.draft.danger, 'unless', app.changed, t('tr.unless_hint')),
  ];
  const negationFields = () => [
    rulesField(t('tr.negations_before'), state.draft.negations, 'before', app.changed, t('tr.negations_hint')),
    rulesField(t('tr.negations_after'), state.draft.negations, 'after', app.changed),
  ];
  const certaintyFields = () => {
    const input = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: 0, max: 1, step: 0.05, value: state.draft.certainty, disabled: !state.mayEdit, oninput: () => { state.draft.certainty = Number(input.value); app.changed(); } }));
    const crowd = /** @type {HTMLInputElement} */ (h('input', { type: 'text', inputmode: 'numeric', autocomplete: 'off', value: state.draft.crowd.join(', '), disabled: !state.mayEdit, oninput: () => { state.draft.crowd = crowd.value.split(/[,\s]+/).filter(Boolean).map(Number).filter(Number.isFinite); app.changed(); } }));
    return [labelled(t('tr.certainty'), input, t('tr.certainty_hint')), labelled(t('tr.crowd'), crowd, t('tr.crowd_hint'))];
  };

  function addCategory() {
    const taken = new Set(state.draft.categories.map((/** @type {any} */ each) => each.code));
    const code = prompt(t('tr.add_code'))?.trim() ?? '';
    if (!code) return;
    if (!new RegExp(`^${CODE}$`).test(code) || taken.has(code)) { app.tell(t('tr.add_bad'), 'warn'); return; }
    const category = {
      code, names: { uk: code, ru: code, en: code }, questions: [], priority: 3, response: 'beat_officer', acknowledge_within_min: null,
      on_scene_within_min: null, precision: 'block', police: true, service: null, active: true, words: [],
      duplicates: { automatic: true, radius_m: 100, minutes: 30, likeness: 0.3, also: [] },
    };
    state.draft.categories.push(category);
    search.value = '';
    sift();
    const made = item(category, true);
    list.append(made);
    made.scrollIntoView({ block: 'center' });
    made.querySelector('input')?.focus();
    app.changed();
  }

  function drawFaults() {
    for (const place of faultPlaces.values()) fill(place);
    for (const fault of state.faults) {
      const place = faultPlaces.get(fault.where) ?? faultPlaces.get('');
      place?.append(h('p', {}, faultWords(fault)));
    }
  }

  return {
    node, draw, drawFaults,
    /** @param {string} where of a fault: opened and brought into view */
    show(where) {
      const found = /** @type {HTMLDetailsElement | null} */ (node.querySelector(`details[data-code="${CSS.escape(where || 'whole')}"]`));
      if (!found) return;
      found.hidden = false;
      found.open = true;
      found.scrollIntoView({ block: 'start' });
    },
  };
}
