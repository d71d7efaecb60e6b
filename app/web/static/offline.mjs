/**
 * Everything an officer does goes through this outbox: kept first, then sent, in order, once.
 *
 * Sent once: each action carries the version of the report it was taken on. When the answer to the
 * first try got lost, the second try meets a newer version (409), and what the report then says
 * tells whether it was our own change that made it.
 */

import { ApiError, NoAnswer, ask, reportPath } from './api.mjs';
import { kept } from './store.mjs';

const RETRY_MS = 5_000;

/**
 * @typedef {object} Action
 * @property {string} id
 * @property {string} number of the report
 * @property {'status' | 'reply' | 'placement' | 'assignment' | 'duplicate' | 'separate' | 'distinct' | 'move' | 'category'} kind
 * @property {Record<string, any>} body
 * @property {number | null} version of the report when the action was taken; null: after the one before
 * @property {number} at when it was taken, milliseconds
 * @property {number} tries
 */

/**
 * @typedef {object} Outcome
 * @property {Action} action
 * @property {'done' | 'conflict' | 'refused' | 'loggedout'} result
 * @property {any} [report] as the server has it now
 * @property {ApiError} [error]
 */

/**
 * @param {string} login whose actions these are
 * @param {{changed: (actions: Action[]) => void, told: (outcome: Outcome) => void}} listeners
 */
export function openOutbox(login, listeners) {
  const name = `outbox.${login}`;
  let sending = false;
  let askedMeanwhile = false;
  let closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  // Where the browser refuses to store, the list lives as long as the page.
  /** @type {Action[] | null} */
  let memory = kept.works() ? null : [];

  /** @returns {Action[]} */
  const list = () => memory ?? kept.read(name, []);

  /** @param {Action[]} actions */
  function save(actions) {
    if (memory) memory = actions;
    else kept.write(name, actions.length ? actions : null);
    listeners.changed(actions);
  }

  /**
   * Keep an action and try to send it.
   * @param {Pick<Action, 'number' | 'kind' | 'body' | 'version'>} wanted
   */
  function add(wanted) {
    const follows = list().some((action) => action.number === wanted.number);
    const version = follows ? null : wanted.version;
    save([...list(), { ...wanted, version, id: crypto.randomUUID(), at: Date.now(), tries: 0 }]);
    return flush();
  }

  /** Send what waits. Only one tab of a browser does. */
  async function flush() {
    if (sending || closed) {
      // What was added just as the last one was let go would wait for ever.
      askedMeanwhile = true;
      return;
    }
    sending = true;
    try {
      do {
        askedMeanwhile = false;
        clearTimeout(retry);
        if (navigator.locks) await navigator.locks.request(name, drain);
        else await drain();
      } while (askedMeanwhile && !closed);
    } finally {
      sending = false;
    }
  }

  async function drain() {
    for (let action = list()[0]; action && !closed; [action] = list()) {
      const outcome = await sendOne(action);
      if (outcome === null) {
        retry = setTimeout(flush, RETRY_MS);
        return;
      }
      if (outcome.result === 'loggedout') return;
      const { id, number } = action;
      const rest = list().filter((each) => each.id !== id);
      if (outcome.result === 'done') {
        const next = rest.find((each) => each.number === number);
        if (next && next.version === null) next.version = outcome.report?.version ?? null;
        save(rest);
      } else {
        // What was built on a refused step makes no sense without it.
        save(rest.filter((each) => each.number !== number));
      }
      listeners.told(outcome);
    }
  }

  /**
   * @param {Action} action
   * @returns {Promise<Outcome | null>} null: no answer, try again later
   */
  async function sendOne(action) {
    save(list().map((each) => (each.id === action.id ? { ...each, tries: each.tries + 1 } : each)));
    try {
      const report = await ask('POST', `${reportPath(action.number)}/${action.kind}`, {
        body: action.version === null ? action.body : { ...action.body, version: action.version },
        headers: { 'Idempotency-Key': action.id },
      });
      return { action, result: 'done', report };
    } catch (error) {
      if (error instanceof NoAnswer) return null;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) return { action, result: 'loggedout' };
      if (error.status === 429 || error.status >= 500) return null;
      const { current } = error.problem;
      if (error.status === 409 && action.tries > 0 && current && isApplied(action, current)) {
        return { action, result: 'done', report: current };
      }
      return { action, result: error.status === 409 ? 'conflict' : 'refused', report: current, error };
    }
  }

  listeners.changed(list());
  return { add, flush, list, close() { closed = true; clearTimeout(retry); } };
}

/**
 * Tell whether a report already shows what an action wanted.
 * @param {Action} action
 * @param {any} report
 * @returns {boolean}
 */
export function isApplied(action, report) {
  const { body } = action;
  switch (action.kind) {
    case 'status': return report.status === body.status;
    case 'reply': return (report.replies ?? []).some((/** @type {any} */ reply) => reply.text === body.text && Date.parse(reply.at) >= action.at - 60_000);
    case 'placement': return report.placement?.lon === body.lon && report.placement?.lat === body.lat;
    case 'assignment': return body.officer ? report.assignment?.officer?.code === body.officer : report.assignment?.desk === body.desk;
    case 'category': return report.category === body.category && report.category_by === 'staff' && (body.danger === undefined || report.danger === body.danger);
    case 'duplicate': return report.duplicate_of === body.of;
    case 'separate': return !report.duplicate_of;
    case 'distinct': return true;
    case 'move': return !report.proposed_move;
    default: return false;
  }
}
