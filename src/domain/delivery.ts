import type { Channel } from './task-queues.ts';

/** Owed; about something the customer is doing or waiting for; wants to sell. */
export const purposes = ['transactional', 'help', 'offer'] as const;
export type Purpose = (typeof purposes)[number];

export const arms = ['treated', 'held-out', 'global-held-out'] as const;
export type Arm = (typeof arms)[number];

export const deliveryStates = [
  'waiting',
  'withheld',
  'held-out',
  'intended',
  'unknown',
  'accepted',
  'delivered',
  'failed',
  'bounced',
  'cancelled',
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Why a delivery waits or is withheld, in the order in which the gate looks. */
export const gateReasons = [
  'run-closed',
  'expired',
  'erased',
  'paused',
  'pacing',
  'behind',
  'unreachable',
  'no-consent',
  'suppressed',
  'irrelevant',
  'capped',
  'quiet-hours',
  'competing',
  'missing-data',
] as const;
export type GateReason = (typeof gateReasons)[number];

/**
 * Where a delivery may go from each state. A total order of what is known, so that the provider's words may come in
 * any order and often: the one that tells most stays. `accepted` is an answer, `failed` is the end of an attempt
 * that was accepted, `delivered` outweighs it, and a bounce can follow a delivery. Held out is for ever, and only the
 * gate leads from wanting to `intended`. A `cancelled` one was certainly not taken, unless the provider says it was:
 * it was held for later when its run ended, or its call was to be made again.
 */
export const moves: Record<DeliveryState, readonly DeliveryState[]> = {
  waiting: ['withheld', 'held-out', 'intended', 'cancelled'],
  withheld: ['held-out', 'intended'],
  'held-out': [],
  intended: ['unknown', 'cancelled', 'accepted', 'failed', 'delivered', 'bounced'],
  unknown: ['accepted', 'failed', 'delivered', 'bounced'],
  cancelled: ['accepted', 'delivered', 'bounced'],
  accepted: ['failed', 'delivered', 'bounced'],
  failed: ['delivered', 'bounced'],
  delivered: ['bounced'],
  bounced: [],
};

/** The states from which a delivery may rise to this one: the condition of the one update that raises it. */
export function statesBelow(state: DeliveryState): DeliveryState[] {
  return deliveryStates.filter((from) => moves[from].includes(state));
}

/** What counts towards caps: it was sent, may have been, or would have been were it not for the holdout. */
export const countingStates: readonly DeliveryState[] = [
  'held-out',
  'intended',
  'unknown',
  'accepted',
  'delivered',
  'bounced',
];

/** Verdicts on an address rather than on the message: with one of these the next channel is tried. */
export const nextChannelReasons: readonly GateReason[] = ['unreachable', 'no-consent', 'suppressed'];

/** Whether a verdict is one on the address: the next channel is to be tried. */
export function speaksAgainstChannel({ state, reason }: Pick<Verdict, 'state' | 'reason'>): boolean {
  return state === 'withheld' && reason !== null && nextChannelReasons.includes(reason);
}

/** Whether a delivery has turned to another channel since it was decided on: a call found that the one before does not reach. */
export function hasTurned(verdicts: readonly Pick<Verdict, 'state' | 'reason'>[]): boolean {
  const decided = verdicts.findIndex(({ state }) => state === 'intended');
  return decided >= 0 && verdicts.slice(decided).some(speaksAgainstChannel);
}

/** What time alone may mend: who is held back by one of these may be served in a later wave of the same restock. */
export const passingReasons: readonly GateReason[] = [
  'paused',
  'pacing',
  'behind',
  'capped',
  'quiet-hours',
  'competing',
];

/** Those of them of which it is known until when they hold somebody back. */
export const datedReasons: readonly GateReason[] = ['capped', 'quiet-hours'];

/** Whether the gate got further with the one reason than with the other. */
export function isFurther(reason: GateReason, than: GateReason): boolean {
  return gateReasons.indexOf(reason) > gateReasons.indexOf(than);
}

/** How many verdicts a delivery keeps while its provider takes nothing; the state's own is kept beyond. */
export const mostVerdicts = 50;

/** Of a message that is sent again when nobody knows what became of it: how often it may come to that. */
const mostInDoubt = 2;

/** Whether what is about to be `unknown`, after these verdicts, may be sent once more: its first call was. */
export function mayResend(verdicts: readonly Pick<Verdict, 'state'>[]): boolean {
  return verdicts.filter(({ state }) => state === 'unknown').length + 1 < mostInDoubt;
}

/** One look of the gate at one channel, or one word of the provider. */
export interface Verdict {
  /** ISO 8601, Kairos's time. */
  at: string;
  channel: Channel | null;
  state: DeliveryState;
  reason: GateReason | null;
  /** A sentence for an operator. */
  words: string;
}
