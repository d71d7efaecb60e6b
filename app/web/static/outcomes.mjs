/** What became of an action, told to whoever took it. */

import { announce } from './dom.mjs';
import { t } from './i18n.mjs';
import { drafts } from './sync.mjs';

const FIELD_OF = /** @type {Record<string, string>} */ ({ reply: 'reply', status: 'note', assignment: 'why' });
const OF_TWO = new Set(['duplicate', 'separate', 'distinct']);

/** @param {import('./app.mjs').App} app */
export function createOutcomes(app) {
  const { store } = app;
  /** @type {Map<string, any>} reports as they were when an action was taken */
  const before = new Map();

  /** @param {import('./offline.mjs').Outcome} outcome */
  function told({ action, result, report: now, error }) {
    const { number, kind, body } = action;
    const field = FIELD_OF[kind];
    const typed = body.text ?? body.note ?? body.why;
    const wanted = kind === 'status' ? t(`action.${body.status}`) : t(`did.${kind}`);
    if (now) app.sync?.put(now);
    if (result === 'done') {
      if (field && drafts.read(number, field).trim() === typed) drafts.write(number, field, '');
      announce(t('announce.done', { what: wanted, number }));
    } else {
      if (field && typed) drafts.write(number, field, typed);
      const refusal = result === 'refused' ? refusalWords(error) : '';
      store.set({ conflict: { number, before: before.get(number) ?? null, after: now ?? null, wanted, refusal } });
      if (store.get().selected !== number) store.set({ notice: { kind: 'warn', text: t('conflict.elsewhere', { number, what: wanted }), number } });
    }
    app.sync?.queueSoon();
    const { selected } = store.get();
    // What is linked or parted changes what the other one shows.
    if (selected && (selected === number || OF_TWO.has(kind))) app.sync?.loadReport(selected);
  }

  return {
    told,
    /**
     * Remember how a report looked when an action was taken on it.
     * @param {string} number
     * @param {any} report
     */
    taken(number, report) { before.set(number, report); },
  };
}

/** @param {import('./api.mjs').ApiError | undefined} error */
function refusalWords(error) {
  if (error?.status === 403) return t('refused.forbidden');
  if (error?.status === 404) return t('refused.gone');
  return t('refused.invalid', { detail: error?.message ?? '' });
}
