/** Dialogs of the page that are more than a question. */

import { dialogue } from '../boundaries/kit.mjs';

/** @returns {boolean} whether one stands open, and what is behind it had better stay */
export const dialogueOpen = () => document.querySelector('dialog[open]') !== null;

/**
 * A wide dialog; see `dialogue`.
 * @param {Parameters<typeof dialogue>[0]} make
 */
export function wideDialogue(make) {
  const answer = dialogue(make);
  document.body.lastElementChild?.classList.add('wide-dialog');
  return answer;
}
