/** Sentences about the roster. */

import { ApiError, NoAnswer } from '../api.mjs';
import { hasWords, languageNow, t, tCode } from '../i18n.mjs';
import { localOf } from './zone.mjs';

/** @typedef {{since: string, until: string | null}} Period */

/**
 * @param {string} at RFC 3339
 * @param {string} zone
 * @returns {string} "24 лист., 20:00"
 */
export const momentWords = (at, zone) => new Intl.DateTimeFormat(languageNow(), { timeZone: zone, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));

/** @param {string} at @param {string} zone @returns {string} "20:00" */
export const clockWords = (at, zone) => localOf(Date.parse(at), zone).slice(11);

/**
 * @param {Period} period
 * @param {string} zone
 * @returns {string} "24 лист., 20:00 – 25 лист., 08:00"
 */
export function periodWords({ since, until }, zone) {
  if (!until) return t('r.from', { since: new Intl.DateTimeFormat(languageNow(), { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' }).format(new Date(since)) });
  const [from, to] = [since, until].map((each) => localOf(Date.parse(each), zone));
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : momentWords(until, zone);
  return `${momentWords(since, zone)} – ${end}`;
}

/**
 * @param {string} date `2026-11-24`
 * @param {Intl.DateTimeFormatOptions} look
 */
export const dateWords = (date, look) => new Intl.DateTimeFormat(languageNow(), { timeZone: 'UTC', ...look }).format(new Date(`${date}T12:00:00Z`));

/**
 * What an entry is.
 * @param {'postings' | 'shifts' | 'leaves'} table
 * @param {{kind: string, beat?: string | null}} entry
 */
export function entryWords(table, { kind, beat }) {
  return table === 'postings' ? `${t(`r.posting.${kind}`)}: ${beat}` : t(`r.${table === 'shifts' ? 'shift' : 'leave'}.${kind}`);
}

/**
 * What went wrong, in words a person can act on.
 * @param {unknown} error
 * @param {string} zone
 */
export function failureWords(error, zone) {
  if (error instanceof NoAnswer) return t('r.error.no_answer');
  if (!(error instanceof ApiError)) return t('r.error.unknown');
  const { code, detail, overlaps, since, until } = error.problem;
  if (code === 'overlap' && overlaps && since) {
    return t(`r.error.${overlaps}`, { period: periodWords({ since, until }, zone) });
  }
  const key = `r.error.${String(code ?? '').replaceAll('-', '_')}`;
  return hasWords(key) ? t(key) : detail ?? t('r.error.status', { status: error.status });
}

/**
 * What somebody's last change was.
 * @param {any} undo
 * @param {(code: string) => string} nameOfOfficer
 */
export function undoWords(undo, nameOfOfficer) {
  if (undo.things > 1) return t('r.undo.many', { n: undo.things });
  const verb = !undo.before ? 'added' : !undo.after ? 'removed' : 'changed';
  return t('r.undo.one', { what: t(`r.undo.${undo.kind}.${verb}`), officer: nameOfOfficer(undo.officer) });
}

/** @param {string} duty */
export const dutyWords = (duty) => tCode('duty', duty);
