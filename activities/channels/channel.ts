import type { Channel } from '../../src/domain/task-queues.ts';

/** What a message says on a channel, ready to hand over. */
export type ChannelContent = { subject: string; html: string; text: string } | { text: string };

/** One message to one address. */
export interface Outbound<Content extends ChannelContent = ChannelContent> {
  /** Travels with the message, so that the provider's webhooks find the delivery. */
  deliveryId: string;
  /** An e-mail address, or a phone number in E.164. */
  to: string;
  content: Content;
}

/** What is known after a call to a provider. Only `not-accepted` may be sent again. */
export type CallOutcome =
  | { kind: 'accepted'; providerId: string }
  /** The provider will not take this message, now or later: its code, and its words for an operator. */
  | { kind: 'refused'; code: string; detail: string }
  /** Certainly not taken, though it may be later: connection refused, DNS, 429. */
  | { kind: 'not-accepted'; retryAfterMs: number | null; detail: string }
  /** The request left and no clear answer came: 5xx, reset, time-out. */
  | { kind: 'unknown'; detail: string };

/** One provider behind one channel. `send` makes one call, bounds its own time, and does not retry. */
export interface ChannelAdapter {
  readonly channel: Channel;
  send(message: Outbound): Promise<CallOutcome>;
}
