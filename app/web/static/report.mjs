/** The open report: drawer on a desktop, bottom sheet on a phone. */

import { createActions } from './actions.mjs';
import { alertSection } from './alerts.mjs';
import { fill, h, icon, isPhone } from './dom.mjs';
import { dueLines, dueMark } from './due.mjs';
import { nameOf, t, tCode } from './i18n.mjs';
import { redirectSection } from './redirected.mjs';
import { incidentSections } from './incident.mjs';
import { answerList, deliveryList, historyList, mediaList, section } from './report-parts.mjs';
import { createReveal } from './reveal.mjs';
import { ICONS, isOpen, statusShape } from './shapes.mjs';
import { sortingSection } from './sorting.mjs';
import { timeButton } from './time.mjs';
import { badges, changes, decisionLines, districtLine, ownerLine, whyLines } from './words.mjs';

/** @typedef {import('./app.mjs').App} App */

/**
 * @param {HTMLElement} drawer
 * @param {App} app
 */
export function createReport(drawer, app) {
  const { store } = app;
  const title = h('h2', { id: 'report-title', tabindex: -1 });
  const status = h('p.report-status');
  const close = h('button.icon-button', { type: 'button', onclick: () => app.close() }, icon(ICONS.close));
  const notes = h('div.report-notes');
  const facts = h('div.report-facts');
  const record = h('div.report-record');
  const actions = createActions(app);
  const body = h('div.report-body', {}, notes, facts, actions.forms, record);
  fill(drawer, h('div.report-head', {}, h('div', {}, title, status), close), body, actions.footer);
  const mediaPlace = h('div');
  const reveal = createReveal(() => store.get().selected);
  let drawn = { media: '', facts: '', record: '' };
  /** @type {string | null} */
  let shownNumber = null;

  function draw() {
    const { selected, detail, detailFailure } = store.get();
    drawer.hidden = !selected;
    document.body.classList.toggle('report-open', Boolean(selected));
    if (!selected) { shownNumber = null; return; }
    const report = detail?.number === selected ? detail : store.get().reports.get(selected);
    close.setAttribute('aria-label', t('report.close'));
    title.textContent = t('report.title', { number: selected });
    if (shownNumber !== selected) {
      body.scrollTop = 0;
      shownNumber = selected;
    }
    if (!report) {
      fill(status);
      fill(notes, detailFailure
        ? h('div.note.warn', {}, h('p', {}, t(detailFailure)), detailFailure === 'report.not_loaded' && retry(selected))
        : h('p.loading', {}, t('busy.report')));
      fill(facts);
      fill(record);
      drawn = { media: '', facts: '', record: '' };
      actions.show(null);
      return;
    }
    drawHead(report);
    drawNotes(report, detailFailure);
    // Unchanged parts stay as they are: a voice message goes on playing, an opened time stays open.
    const { history, deliveries, ...now } = report;
    const surroundings = [document.documentElement.lang, store.get().districts.length, store.get().officers.size, store.get().categories.length];
    const [media, factsNow, recordNow] = [[now.number, now.media, surroundings], [now, surroundings], [now.number, history, deliveries, surroundings]].map((each) => JSON.stringify(each));
    if (drawn.media !== media) fill(mediaPlace, mediaList(report));
    if (drawn.facts !== factsNow) drawFacts(report);
    if (drawn.record !== recordNow) drawRecord(report);
    drawn = { media, facts: factsNow, record: recordNow };
    actions.show(report);
  }

  /** @param {string} number */
  const retry = (number) => h('button', { type: 'button', onclick: () => app.sync?.loadReport(number) }, t('retry'));

  /** @param {any} report */
  function drawHead(report) {
    const shown = app.statusOf(report);
    const marks = badges(report, app.isUnattended);
    if (app.isPending(report.number)) marks.unshift({ kind: 'pending', text: t('badge.pending') });
    fill(status, statusShape(shown), h('strong', {}, t(`status.${shown}`)), dueMark(report, shown),
      marks.map(({ kind, text }) => h(`span.badge.b-${kind}`, {}, text)));
  }

  /**
   * @param {any} report
   * @param {string} failure
   */
  function drawNotes(report, failure) {
    const { conflict } = store.get();
    fill(notes,
      failure && (store.get().live || failure === 'report.gone') && h('div.note.warn', {}, h('p', {}, t(failure)), failure === 'report.not_loaded' && retry(report.number)),
      conflict?.number === report.number && conflictNote(conflict),
      report.proposed_move && moveNote(report),
      app.isPending(report.number) && !store.get().live && h('div.note', {}, h('p', {}, t('pending.offline'))));
  }

  /** @param {NonNullable<import('./app.mjs').State['conflict']>} conflict */
  function conflictNote({ before, after, wanted, refusal }) {
    const lines = after && before ? changes(before, after, app.districtName) : [];
    return h('div.note.warn', { role: 'alert' },
      h('p', {}, h('strong', {}, refusal ? t('refused.title', { what: wanted }) : t('conflict.title', { what: wanted }))),
      refusal && h('p', {}, refusal),
      lines.length > 0 && h('ul', {}, lines.map((line) => h('li', {}, line))),
      h('p', {}, t('conflict.next')),
      h('button', { type: 'button', onclick: () => store.set({ conflict: null }) }, t('conflict.ok')));
  }

  /** @param {any} report whose place belongs to somebody else by the boundaries of today */
  function moveNote(report) {
    const { beat, precinct, officer, desk } = report.proposed_move;
    const where = [nameOf(beat), nameOf(precinct)].filter(Boolean).join(', ');
    const owner = ownerLine({ assignment: { officer, desk } }, app.districtName);
    const answer = (/** @type {boolean} */ accept) => () => app.act({ number: report.number, kind: 'move', body: { accept } });
    const isAsked = store.get().pending.some((each) => each.number === report.number && each.kind === 'move');
    return h('div.note.warn.move-note', {},
      h('p', {}, h('strong', {}, t('move.title'))),
      h('p', {}, where ? t('move.text', { district: where, owner }) : t('move.text_outside', { owner })),
      app.mayAct() && !isAsked && h('div.buttons', {},
        h('button', { type: 'button', onclick: answer(true) }, t('move.accept')), h('button', { type: 'button', onclick: answer(false) }, t('move.decline'))));
  }

  const isObserver = () => store.get().me?.role === 'observer';

  /** @param {any} report */
  function drawFacts(report) {
    const { placement, assignment } = report;
    const kind = placement ? tCode('placement', placement.kind) : '';
    const [follows, maybe, members, other] = incidentSections(report, app);
    const unfolded = facts.querySelector('details.more-members')?.hasAttribute('open') ?? false;
    fill(facts,
      follows,
      h('p.report-text', {}, report.text || t(isObserver() ? 'privacy.words_hidden' : 'report.no_text')),
      h('p.report-meta', {},
        timeButton(report.received_at)),
      answerList(report, app.mayAct() ? () => app.seen(report.number) : undefined),
      mediaPlace,
      maybe, members, other,
      sortingSection(report, app),
      redirectSection(report),
      section(t('section.place'),
        placement ? h('p', {}, h('strong', {}, placement.label || districtLine(report) || t('place.outside'))) : h('p', {}, h('strong', {}, t('place.none'))),
        placement && h('p', {}, [kind, placement.label ? districtLine(report) : '', precinctWords(report)].filter(Boolean).join(' · ')),
        decisionLines(report, app.districtName).map((line) => h('p.quiet', {}, line)),
        placement && placement.precision !== 'exact' && h('p.quiet', {}, t(`privacy.${placement.precision}`)),
        !placement && h('p.quiet', {}, t(app.isDesk() ? 'place.none_desk' : isObserver() && !report.awaiting?.includes('place') ? 'privacy.none_place' : 'place.none_wait')),
        placement?.precision !== 'beat' && placement && h('p.quiet', {}, h('span.coordinates', {}, `${placement.lat.toFixed(5)}, ${placement.lon.toFixed(5)}`),
          isPhone() && h('a.button.small', { href: `geo:${placement.lat},${placement.lon}?q=${placement.lat},${placement.lon}` }, t('place.navigate')))),
      section(t('section.owner'),
        h('p', {}, h('strong', {}, assignment ? ownerLine(report, app.districtName) : t('owner.nobody'))),
        assignment && whyLines(assignment, app.officerName).map((line) => h('p.quiet', {}, line)),
        isOpen(report.status) && dueLines(report).map((line) => h('p.quiet', {}, line))),
      section(t('section.reporter'), h('p', {}, report.reporter || t(isObserver() ? 'privacy.reporter' : 'reporter.staff'),
        h('span.quiet', {}, ` · ${tCode('source', report.source)}`)),
      app.isDesk() && report.reporter && reveal.of(report.number)));
    if (unfolded) facts.querySelector('details.more-members')?.setAttribute('open', '');
  }

  /** @param {any} report */
  function precinctWords(report) {
    return report.beat && report.precinct ? app.districtName(report.precinct.code) : '';
  }

  /** @param {any} report */
  function drawRecord(report) {
    // A redraw must not fold up what the reader has opened.
    const unfolded = record.querySelector('details')?.open ?? false;
    fill(record,
      alertSection(report, app),
      report.deliveries?.length > 0 && section(t('section.deliveries'), deliveryList(report.deliveries)),
      report.history && h('details', { open: unfolded },
        h('summary', {}, t('section.history', { n: report.history.length })),
        historyList(report.history, app)));
  }

  store.on(['selected', 'detail', 'detailFailure', 'reports', 'pending', 'conflict', 'live', 'districts', 'officers', 'placing', 'categories'], draw);

  return { draw, actions, focusTitle() { title.focus({ preventScroll: true }); } };
}
