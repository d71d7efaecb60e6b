/** A new set out of files: dropped or chosen, looked into, its fields matched, sent. */

import { ApiError } from '../api.mjs';
import { byId, fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { choice, failureWords, labelled, number, once, say, sizeWords } from './kit.mjs';
import { createProblems } from './problems.mjs';
import { placeBox } from './set.mjs';
import { mappingForm } from './mapping.mjs';

const ACCEPT = '.geojson,.json,.gpkg,.zip,application/geo+json,application/geopackage+sqlite3,application/zip';
const TOLERANCE_M = 1;
const MEGABYTE = 1_000_000;

/** @typedef {{file: File, inspected: any | null, failure: string}} Given */

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createUpload(place, app) {
  /** @type {{main: Given | null, precincts: Given | null}} */
  let given = { main: null, precincts: null };
  /** @type {ReturnType<typeof mappingForm> | null} */
  let mapping = null;
  /** @type {any} */
  let refusal = null;
  let failure = '';
  /** @type {AbortController | null} */
  let sending = null;
  const label = /** @type {HTMLInputElement} */ (h('input', { type: 'text', maxlength: 120, autocomplete: 'off' }));
  const repair = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', onchange: () => { toleranceField.hidden = !repair.checked; } }));
  const tolerance = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: 0.01, max: 50, step: 'any', value: String(TOLERANCE_M) }));
  let toleranceField = h('div');
  const keep = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox' }));
  const progressPlace = h('div.progress-place', { role: 'status', 'aria-live': 'polite' });
  const problemsPlace = h('div');

  function draw() {
    fill(place,
      h('div.side-head', {}, h('a.button.icon-button.back', { href: '#', 'aria-label': t('b.set.back'), title: t('b.set.back') }, icon('m15 5-7 7 7 7')), h('h2', { id: 'side-title', tabindex: -1 }, t('b.upload.title'))),
      h('div.side-body', {},
        h('p.quiet', {}, t('b.upload.lead')),
        dropZone('main', t('b.upload.drop'), given.main),
        given.main?.inspected && factsNode(given.main.inspected),
        given.main?.inspected && detailsForm()));
  }

  /**
   * @param {'main' | 'precincts'} role
   * @param {string} words
   * @param {Given | null} what
   */
  function dropZone(role, words, what) {
    const input = /** @type {HTMLInputElement} */ (h('input.file', { type: 'file', accept: ACCEPT, id: `file-${role}`, onchange: () => { const [file] = input.files ?? []; if (file) take(file, role); } }));
    const zone = h('div.drop', { data: { role } },
      icon('M12 16V4M7 9l5-5 5 5M4 20h16', 'icon big'),
      h('label', { for: `file-${role}` }, what ? t('b.upload.another') : words), input,
      what && h('p.file-name', {}, h('strong', {}, what.file.name), h('span.quiet', {}, ` ${sizeWords(what.file.size)}`)),
      what && !what.inspected && !what.failure && h('p.quiet', { role: 'status', id: `reading-${role}` }, t('b.upload.reading')),
      what?.failure && h('p.fault', { role: 'alert' }, what.failure));
    zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
    zone.addEventListener('dragleave', () => zone.classList.remove('over'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation();
      zone.classList.remove('over');
      const [file] = event.dataTransfer?.files ?? [];
      if (file) take(file, role);
    });
    return zone;
  }

  /**
   * Look into a file.
   * @param {File} file
   * @param {'main' | 'precincts'} [role]
   */
  async function take(file, role = 'main') {
    if (sending) return;
    const what = /** @type {Given} */ ({ file, inspected: null, failure: '' });
    given = role === 'main' ? { main: what, precincts: null } : { ...given, precincts: what };
    if (role === 'main') mapping = null;
    [refusal, failure] = [null, ''];
    app.map()?.mark('problem', null);
    const { uploadMb } = app.store.get();
    // Said at once, not after all of it was sent.
    if (file.size > uploadMb * MEGABYTE) what.failure = t('b.upload.too_large', { limit: number(uploadMb) });
    draw();
    if (what.failure) return;
    const form = new FormData();
    form.set('file', file, file.name);
    try {
      what.inspected = await app.send('/boundary-files/inspect', form, ({ stage, done, total }) => {
        const line = document.getElementById(`reading-${role}`);
        if (line && stage === 'upload' && total) line.textContent = t('b.upload.sent', { percent: percent(done, total) });
      });
      say(t('b.upload.read', { n: what.inspected.features }));
      if (role === 'main') {
        label.value = file.name.replace(/\.[^.]*$/, '').replaceAll('_', ' ');
        mapping = mappingForm(what.inspected);
      }
    } catch (error) {
      what.failure = failureWords(error);
    }
    if (given[role] !== what) return;
    draw();
    document.getElementById(what.failure ? `file-${role}` : 'upload-label')?.focus();
  }

  /** @param {any} inspected */
  function factsNode(inspected) {
    return h('dl.facts', {},
      h('dt', {}, t('b.upload.features')), h('dd', {}, number(inspected.features)),
      h('dt', {}, t('b.upload.crs')), h('dd', {}, inspected.crs || t('b.upload.no_crs')),
      h('dt', {}, t('b.upload.types')), h('dd', {}, (inspected.geometry_types ?? []).join(', ')));
  }

  function detailsForm() {
    label.id = 'upload-label';
    const main = /** @type {Given} */ (given.main);
    const needsPrecincts = main.inspected.guess?.schema !== 'own';
    const submit = h('button.primary', { type: 'submit' }, t('b.upload.submit'));
    toleranceField = labelled(t('b.upload.tolerance'), tolerance, t('b.upload.tolerance_hint'));
    toleranceField.hidden = !repair.checked;
    const form = h('form.upload-form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); once(submit, submitted); } },
      labelled(t('b.upload.label'), label),
      mapping?.node,
      needsPrecincts && mapping?.level() === 'beat' && h('details.part', { open: Boolean(given.precincts) }, h('summary', {}, t('b.upload.precincts')),
        h('p.quiet', {}, t('b.upload.precincts_hint')), dropZone('precincts', t('b.upload.precincts_drop'), given.precincts),
        given.precincts?.inspected && precinctFields(given.precincts.inspected)),
      h('fieldset', {}, h('legend', {}, t('b.upload.faults')),
        h('label.check', {}, repair, t('b.upload.repair')), toleranceField,
        h('label.check', {}, keep, t('b.upload.keep'))),
      failure && h('p.fault', { role: 'alert' }, failure),
      progressPlace,
      h('div.buttons', {}, submit),
      problemsPlace);
    fill(problemsPlace, refusal && refusalNode());
    return form;
  }

  /** @type {{code: HTMLSelectElement, name: HTMLSelectElement} | null} */
  let precinctChoice = null;
  /** @type {any} */
  let precinctFor = null;
  /** @param {any} inspected */
  function precinctFields(inspected) {
    if (precinctFor !== inspected) {
      const options = inspected.fields.map((/** @type {any} */ each) => ({ value: each.name, words: `${each.name}: ${(each.samples ?? []).slice(0, 3).join(', ')}` }));
      precinctFor = inspected;
      precinctChoice = { code: choice(options, inspected.guess?.code ?? ''), name: choice([{ value: '', words: t('b.map.none') }, ...options], inspected.guess?.name ?? '') };
    }
    return [labelled(t('b.map.precinct_code'), /** @type {any} */ (precinctChoice).code), labelled(t('b.map.precinct_name'), /** @type {any} */ (precinctChoice).name)];
  }

  async function submitted() {
    const main = /** @type {Given} */ (given.main);
    const form = new FormData();
    form.set('file', main.file, main.file.name);
    const fields = mapping?.value();
    const precincts = given.precincts?.inspected && precinctChoice ? { code: precinctChoice.code.value, ...(precinctChoice.name.value ? { name: precinctChoice.name.value } : {}) } : null;
    if (given.precincts?.inspected) form.set('precincts_file', given.precincts.file, given.precincts.file.name);
    if (fields) form.set('mapping', JSON.stringify(precincts ? { ...fields, precincts } : fields));
    if (label.value.trim()) form.set('label', label.value.trim());
    const inForce = app.inForce();
    if (inForce) form.set('based_on', String(inForce.id));
    form.set('keep', String(keep.checked));
    form.set('repair', String(repair.checked));
    if (repair.checked) form.set('tolerance_m', tolerance.value || String(TOLERANCE_M));
    [refusal, failure] = [null, ''];
    fill(problemsPlace);
    sending = new AbortController();
    const bar = /** @type {HTMLProgressElement} */ (h('progress', { max: 1 }));
    const words = h('span', {}, t('b.upload.stage.upload'));
    fill(progressPlace, h('p.progress', {}, words, bar), h('button', { type: 'button', onclick: () => sending?.abort() }, t('cancel')));
    try {
      const made = await app.send('/boundary-sets', form, ({ stage, done, total }) => {
        words.textContent = stageWords(stage, done, total);
        if (total > 0) bar.value = done / total;
        else bar.removeAttribute('value');
      }, sending.signal);
      sending = null;
      fill(progressPlace);
      app.tell(t('b.done.upload', { label: made.label }));
      clear();
      await app.loadSets();
      app.go(`#${made.id}`);
    } catch (error) {
      const stopped = sending?.signal.aborted;
      sending = null;
      fill(progressPlace);
      if (stopped) { failure = t('b.upload.stopped'); draw(); return; }
      if (error instanceof ApiError && error.problem.problems?.length) refusal = error.problem;
      else failure = failureWords(error);
      draw();
      if (refusal) byId('refusal').focus();
    }
  }

  function refusalNode() {
    const total = refusal.problems_total ?? refusal.problems.length;
    const storable = refusal.problems.every((/** @type {any} */ each) => each.severity !== 'error' || each.storable !== false);
    drawAll(refusal.problems);
    return h('section.refusal', { 'aria-labelledby': 'refusal' },
      h('h3', { id: 'refusal', tabindex: -1 }, t('b.upload.refused', { n: total })),
      h('p.quiet', {}, t(storable ? 'b.upload.refused_next' : 'b.upload.refused_file')),
      createProblems(refusal.problems, {
        onshow(problem) {
          app.showMap();
          app.map()?.mark('problem', problem.place ? { type: 'Feature', properties: {}, geometry: problem.place } : null);
          if (problem.place) app.map()?.fly(placeBox(problem.place), { maxZoom: 17 });
        },
      }).node);
  }

  /** @param {any[]} problems */
  function drawAll(problems) {
    app.map()?.mark('problem', { type: 'FeatureCollection', features: problems.filter(({ place: at }) => at).map(({ place: at }) => ({ type: 'Feature', properties: {}, geometry: at })) });
  }

  function clear() {
    given = { main: null, precincts: null };
    [mapping, refusal, failure] = [null, null, ''];
    repair.checked = false;
    keep.checked = false;
  }

  return { draw, take, isSending: () => sending !== null };
}

/** @param {number} done @param {number} total */
const percent = (done, total) => `${Math.floor((done / total) * 100)} %`;

/** @param {string} stage @param {number} done @param {number} total */
function stageWords(stage, done, total) {
  const key = `b.upload.stage.${stage}`;
  const words = t(key) === key ? t('b.upload.stage.other') : t(key);
  return total > 0 ? `${words} ${percent(done, total)}` : words;
}
