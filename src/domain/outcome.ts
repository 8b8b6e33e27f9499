/** Outcomes that Kairos itself gives to runs; no journey may use them for its own. */
export const reservedOutcomes = [
  'merged',
  'moved',
  'erased',
  'cancelled',
  'terminated',
  'failed',
  'expired',
] as const;
export type ReservedOutcome = (typeof reservedOutcomes)[number];

/** How an outcome is spelt, a key of `ends` or a returned word: it stands in tables, reports and histories. */
export const outcomePattern = /^[a-z][a-z0-9-]{0,63}$/;
