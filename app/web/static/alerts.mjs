/** Publishing the open report: on purpose, in one's own words, seen before it is out. */

import { ApiError, ask, get } from './api.mjs';
import { fill, h, icon } from './dom.mjs';
import { hasWords, languageNow, languagesOffered, nameOf, t } from './i18n.mjs';
import { section } from './report-parts.mjs';
import { ICONS } from './shapes.mjs';
import { exact } from './time.mjs';

const MAY_PUBLISH = ['desk', 'admin', 'leader'];
const KINDS = ['Safety', 'Security', 'Transport', 'Fire', 'Rescue', 'Health', 'Infra', 'Env', 'Met', 'Other'];
const URGENCIES = ['Immediate', 'Expected', 'Future', 'Past', 'Unknown'];
const SEVERITIES = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'];
const CERTAINTIES = ['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown'];
const HOURS = [1, 2, 4, 8, 24, 72];
const HOUR_MS = 3_600_000;

/** @typedef {import('./app.mjs').App} App */

/**
 * What stands in the drawer: what is published, and a button.
 * @param {any} report
 * @param {App} app
 */
export function alertSection(report, app) {
  if (!MAY_PUBLISH.includes(app.store.get().me?.role)) return null;
  const state = h('div');
  const words = h('span', {}, t('al.open'));
  // One button for good: it must not go away under a finger when the answer comes.
  const node = section(t('al.section'), state, h('div.buttons', {}, h('button.publish', { type: 'button', onclick: open }, icon(ICONS.megaphone), words)));
  // Only the whole report is asked about: the queue's rows are many.
  if (report.history) show();

  async function show() {
    const found = await get(`/alerts?report=${encodeURIComponent(report.number)}`).catch(() => null);
    if (!found) return;
    const live = found.alerts.find((/** @type {any} */ each) => each.identifier === found.live);
    words.textContent = t(live ? 'al.manage' : 'al.open');
    fill(state,
      live
        ? h('div.alert-live', {}, h('p', {}, h('strong', {}, t('al.published')), ' · ', live.says.headline), h('p.quiet', {}, t('al.until', { time: exact(Date.parse(live.expires_at)), who: live.published_by })))
        : h('p.quiet', {}, t(found.alerts.length ? 'al.over' : 'al.nothing')));
  }

  async function open() {
    const dialog = /** @type {HTMLDialogElement} */ (h('dialog.alert-dialog', { 'aria-labelledby': 'alert-title' }));
    const back = document.activeElement;
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (back instanceof HTMLElement && back.isConnected) back.focus();
      show();
    });
    const content = h('div.alert-form', {}, h('p.quiet', {}, t('busy.report')));
    dialog.append(h('h2', { id: 'alert-title' }, t('al.title', { number: report.number })), content);
    document.body.append(dialog);
    dialog.showModal();
    try {
      drawForm(content, report.number, await get(`/alerts?report=${encodeURIComponent(report.number)}`), () => dialog.close());
    } catch (error) {
      fill(content, h('p.alert-fault', { role: 'alert' }, faultWords(error)), h('div.buttons', {}, h('button', { type: 'button', onclick: () => dialog.close() }, t('close'))));
    }
  }
  return node;
}

/** @param {unknown} error */
function faultWords(error) {
  if (!(error instanceof ApiError)) return t('al.error.no_answer');
  const { code, fault, detail } = error.problem;
  const key = `al.error.${String(code ?? '').replaceAll('-', '_')}${fault ? `_${fault}` : ''}`;
  return hasWords(key) ? t(key) : detail ?? error.message;
}

/**
 * @param {string} label
 * @param {HTMLElement} field
 */
function labelled(label, field) {
  field.id ||= `alert-${Math.random().toString(36).slice(2, 9)}`;
  return h('div.field', {}, h('label', { for: field.id }, label), field);
}

/**
 * @param {string[]} values
 * @param {(value: string) => string} words
 * @param {string} value
 * @param {Record<string, unknown>} [props]
 */
function choice(values, words, value, props = {}) {
  const select = /** @type {HTMLSelectElement} */ (h('select', props, values.map((each) => h('option', { value: each }, words(each)))));
  select.value = values.includes(value) ? value : values[0];
  return select;
}

/**
 * @param {HTMLElement} place
 * @param {string} number
 * @param {any} found what was published and may be
 * @param {() => void} close
 */
