/** Bringing a file in: first what it changes, officer by officer, or what is wrong in which line. */

import { ApiError } from '../api.mjs';
import { once } from '../boundaries/kit.mjs';
import { send } from '../boundaries/transfer.mjs';
import { fill, h, icon } from '../dom.mjs';
import { languageNow, t } from '../i18n.mjs';
import { wideDialogue } from './dialogues.mjs';
import { entryWords, periodWords } from './words.mjs';

const LARGEST = 8 * 1024 * 1024;
const SHOWN = 40;
/** @type {Record<string, 'postings' | 'shifts' | 'leaves'>} */
const TABLES = { posting: 'postings', shift: 'shifts', leave: 'leaves' };
const FACTS = ['name', 'rank', 'precinct', 'reception', 'phone', 'load_limit', 'active'];

/** @param {import('./page.mjs').App} app */
export async function importFile(app) {
  const words = await wideDialogue((close) => {
    /** @type {File | null} */
    let file = null;
    let digest = '';
    const input = /** @type {HTMLInputElement} */ (h('input.file', { type: 'file', id: 'roster-file', accept: '.csv,text/csv', onchange: () => { const [given] = input.files ?? []; if (given) take(given); } }));
    const name = h('p.file-name');
    const drop = h('div.drop', {}, icon('M12 16V4M7 9l5-5 5 5M4 20h16', 'icon big'), h('label', { for: 'roster-file' }, t('r.file.choose')), input, name);
    const part = h('div.file-part', { id: 'file-part', tabindex: -1 });
    const fault = h('p.fault', { role: 'alert' });
    const yes = /** @type {HTMLButtonElement} */ (h('button.primary', { type: 'button', disabled: true, onclick: () => once(yes, brought) }, t('r.file.yes')));
    for (const kind of ['dragover', 'dragleave', 'drop']) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle('over', kind === 'dragover');
        const [given] = kind === 'drop' ? /** @type {DragEvent} */ (event).dataTransfer?.files ?? [] : [];
        if (given) take(given);
      });
    }

    /** @param {File} given */
    async function take(given) {
      file = given;
      fault.textContent = '';
      yes.disabled = true;
      name.textContent = given.name;
      if (given.size > LARGEST) { fill(part); fault.textContent = t('r.file.too_large'); return; }
      fill(part, h('p.loading', { role: 'status' }, t('r.file.reading')));
      try {
        const found = await send('/roster/preview', form(given), { onprogress: () => {} });
        if (file !== given) return;
        digest = found.digest;
        yes.disabled = found.faults.length > 0 || !found.changes.length;
        fill(part, found.faults.length ? faults(found.faults) : changes(found));
        part.focus();
      } catch (error) {
        if (file !== given) return;
        fill(part);
        fault.textContent = app.words(error);
      }
      // The same file, corrected, may be chosen again.
      input.value = '';
    }

    async function brought() {
      if (!file) return;
      fault.textContent = '';
      try {
        const { counts } = await send('/roster/import', form(file, digest), { onprogress: () => {} });
        close(t('r.file.done', counts));
      } catch (error) {
        const list = error instanceof ApiError && error.problem.faults;
        if (list) { fill(part, faults(list)); yes.disabled = true; } else {
          const said = app.words(error);
          if (error instanceof ApiError && error.status === 409) await take(file);
          fault.textContent = said;
        }
      }
    }

    /** @param {any[]} list */
    function faults(list) {
      return [h('h3.fault', {}, t('r.file.faults', { n: list.length })),
        h('ul.change-list', { role: 'alert' }, list.map((each) => h('li.v-fault', {}, each.line > 0 && h('strong', {}, `${t('r.file.line', { n: each.line })} `), each.words[languageNow()] ?? each.words.uk)))];
    }

    /** @param {any} found */
    function changes(found) {
      const { counts } = found;
      /** @type {Map<string, any[]>} */
      const byOfficer = new Map();
      for (const each of found.changes) byOfficer.set(each.officer, [...byOfficer.get(each.officer) ?? [], each]);
      const total = counts.added + counts.changed + counts.ended;
      return [
        h('ul.figures', {}, ['added', 'changed', 'ended'].map((verb) => h('li', {}, h('strong', {}, counts[verb]), h('span', {}, t(`r.file.${verb}`))))),
        !total && h('p', {}, t('r.file.nothing')),
        found.unchanged > 0 && h('p.quiet', {}, t('r.file.unchanged', { n: found.unchanged })),
        [...byOfficer].slice(0, 200).map(([code, list]) => h('details.part', { open: byOfficer.size < 6 }, h('summary', {}, `${officerName(found, code)} (${list.length})`),
          h('ul.change-list', {}, list.slice(0, SHOWN).map((each) => h(`li.v-${each.verb}`, {}, ...changeWords(each))), list.length > SHOWN && h('li', {}, t('r.file.more', { n: list.length - SHOWN }))))),
        byOfficer.size > 200 && h('p.quiet', {}, t('r.file.more', { n: byOfficer.size - 200 })),
      ];
    }

    /** @param {any} found @param {string} code */
    const officerName = (found, code) => {
      const said = found.names[code] && found.names[code] !== code ? found.names[code] : app.nameOfOfficer(code);
      return said === code ? code : `${said}, ${code}`;
    };

    /** @param {any} each */
    function changeWords({ what, verb, before, after, line }) {
      const where = line > 0 ? h('span.quiet', {}, ` ${t('r.file.line', { n: line })}`) : '';
      if (what === 'officer') return [`${t(`r.file.officer.${verb}`)}. `, before && after ? factsWords(before, after) : '', where];
      const said = (/** @type {any} */ entry) => `${entryWords(TABLES[what], entry)}, ${periodWords(entry, app.zone())}`;
      const text = before && after ? `${said(before)} → ${said(after)}` : said(after ?? before);
      return [h('strong', {}, `${t(`r.file.verb.${verb}`)}: `), text, where];
    }

    const no = h('button', { type: 'button', onclick: () => close(null) }, t('cancel'));
    return {
      title: t('r.file.title'),
      body: [h('p.quiet', {}, t('r.file.lead')), drop, fault, part, h('div.buttons', {}, yes, no)],
      focus: input,
    };
  });
  if (!words) return;
  await app.load();
  app.tell(words, 'info', true);
}

/** @param {File} file @param {string} [digest] */
function form(file, digest) {
  const made = new FormData();
  made.set('file', file, file.name);
  if (digest) made.set('digest', digest);
  return made;
}

/** @param {any} before @param {any} after */
function factsWords(before, after) {
  const shown = (/** @type {any} */ value) => (value === null ? '—' : value === true ? t('r.yes') : value === false ? t('r.no') : String(value));
  return FACTS.filter((name) => before[name] !== after[name]).map((name) => `${t(`r.fact.${name}`)}: ${shown(before[name])} → ${shown(after[name])}`).join('; ');
}
