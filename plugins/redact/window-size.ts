/** How much of an answer is held back so that nothing that is found in it has gone out in part. UTF-16 units. */

/** Findings up to so long may hold blanks anywhere; longer ones are unbroken runs, or keys that are found before their end. */
export const LONGEST_WITH_BLANKS = 256;
/** Words behind a finding that say what it is. */
export const CONTEXT_BEHIND = 40;
/** Words before it. */
export const CONTEXT_BEFORE = 256;
/** So much is looked at in one go. */
export const STEP = 64;
export const LONGEST_RUN = 4096;
/** Longer ones no detector finds. */
const LONGEST_FINDING = 8192;

/** The longest that is held back of text, and of text with runs and keys that are held to their end. */
export const USUAL_HOLD = LONGEST_WITH_BLANKS + CONTEXT_BEHIND + STEP;
export const LONGEST_HOLD = LONGEST_FINDING * 1.25 + USUAL_HOLD;