function drawForm(place, number, found, close) {
  const live = found.alerts.find((/** @type {any} */ each) => each.identifier === found.live) ?? null;
  const former = live?.says ?? {};
  const language = choice(languagesOffered(), (each) => t(`language.${each}`), former.language ?? languageNow());
  const line = (/** @type {string} */ value, /** @type {string} */ id) => /** @type {HTMLInputElement} */ (h('input', { type: 'text', id, maxlength: 160, value }));
  const prose = (/** @type {string} */ value, /** @type {string} */ id) => /** @type {HTMLTextAreaElement} */ (h('textarea', { id, rows: 3, maxlength: 2000, value }));
  const event = line(former.event ?? nameOf({ code: '', name: found.event }), 'alert-event');
  const headline = line(former.headline ?? '', 'alert-headline');
  const description = prose(former.description ?? '', 'alert-description');
  const instruction = prose(former.instruction ?? '', 'alert-instruction');
  const kind = choice(KINDS, (each) => t(`al.kind_${each}`), former.kind ?? 'Safety');
  const urgency = choice(URGENCIES, (each) => t(`al.urgency_${each}`), former.urgency ?? 'Immediate');
  const severity = choice(SEVERITIES, (each) => t(`al.severity_${each}`), former.severity ?? 'Moderate');
  const certainty = choice(CERTAINTIES, (each) => t(`al.certainty_${each}`), former.certainty ?? 'Observed');
  const places = new Map(found.places.map((/** @type {any} */ each) => [each.kind, each]));
  const least = places.get('circle')?.least_radius_m ?? 0;
  const area = choice([...places.keys()].reverse(), (each) => (each === 'circle' ? t('al.area_circle') : `${t(`al.area_${each}`)}: ${nameOf({ code: '', name: places.get(each).name })}`), live?.area.kind ?? 'beat', { id: 'alert-area', onchange: showRadius });
  const radius = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: least, max: 20000, step: 50, value: live?.area.radius_m ?? Math.max(least, 500), inputmode: 'numeric' }));
  const radiusField = labelled(t('al.radius', { n: least }), radius);
  const hours = choice(HOURS.map(String), (each) => t('al.hours', { n: Number(each) }), '4');
  const note = line('', 'alert-note');
  const fault = h('p.alert-fault', { role: 'alert' });
  const preview = h('div');
  function showRadius() { radiusField.style.display = area.value === 'circle' ? '' : 'none'; }
  showRadius();

  const body = () => ({
    language: language.value, kind: kind.value, event: event.value.trim(), urgency: urgency.value, severity: severity.value, certainty: certainty.value,
    headline: headline.value.trim(), description: description.value.trim(), instruction: instruction.value.trim(),
    area: area.value, radius_m: area.value === 'circle' ? Number(radius.value) : null, expires_at: new Date(Date.now() + Number(hours.value) * HOUR_MS).toISOString(),
  });

  /**
   * Once at a time; what is wrong is said, and nothing typed is lost.
   * @param {string} name
   * @param {string} words
   * @param {() => Promise<void>} work
   * @param {string} id
   */
  function button(name, words, work, id) {
    let busy = false;
    return h(name, { type: 'button', id, onclick: async () => {
      if (busy) return;
      busy = true;
      fill(fault);
      try {
        await work();
      } catch (error) {
        fill(fault, faultWords(error));
        fault.scrollIntoView({ block: 'nearest' });
      } finally {
        busy = false;
      }
    } }, words);
  }

  function isWhole() {
    const missing = !headline.value.trim() ? headline : !event.value.trim() ? event : null;
    if (!missing) return true;
    fill(fault, t('al.need_headline'));
    missing.focus();
    return false;
  }

  async function look() {
    if (!isWhole()) return;
    const made = await ask('POST', '/alerts/preview', { body: { ...body(), report: number } });
    fill(preview, h('div.alert-preview', {},
      h('p', {}, h('strong', {}, headline.value)), h('p', {}, `${event.value} · ${t(`al.severity_${severity.value}`)}`),
      description.value && h('p', {}, description.value), instruction.value && h('p', {}, instruction.value),
      h('p.quiet', {}, t(made.area.radius_m ? 'al.preview_circle' : 'al.preview_area', { area: made.area.desc, n: made.area.radius_m ?? 0 })),
      h('details', {}, h('summary', {}, 'CAP 1.2'), h('pre', { tabindex: 0 }, made.xml)),
      h('p', {}, t('al.everybody')),
      h('div.buttons', {}, button('button.primary', t(live ? 'al.update' : 'al.publish'), publish, 'alert-publish'))));
    preview.scrollIntoView({ block: 'nearest' });
  }

  async function publish() {
    if (!isWhole()) return;
    if (live) await ask('POST', `/alerts/${live.identifier}/update`, { body: body() });
    else await ask('POST', '/alerts', { body: { ...body(), report: number } });
    close();
  }

  async function cancel() {
    await ask('POST', `/alerts/${live.identifier}/cancel`, { body: { note: note.value.trim() } });
    close();
  }

  // What was changed after it was looked at has to be looked at again.
  for (const field of [language, kind, event, urgency, severity, certainty, headline, description, instruction, area, radius, hours]) {
    field.addEventListener('input', () => fill(preview));
  }
  fill(place,
    h('p.note', {}, t('al.own_words')),
    labelled(t('al.headline'), headline), labelled(t('al.event'), event), labelled(t('al.description'), description), labelled(t('al.instruction'), instruction),
    h('div.alert-row', {}, labelled(t('al.severity'), severity), labelled(t('al.urgency'), urgency), labelled(t('al.certainty'), certainty), labelled(t('al.kind'), kind)),
    h('div.alert-row', {}, labelled(t('al.area'), area), radiusField, labelled(t('al.lasts'), hours), labelled(t('menu.language'), language)),
    !found.places.length && h('p.note.warn', {}, t('al.no_place')),
    fault,
    h('div.buttons', {}, found.places.length > 0 && button('button', t('al.preview'), look, 'alert-preview'), h('button', { type: 'button', onclick: close }, t('close'))),
    preview,
    live && h('details', {}, h('summary', {}, t('al.cancel_title')), h('div.alert-form', {}, labelled(t('al.note'), note), h('div.buttons', {}, button('button.danger', t('al.cancel'), cancel, 'alert-cancel')))),
    found.alerts.length > 0 && h('details', {}, h('summary', {}, t('al.history')),
      h('ul', {}, found.alerts.map((/** @type {any} */ each) => h('li', {}, `${exact(Date.parse(each.sent_at))} · ${t(`al.type_${each.msg_type}`)} · ${each.published_by} · `, h('a', { href: `/cap/${each.identifier}.xml`, target: '_blank', rel: 'noopener' }, 'XML'))))));
  headline.focus();
}
