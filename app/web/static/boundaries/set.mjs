/** One boundary set: what it is, what may be done with it, problems, preview, history. */

import { byId, fill, h, icon } from '../dom.mjs';
import { boundsOf } from '../geometry.mjs';
import { nameOf, t } from '../i18n.mjs';
import { auditNode } from './audit.mjs';
import { actorName, dateWords, failureWords } from './kit.mjs';
import { problemBadges, sizeLine, stateBadge } from './list.mjs';
import { previewNode } from './preview.mjs';
import { createProblems } from './problems.mjs';
import { sets, stateOf } from './sets.mjs';
import { isOutdated, stepsOf } from './steps.mjs';

const TABS = /** @type {const} */ (['problems', 'preview', 'audit', 'files']);

/**
 * @param {HTMLElement} place
 * @param {import('./page.mjs').App} app
 */
export function createSet(place, app) {
  /** @type {any} */
  let set = null;
  /** @type {typeof TABS[number]} */
  let tab = 'problems';
  /** @type {Record<string, any>} */
  let known = {};
  let failure = '';
  let asked = 0;
  let repairShown = -1;
  const head = h('div.side-head');
  const body = h('div.side-body');

  /**
   * @param {number} id
   * @param {{keep?: boolean}} [how] `keep` what is on the screen until the answer is there
   */
  async function open(id, { keep = false } = {}) {
    asked += 1;
    const own = asked;
    failure = '';
    if (!keep || set?.id !== id) { set = null; known = {}; draw(); }
    try {
      const answer = await app.busy('b.busy.set', sets.one(id));
      if (own !== asked) return;
      const isOther = set?.id !== id || set.revision !== answer.revision || set.in_force !== answer.in_force;
      set = answer;
      known = {};
      if (isOther && !keep) tab = firstTab();
      draw();
      load(tab);
      showOnMap(isOther);
    } catch (error) {
      if (own !== asked) return;
      failure = failureWords(error);
      draw();
    }
  }

  /** @returns {typeof TABS[number]} */
  function firstTab() {
    const { error = 0, warning = 0 } = set.problems ?? {};
    if (set.in_force) return 'audit';
    return error + warning > 0 || set.repair?.moved_m2 > 0 ? 'problems' : 'preview';
  }

  /** @param {boolean} fit */
  async function showOnMap(fit) {
    const own = asked;
    const map = app.map();
    const inForce = app.inForce();
    const against = inForce && inForce.id !== set.id ? inForce : null;
    try {
      const [features, before] = await app.busy('b.busy.districts', Promise.all([app.districts(set), against ? app.districts(against) : null]));
      if (own !== asked) return;
      known.features = features;
      map?.show(features, against && before ? { features: before, names: { fresh: set.label, old: against.label } } : null);
      map?.mark('moved', null);
      map?.mark('problem', null);
      map?.fresh.choose([]);
      if (fit) map?.fly(map.fresh.boundsOfAll(), { moving: false });
      drawMarks();
    } catch (error) {
      if (own === asked) fail(failureWords(error));
    }
  }

  /** @param {string} words */
  function fail(words) {
    const note = h('div.note.warn', { role: 'alert' }, h('p', {}, words), h('button', { type: 'button', onclick: () => note.remove() }, t('close')));
    body.querySelector('.set-notes')?.prepend(note);
  }

  /** @param {typeof TABS[number]} which */
  async function load(which) {
    if (which === 'files' || which in known) { drawTab(); return; }
    const own = asked;
    drawTab();
    try {
      const ask = { problems: sets.problems, preview: sets.preview, audit: sets.audit }[which];
      const answer = await app.busy(`b.busy.${which}`, ask(set.id));
      if (own !== asked) return;
      known[which] = answer;
    } catch (error) {
      if (own !== asked) return;
      known[`${which}Failure`] = failureWords(error);
    }
    if (tab === which) drawTab();
  }

  function draw() {
    const back = h('a.button.icon-button.back', { href: '#', 'aria-label': t('b.set.back'), title: t('b.set.back') }, icon('m15 5-7 7 7 7'));
    fill(head, back, h('h2', { id: 'side-title', tabindex: -1 }, set?.label ?? t('b.set.title')));
    if (!set) {
      fill(body, failure ? h('div.note.warn', { role: 'alert' }, h('p', {}, failure), h('button', { type: 'button', onclick: () => open(app.selected() ?? 0) }, t('retry'))) : h('p.loading', { role: 'status' }, t('b.busy.set')));
      fill(place, head, body);
      return;
    }
    const { buttons, notes } = stepsOf(set, app, { changed, fail, onrepaired: showRepair });
    fill(body,
      h('div.set-facts', {},
        h('p.badges', {}, stateBadge(set), h('span.quiet', {}, `№ ${set.id}`), problemBadges(set), set.approximate && h('span.badge.b-unclear', {}, t('districts.approximate'))),
        h('p', {}, sizeLine(set)),
        h('p.quiet', {}, facts())),
      h('div.set-notes', {}, notes),
      buttons.length > 0 && h('div.buttons.set-steps', {}, buttons),
      h('div.tab-list', { role: 'tablist', 'aria-label': t('b.set.tabs') }, TABS.map((each) => h('button.tab', {
        type: 'button', role: 'tab', id: `tab-${each}`, 'aria-controls': 'tab-panel', 'aria-selected': String(each === tab), tabindex: each === tab ? 0 : -1,
        onclick: () => choose(each), onkeydown: tabKeys,
      }, t(`b.tab.${each}`)))),
      h('div.tab-panel', { id: 'tab-panel', role: 'tabpanel', tabindex: 0 }));
    fill(place, head, body);
    drawTab();
  }

  function facts() {
    const said = [t('b.set.made', { by: actorName(set.created_by), at: dateWords(set.created_at) })];
    if (set.source) said.push(t('b.set.source', { source: set.source }));
    if (set.based_on) said.push(t('b.set.based_on', { id: set.based_on }));
    if (set.proposed_by) said.push(t('b.set.proposed', { by: actorName(set.proposed_by) }));
    if (set.approved_by) said.push(t('b.set.approved', { by: actorName(set.approved_by) }));
    return said.join(' ');
  }

  /** @param {KeyboardEvent} event */
  function tabKeys(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    choose(TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length]);
    byId(`tab-${tab}`).focus();
  }

  /** @param {typeof TABS[number]} which */
  function choose(which) {
    tab = which;
    fill(byId('district-card'));
    for (const each of body.querySelectorAll('[role="tab"]')) {
      const isIt = each.id === `tab-${which}`;
      each.setAttribute('aria-selected', String(isIt));
      each.setAttribute('tabindex', isIt ? '0' : '-1');
    }
    load(which);
    drawMarks();
  }

  function drawTab() {
    const panel = body.querySelector('#tab-panel');
    if (!panel || !set) return;
    panel.setAttribute('aria-labelledby', `tab-${tab}`);
    const bad = known[`${tab}Failure`];
    if (bad) fill(panel, h('div.note.warn', { role: 'alert' }, h('p', {}, bad), h('button', { type: 'button', onclick: () => { delete known[`${tab}Failure`]; load(tab); } }, t('retry'))));
    else if (tab === 'files') fill(panel, filesNode());
    else if (!(tab in known)) fill(panel, h('p.loading', { role: 'status' }, t(`b.busy.${tab}`)));
    else fill(panel, { problems: problemsNode, preview: previewPart, audit: () => auditNode(known.audit) }[tab]());
    drawMarks();
  }

  const problemsNode = () => createProblems(known.problems, { onshow: showProblem }).node;

  function previewPart() {
    if (set.in_force) return h('p.note', {}, t('b.preview.in_force'));
    return [
      isOutdated(set, app.inForce()) && h('p.quiet', {}, t('b.preview.against', { id: app.inForce().id })),
      previewNode(known.preview, {
        onplace(geometry, codes) { app.showMap(); app.map()?.fresh.choose(codes); app.map()?.fly(geometry ? boundsOf([geometry]) : null); },
        oncode: showDistrict,
      })];
  }

  function filesNode() {
    const formats = /** @type {const} */ (['geojson', 'gpkg', 'shp']);
    return h('div.files', {},
      h('p.quiet', {}, t('b.files.lead')),
      h('ul.downloads', {}, formats.map((each) => h('li', {}, h('a.button', { href: sets.exportUrl(set.id, each), download: '' }, icon('M12 4v11M7 10.5l5 5 5-5M4 20h16'), t(`b.files.${each}`))))),
      stateOf(set) === 'draft' && h('p.quiet', {}, t('b.files.qgis', { name: `draft-${set.id}` })));
  }

  /** What of the open tab is drawn over the map. */
  function drawMarks() {
    const moved = tab === 'preview' ? known.preview?.diff?.moved ?? [] : tab === 'problems' && set?.repair?.moved ? [{ geometry: set.repair.moved }] : [];
    app.map()?.mark('moved', { type: 'FeatureCollection', features: moved.filter((/** @type {any} */ each) => each.geometry).map((/** @type {any} */ each) => ({ type: 'Feature', properties: {}, geometry: each.geometry })) });
    if (tab !== 'problems') app.map()?.mark('problem', null);
  }

  /** What a repair moved is as narrow as the fault was: seen only one piece at a time. */
  function showRepair() {
    choose('problems');
    const { moved } = set.repair;
    const parts = moved.type === 'Polygon' ? [moved.coordinates] : moved.coordinates;
    repairShown = (repairShown + 1) % parts.length;
    app.showMap();
    app.map()?.fly(placeBox({ coordinates: parts[repairShown] }), { maxZoom: 18 });
  }

  /** @param {any} problem */
  function showProblem(problem) {
    app.showMap();
    const map = app.map();
    map?.mark('problem', problem.place ? { type: 'Feature', properties: {}, geometry: problem.place } : null);
    map?.fresh.choose(problem.districts ?? []);
    const box = problem.place ? placeBox(problem.place) : map?.fresh.boundsOfCodes(problem.districts ?? []) ?? null;
    map?.fly(box ?? null, { maxZoom: 17 });
  }

  /** @param {string} code */
  function showDistrict(code) {
    app.showMap();
    app.map()?.fresh.choose([code]);
    app.map()?.fly(app.map()?.fresh.boundsOfCodes([code]) ?? null);
  }

  /** @param {any} [answer] */
  async function changed(answer) {
    await app.loadSets();
    if (answer?.id && answer.id !== set?.id) app.go(`#${answer.id}`);
    else if (set) await open(set.id, { keep: true });
    byId('side-title').focus({ preventScroll: true });
  }

  return {
    open,
    draw,
    reload: () => (set ? open(set.id, { keep: true }) : Promise.resolve()),
    /** @param {string | null} code tapped on the map */
    picked(code) {
      app.map()?.fresh.choose(code ? [code] : []);
      const feature = (known.features ?? []).find((/** @type {any} */ each) => each.properties.code === code);
      fill(byId('district-card'), feature && districtCard(feature.properties));
    },
  };
}

/** @param {any} properties */
function districtCard(properties) {
  return h('div.district-card', { role: 'region', 'aria-label': nameOf(properties) },
    h('h3', {}, nameOf(properties)),
    h('p.quiet', {}, [t(`level.${properties.level}`), properties.code, properties.parent && t('b.set.in_precinct', { code: properties.parent })].filter(Boolean).join(' · ')),
    properties.station_address && h('p', {}, properties.station_address),
    properties.phone && h('p', {}, properties.phone),
    h('button', { type: 'button', onclick: () => fill(byId('district-card')) }, t('close')));
}

/** @param {any} place a geometry of any kind @returns {[number, number, number, number]} */
export function placeBox(place) {
  const flat = /** @type {number[]} */ ((place.geometries ? place.geometries.map((/** @type {any} */ each) => each.coordinates) : place.coordinates).flat(Infinity));
  const [xs, ys] = [flat.filter((_, at) => at % 2 === 0), flat.filter((_, at) => at % 2 === 1)];
  const ends = (/** @type {number[]} */ them) => [them.reduce((a, b) => Math.min(a, b)), them.reduce((a, b) => Math.max(a, b))];
  const [[west, east], [south, north]] = [ends(xs), ends(ys)];
  return [west, south, east, north];
}
