/** Editing a draft: the panel beside the map, saving, and what the map's changes lead to. */

import { ApiError } from '../api.mjs';
import { byId, fill, h, icon, isPhone } from '../dom.mjs';
import { nameOf, t } from '../i18n.mjs';
import { createCoverage, Refusal } from './coverage.mjs';
import { describe, merge } from './edits.mjs';
import { cardNode, splitForm, vertexNode } from './editor-cards.mjs';
import { actionButton, confirmed, failureWords, say } from './kit.mjs';
import { createPointer } from './pointer.mjs';
import { createProblems } from './problems.mjs';
import { placeBox } from './set.mjs';
import { sets } from './sets.mjs';
import { split } from './split.mjs';

/** @typedef {'shape' | 'split' | 'merge'} Tool */
const TOOLS = /** @type {Tool[]} */ (['shape', 'split', 'merge']);
const UNDO = 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3';
const REDO = 'm15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3';

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createEditor(place, app) {
  /** @type {any} */
  let set = null;
  /** @type {import('./coverage.mjs').Coverage | null} */
  let coverage = null;
  /** @type {ReturnType<typeof createPointer> | null} */
  let pointer = null;
  /** @type {Tool} */
  let tool = 'shape';
  /** @type {string | null} */
  let selected = null;
  let failure = '';
  let refusal = '';
  /** @type {any[] | null} */
  let problems = null;
  let conflict = false;
  let helpOpen = false;
  let asked = 0;
  const saveButton = actionButton('button.primary', '', save, { id: 'save' });
  const stepButton = (/** @type {'undo' | 'redo'} */ which, /** @type {string} */ place) => /** @type {HTMLButtonElement} */ (h('button', { type: 'button', id: `${which}${place}`, onclick: () => back(which) }, icon(which === 'undo' ? UNDO : REDO)));
  // Once beside the map, and once over it, for a phone that shows only one of the two.
  const undoButtons = [stepButton('undo', ''), stepButton('undo', '-map')];
  const redoButtons = [stepButton('redo', ''), stepButton('redo', '-map')];
  const state = h('p.quiet', { id: 'edit-state', role: 'status' });
  const notes = h('div.set-notes');
  const cards = h('div.edit-cards');
  const overMap = h('div.map-edit');
  const found = h('div.edit-problems');
  /** @type {AbortController} */
  let listening = new AbortController();

  /**
   * @param {number} id
   * @param {{stay?: boolean}} [how] `stay`: leave the map where it is
   */
  async function open(id, { stay = false } = {}) {
    asked += 1;
    const own = asked;
    close();
    [set, coverage, failure, refusal, problems, conflict, selected, tool] = [null, null, '', '', null, false, null, 'shape'];
    draw();
    try {
      const answer = await app.busy('b.busy.set', sets.one(id));
      const features = await app.busy('b.busy.districts', app.districts(answer));
      if (own !== asked) return;
      if (answer.state !== 'draft') { app.tell(t('b.error.not_a_draft'), 'warn'); app.go(`#${id}`); return; }
      set = answer;
      coverage = createCoverage(features);
      const map = app.map();
      map?.show(features, null);
      if (!stay) map?.fly(map.fresh.boundsOfAll(), { moving: false });
      if (map) pointer = createPointer(map.fresh, { coverage, selected: () => selected, tool: () => tool, onchange: changed, onrefuse: refused, onpick: picked, onactive: drawVertex, online: drawn });
      listening = new AbortController();
      document.body.dataset.tool = tool;
      addEventListener('keydown', keyed, { signal: listening.signal });
      draw();
      byId('side-title').focus({ preventScroll: true });
    } catch (error) {
      if (own !== asked) return;
      failure = failureWords(error);
      draw();
    }
  }

  function close() {
    listening.abort();
    pointer?.stop();
    pointer = null;
    overMap.remove();
    delete document.body.dataset.tool;
  }

  function draw() {
    const head = h('div.side-head', {}, h('a.button.icon-button.back', { href: `#${set?.id ?? app.selected() ?? ''}`, 'aria-label': t('b.edit.back'), title: t('b.edit.back') }, icon('m15 5-7 7 7 7')),
      h('h2', { id: 'side-title', tabindex: -1 }, set ? t('b.edit.title', { label: set.label }) : t('b.busy.districts')));
    if (!coverage) {
      fill(place, head, h('div.side-body', {}, failure ? h('div.note.warn', { role: 'alert' }, h('p', {}, failure), h('button', { type: 'button', onclick: () => open(app.selected() ?? 0) }, t('retry'))) : h('p.loading', { role: 'status' }, t('b.busy.districts'))));
      return;
    }
    for (const [buttons, key] of /** @type {const} */ ([[undoButtons, 'undo'], [redoButtons, 'redo']])) {
      for (const button of buttons) {
        button.setAttribute('aria-label', t(`b.edit.${key}`));
        button.title = `${t(`b.edit.${key}`)} (${key === 'undo' ? 'Ctrl+Z' : 'Ctrl+Shift+Z'})`;
      }
    }
    fill(place, head,
      h('div.edit-bar', {}, saveButton, undoButtons[0], redoButtons[0], state),
      h('div.side-body', {}, notes, toolSet(''), cards, found));
    drawOverMap();
    drawState();
    drawCards();
    drawNotes();
    drawProblems();
  }

  /** @param {string} place */
  const toolSet = (place) => h('fieldset.tool-set', {}, h('legend.sr', {}, t('b.edit.tools')), TOOLS.map((each) => h('label.mode', {},
    h('input', { type: 'radio', name: `tool${place}`, value: each, checked: each === tool, onchange: () => useTool(each) }), h('span', {}, t(`b.edit.tool.${each}`)))));

  function drawOverMap() {
    fill(overMap, refusal && refusalNote(),
      h('div.map-edit-bar', {}, toolSet('-map'), h('div.map-edit-steps', {}, undoButtons[1], redoButtons[1])));
    if (!overMap.isConnected) byId('map-over').append(overMap);
  }

  function drawState() {
    if (!coverage) return;
    const { upsert, remove } = coverage.unsaved();
    const n = upsert.length + remove.length;
    saveButton.textContent = t('b.edit.save');
    /** @type {HTMLButtonElement} */ (saveButton).disabled = n === 0;
    for (const each of undoButtons) each.disabled = !coverage.canUndo();
    for (const each of redoButtons) each.disabled = !coverage.canRedo();
    state.textContent = n ? t('b.edit.unsaved', { n }) : t('b.edit.saved');
  }

  function drawNotes() {
    fill(notes,
      conflict && h('div.note.warn', { role: 'alert', id: 'conflict' }, h('p', {}, h('strong', {}, t('b.edit.conflict'))), h('p', {}, t('b.edit.conflict_text')),
        h('div.buttons', {}, actionButton('button', t('b.edit.conflict_theirs'), takeTheirs), actionButton('button', t('b.edit.conflict_mine'), saveOver))),
      failure && h('div.note.warn', { role: 'alert' }, h('p', {}, failure)),
      // Over the map it is said where the eyes are; a phone may show only this side.
      refusal && (isPhone() || !app.map()) && refusalNote(),
      !app.map() && h('p.note.warn', {}, t('b.edit.no_map')));
    drawOverMap();
  }

  const refusalNote = () => h('div.note.warn.refused', {}, h('p', {}, refusal), h('button', { type: 'button', onclick: () => { refusal = ''; drawNotes(); } }, t('close')));

  function drawCards() {
    if (!coverage) return;
    const chosen = selected ? coverage.districts.get(selected) : null;
    const all = [...coverage.districts.values()].map(({ properties }) => properties).toSorted((a, b) => a.code.localeCompare(b.code, undefined, { numeric: true }));
    const select = /** @type {HTMLSelectElement} */ (h('select', { id: 'edit-district', onchange: () => choose(select.value || null, true) },
      h('option', { value: '' }, t('b.edit.choose')), ['precinct', 'beat'].map((level) => h('optgroup', { label: t(`b.edit.level.${level}`) }, all.filter((each) => each.level === level).map((each) => h('option', { value: each.code }, [each.code, nameOf(each) !== each.code && nameOf(each)].filter(Boolean).join(' · ')))))));
    select.value = selected ?? '';
    const hadFocus = document.activeElement?.id;
    fill(cards,
      h('p', {}, t(chosen ? `b.edit.hint.${tool}` : 'b.edit.hint.choose')),
      chosen && tool !== 'merge' && h('details.help', { open: helpOpen, ontoggle: (/** @type {Event} */ event) => { helpOpen = /** @type {HTMLDetailsElement} */ (event.target).open; } }, h('summary', {}, t('b.edit.help')),
        h('ul', {}, t(`b.edit.help.${tool}`).split('\n').map((each) => h('li', {}, each)))),
      h('div.field', {}, h('label', { for: 'edit-district' }, t('b.edit.district')), select),
      chosen && tool === 'split' && h('div.buttons', {}, h('button', { type: 'button', onclick: () => pointer?.finish() }, t('b.edit.finish_line')), h('button', { type: 'button', onclick: () => pointer?.cancel() }, t('b.edit.cancel_line'))),
      h('div', { id: 'vertex-card' }),
      chosen && cardNode(coverage, chosen.properties, { ondescribe, onmerge: askMerge }));
    if (hadFocus) document.getElementById(hadFocus)?.focus();
    drawVertex(pointer?.active() ?? null);
  }

  /** @param {number | null} id */
  function drawVertex(id) {
    const card = document.getElementById('vertex-card');
    if (!card || !coverage || !pointer) return;
    const at = pointer;
    fill(card, id !== null && tool === 'shape' && vertexNode(coverage, id, { onmove: at.moveActive, ondelete: at.remove }));
  }

  function drawProblems() {
    fill(found, problems && h('details.part', { open: problems.some(({ severity }) => severity === 'error') }, h('summary', {}, t('b.edit.problems', { n: problems.length })),
      createProblems(problems, { onshow: showProblem }).node));
  }

  /** @param {any} problem */
  function showProblem(problem) {
    app.showMap();
    app.map()?.mark('problem', problem.place ? { type: 'Feature', properties: {}, geometry: problem.place } : null);
    app.map()?.fly(problem.place ? placeBox(problem.place) : app.map()?.fresh.boundsOfCodes(problem.districts ?? []) ?? null, { maxZoom: 18 });
    const [first] = problem.districts ?? [];
    if (first && coverage?.has(first)) choose(first);
  }

  /**
   * @param {string | null} code
   * @param {boolean} [fly]
   */
  function choose(code, fly = false) {
    if (selected !== code) pointer?.activate(null);
    selected = code;
    app.map()?.fresh.choose(code ? [code] : []);
    if (fly && code) app.map()?.fly(app.map()?.fresh.boundsOfCodes([code]) ?? null);
    pointer?.draw();
    drawCards();
  }

  /** @param {Tool} next */
  function useTool(next) {
    tool = next;
    refusal = '';
    document.body.dataset.tool = tool;
    pointer?.cancel();
    drawNotes();
    for (const each of document.querySelectorAll('.tool-set input')) /** @type {HTMLInputElement} */ (each).checked = /** @type {HTMLInputElement} */ (each).value === tool;
    drawCards();
    app.map()?.fresh.map.getCanvas().setAttribute('aria-label', t(`b.edit.canvas.${tool}`));
  }

  /** @param {string | null} code tapped on the map */
  function picked(code) {
    if (tool === 'merge' && selected && code && code !== selected) askMerge(code);
    else choose(code);
  }

  /**
   * @param {Set<string>} codes
   * @param {string} words key
   */
  function changed(codes, words) {
    if (!coverage) return;
    const here = [...codes].filter((code) => coverage?.has(code));
    app.map()?.fresh.change(here.map(coverage.feature), [...codes].filter((code) => !coverage?.has(code)));
    if (selected && !coverage.has(selected)) selected = null;
    app.map()?.fresh.choose(selected ? [selected] : []);
    refusal = '';
    say(t(words, { n: codes.size, list: here.join(', ') }));
    pointer?.draw();
    drawState();
    drawNotes();
    drawCards();
  }

  /** @param {unknown} error */
  function refused(error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = t(`b.refused.${error.reason}`);
    say(refusal, 'loud');
    drawNotes();
  }

  /** @param {() => Set<string>} work @param {string} words */
  function attempt(work, words) {
    try {
      changed(work(), words);
      return true;
    } catch (error) {
      refused(error);
      return false;
    }
  }

  /** @param {'undo' | 'redo'} which */
  function back(which) {
    const change = coverage?.[which]();
    if (!change) return;
    pointer?.activate(null);
    changed(change.codes, `b.edit.said.${which}`);
  }

  /** @param {string} code @param {Record<string, any>} values */
  function ondescribe(code, values) {
    const done = coverage && attempt(() => describe(/** @type {import('./coverage.mjs').Coverage} */ (coverage), code, values), 'b.edit.said.describe');
    if (!done) drawCards();
  }

  /** @param {[number, number][]} line */
  async function drawn(line) {
    const known = coverage?.districts.get(selected ?? '');
    if (!coverage || !known) return;
    const properties = await splitForm(coverage, known.properties);
    if (!properties) return;
    const own = coverage;
    if (attempt(() => split(own, known.properties.code, line, properties), 'b.edit.said.split')) {
      tool = 'shape';
      document.body.dataset.tool = tool;
      draw();
      choose(properties.code);
    }
  }

  /** @param {string} other */
  async function askMerge(other) {
    if (!coverage || !selected) return;
    const own = coverage;
    const code = selected;
    const words = (/** @type {string} */ each) => { const known = own.districts.get(each)?.properties; return known && nameOf(known) !== each ? `${each} · ${nameOf(known)}` : each; };
    if (await confirmed({ title: t('b.merge.title'), text: t('b.merge.text', { code: words(code), other: words(other) }), yes: t('b.merge.yes') })) attempt(() => merge(own, code, other), 'b.edit.said.merge');
  }

  async function save() {
    if (!coverage || !set) return;
    const { upsert, remove } = coverage.unsaved();
    if (!upsert.length && !remove.length) return;
    const saved = coverage.saving();
    [failure, conflict] = ['', false];
    try {
      const answer = await app.busy('b.busy.save', sets.patch(set.id, set.revision, { upsert: upsert.map(coverage.feature), remove }));
      saved();
      set = { ...set, ...answer };
      ({ problems } = answer);
      say(t('b.edit.said.saved'));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 412 || error.problem.code === 'stale')) conflict = true;
      else failure = failureWords(error);
      if (error instanceof ApiError && Array.isArray(error.problem.problems)) problems = error.problem.problems;
    }
    drawState();
    drawNotes();
    drawProblems();
  }

  async function takeTheirs() {
    if (await confirmed({ title: t('b.edit.conflict_theirs'), text: t('b.edit.conflict_lose'), yes: t('b.edit.conflict_theirs'), danger: true })) await open(set.id);
  }

  async function saveOver() {
    try {
      set = { ...set, revision: (await sets.one(set.id)).revision };
      await save();
      if (failure || conflict) return;
      // What the other person did is now under mine: go on from there, or the next save would undo it.
      const [code, said] = [selected, problems];
      await open(set.id, { stay: true });
      problems = said;
      drawProblems();
      if (code && coverage?.has(code)) choose(code);
    } catch (error) {
      failure = failureWords(error);
      drawNotes();
    }
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    if (!(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type !== 'radio';
    if (event.code === 'KeyS') { event.preventDefault(); saveButton.click(); } else if (typing) return;
    else if (event.code === 'KeyZ') { event.preventDefault(); back(event.shiftKey ? 'redo' : 'undo'); } else if (event.code === 'KeyY') { event.preventDefault(); back('redo'); }
  }

  return {
    open,
    close,
    draw,
    hasUnsaved() {
      const unsaved = coverage?.unsaved();
      return Boolean(unsaved && (unsaved.upsert.length || unsaved.remove.length));
    },
  };
}
