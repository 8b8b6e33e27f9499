import type { Purpose } from './delivery.ts';

/**
 * Why an address is not written to. `unsubscribed`: they asked for no more help and offers there; what is owed still
 * goes. `stopped`: a stop word came from the number. `bounced`, `complained`: the provider told of it. `refused`: the
 * provider does not deliver there. `imported`, `operator`: somebody of the shop says so.
 */
export const suppressionReasons = [
  'unsubscribed',
  'stopped',
  'bounced',
  'complained',
  'refused',
  'imported',
  'operator',
] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** A suppression in force of the address that a message would go to. Times in epoch milliseconds. */
export interface Suppression {
  reason: SuppressionReason;
  at: number;
  /** When the customer last agreed to the channel, or the message's topic of it; null: never. */
  agreedAt: number | null;
}

/**
 * The suppression that holds a message of this purpose back, the oldest of several; null when none does. Who
 * unsubscribed still gets what is owed to them, and is written to again once they agree anew. All others hold whatever
 * the purpose, until somebody lifts them: nothing arrives there, or must not.
 */
export function suppressionThatHolds(found: readonly Suppression[], purpose: Purpose): Suppression | null {
  const holds = ({ reason, at, agreedAt }: Suppression) =>
    reason !== 'unsubscribed' || (purpose !== 'transactional' && (agreedAt === null || agreedAt <= at));
  return found.filter(holds).sort((a, b) => a.at - b.at)[0] ?? null;
}

const said: Record<SuppressionReason, string> = {
  unsubscribed: 'the address was unsubscribed',
  stopped: 'a word that stops messages came from the number',
  bounced: 'a message to the address bounced',
  complained: 'a message to the address was reported as spam',
  refused: 'the provider does not deliver to the address',
  imported: 'the address came with a list of those not to be written to',
  operator: 'an operator suppressed the address',
};

/** Why the address is suppressed, in words for an operator. */
export function saySuppression({ reason, at }: Suppression): string {
  return `${said[reason]} at ${new Date(at).toISOString()}`;
}
