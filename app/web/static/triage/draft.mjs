/** What is edited beside what is saved, and not to be lost by leaving. */

import { confirmed } from '../boundaries/kit.mjs';
import { t } from '../i18n.mjs';

/** @param {{saved: any, draft: any}} state */
export function createDraft(state) {
  const isDirty = () => JSON.stringify(state.saved) !== JSON.stringify(state.draft);
  addEventListener('beforeunload', (event) => { if (state.draft && isDirty()) event.preventDefault(); });
  return {
    /** @returns {boolean} whether something was changed and not saved */
    isDirty,
    async mayLeave() {
      if (isDirty() && !await confirmed({ title: t('tr.leave_title'), text: t('tr.leave_text'), yes: t('tr.leave_yes'), danger: true })) return false;
      state.saved = state.draft;
      return true;
    },
  };
}
