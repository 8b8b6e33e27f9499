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
  'erased',
  'paused',
  'behind',
  'unreachable',
  'no-consent',
  'suppressed',
  'irrelevant',
  'capped',
  'quiet-hours',
] as const;
export type GateReason = (typeof gateReasons)[number];

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
