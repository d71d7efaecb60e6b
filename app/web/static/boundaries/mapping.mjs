/** Which field of a file is the code, which the name: guessed, shown with examples, changeable. */

import { fill, h } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { choice, labelled } from './kit.mjs';

/** @param {any} inspected what the server found in the file */
export function mappingForm(inspected) {
  const guess = inspected.guess ?? {};
  const node = h('div.mapping');
  if (guess.schema === 'own') {
    fill(node, h('p.note', {}, t('b.map.own')));
    return { node, level: () => 'both', value: () => null };
  }
  let level = guess.level ?? 'beat';
  const options = inspected.fields.map((/** @type {any} */ each) => ({ value: each.name, words: each.name }));
  const none = { value: '', words: t('b.map.none') };
  const fields = {
    code: choice([none, ...options], guess.code ?? '', { required: true, onchange: draw }),
    name: choice([none, ...options], guess.name ?? '', { onchange: draw }),
    parent: choice([none, ...options], guess.parent ?? '', { onchange: draw }),
  };
  const levels = choice([{ value: 'beat', words: t('b.map.beats') }, { value: 'precinct', words: t('b.map.precincts') }], level, { onchange: () => { level = levels.value; draw(); levels.focus(); } });

  function draw() {
    const focused = document.activeElement;
    fill(node,
      h('h3', {}, t('b.map.title')), h('p.quiet', {}, t('b.map.lead')),
      labelled(t('b.map.level'), levels),
      labelled(t('b.map.code'), fields.code, hint(fields.code.value, true)),
      labelled(t('b.map.name'), fields.name, hint(fields.name.value)),
      level === 'beat' && labelled(t('b.map.parent'), fields.parent, hint(fields.parent.value)));
    if (focused instanceof HTMLElement && node.contains(focused)) focused.focus();
  }

  /**
   * What stands in a field, and whether it can be what it was chosen for.
   * @param {string} name
   * @param {boolean} [isCode]
   */
  function hint(name, isCode = false) {
    const field = inspected.fields.find((/** @type {any} */ each) => each.name === name);
    if (!field) return isCode ? t('b.map.choose_code') : null;
    const examples = t('b.map.samples', { list: (field.samples ?? []).slice(0, 4).join(', ') });
    const distinct = field.distinct ?? inspected.features;
    const repeated = isCode && distinct < inspected.features;
    return [examples, repeated && h('span.hint-warn', {}, ` ${t('b.map.repeated', { n: distinct, features: inspected.features })}`), field.empty > 0 && h('span.hint-warn', {}, ` ${t('b.map.empty', { n: field.empty })}`)];
  }

  draw();
  return {
    node,
    level: () => level,
    value() {
      const { code, name, parent } = fields;
      const chosen = { code: code.value, ...(name.value ? { name: name.value } : {}), ...(level === 'beat' && parent.value ? { parent: parent.value } : {}) };
      return { [level === 'beat' ? 'beats' : 'precincts']: chosen };
    },
  };
}
