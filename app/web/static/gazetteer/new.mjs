/** A landmark that no file has. */

import { ask } from '../api.mjs';
import { actionButton, failureWords, labelled } from '../boundaries/kit.mjs';
import { fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { createPin } from './pin.mjs';
import { hashOf } from './search.mjs';
import { typeField } from './types.mjs';

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createNew(place, app) {
  /** @type {ReturnType<typeof createPin> | null} */
  let pin = null;

  function open() {
    const text = (/** @type {string} */ id, /** @type {boolean} */ required = false) => /** @type {HTMLInputElement} */ (h('input', { id, type: 'text', autocomplete: 'off', maxlength: 80, required }));
    const names = { uk: text('new-uk', true), ru: text('new-ru'), en: text('new-en') };
    const type = typeField('landmark', '');
    const aliases = text('new-aliases');
    aliases.maxLength = 400;
    const fault = h('p.fault', { role: 'alert' });
    const save = /** @type {HTMLButtonElement} */ (actionButton('button.primary', t('g.new.save'), send));
    save.disabled = true;
    app.map()?.show([]);
    pin = createPin(app, null, (at) => { save.disabled = !at; });

    async function send() {
      if (!names.uk.reportValidity() || !type.field.reportValidity()) return;
      const at = pin?.at();
      if (!at) return;
      const name = Object.fromEntries(Object.entries(names).map(([key, field]) => [key, field.value.trim()]).filter(([, value]) => value));
      const body = { type: type.value(), name, lon: at[0], lat: at[1], aliases: aliases.value.split(',').map((each) => each.trim()).filter(Boolean) };
      try {
        const made = await app.busy('g.busy.save', ask('POST', '/gazetteer/landmarks', { body }));
        app.tell(t('g.done.added', { label: made.label.uk }));
        app.go(hashOf(made));
      } catch (error) {
        fault.textContent = failureWords(error);
      }
    }

    fill(place,
      h('div.side-head', {}, h('a.button.icon-button.back', { href: '#', 'aria-label': t('g.back'), title: t('g.back') }, icon('m15 5-7 7 7 7')), h('h2', { id: 'side-title', tabindex: -1 }, t('g.new.title'))),
      h('form.side-body', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); save.click(); } },
        labelled(t('g.name.uk'), names.uk), labelled(t('g.name.ru'), names.ru), labelled(t('g.name.en'), names.en),
        labelled(t('g.type'), type.field),
        labelled(t('g.new.aliases'), aliases, t('g.new.aliases_hint')),
        h('h3', {}, t('g.new.where')), pin.node, fault,
        h('div.buttons', {}, app.map() && h('button.to-map', { type: 'button', onclick: () => app.showMap() }, t('g.pin.on_map')), save, h('a.button', { href: '#' }, t('cancel')))));
    names.uk.focus();
  }

  return { open, close() { pin?.remove(); pin = null; } };
}
