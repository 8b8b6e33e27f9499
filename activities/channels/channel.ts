import type { Purpose } from '../../src/domain/delivery.ts';
import type { SuppressionReason } from '../../src/domain/suppression.ts';
import type { Channel } from '../../src/domain/task-queues.ts';

/** What a message says on a channel, ready to hand over. */
export type ChannelContent =
  EmailContent | TextContent | TemplateContent | PushContent | OnsiteContent | WebhookContent;

export interface EmailContent {
  subject: string;
  html: string;
  text: string;
}

/** Of a text message. */
export interface TextContent {
  text: string;
}

/** Of WhatsApp: a template that it has approved, by Twilio's id of it, and what stands in its places. */
export interface TemplateContent {
  contentSid: string;
  variables: Readonly<Record<string, string>>;
}

export interface PushContent {
  title: string;
  body: string;
  url?: string;
}

/** Plain text, all of it. */
export interface OnsiteContent {
  title: string;
  text: string;
  url?: string;
  action?: string;
}

export interface WebhookContent {
  fields: Readonly<Record<string, string>>;
}

/** One message to one address. */
export interface Outbound<Content extends ChannelContent = ChannelContent> {
  /** Travels with the message, so that the provider's webhooks find the delivery. */
  deliveryId: string;
  /** An e-mail address, or a phone number in E.164; of push and webhook, the customer's id. */
  to: string;
  content: Content;
  /** Of an e-mail: where its reader unsubscribes with one click (RFC 8058), in the headers of the mail. */
  unsubscribeUrl?: string;
  /** Of what passed the gate, always: for a channel whose receiver is told, or that handles messages by purpose. */
  about?: OutboundAbout;
}

/** What a message is beside its words. */
export interface OutboundAbout {
  message: string;
  purpose: Purpose;
  customerId: string;
  /** As the journey or watch gave it: ids, quantities and amounts. */
  data: Readonly<Record<string, unknown>>;
}

/** What is known after a call to a provider. Only `not-accepted` may be sent again. No detail holds an address. */
export type CallOutcome =
  /** The provider's id of the message; null if it took the message without saying one. */
  | { kind: 'accepted'; providerId: string | null }
  /** The provider will not take this message, now or later: its code, and its words for an operator. */
  | { kind: 'refused'; code: string; detail: string; about?: RefusalAbout; suppress?: RefusedAddress }
  /** Certainly not taken, though it may be later: never connected, 401, 403, 408, 429. Real milliseconds. */
  | { kind: 'not-accepted'; retryAfterMs: number | null; detail: string }
  /** The customer is not reached on this channel after all, and certainly has not got it: the next channel is tried. */
  | { kind: 'unreachable'; code: string; detail: string }
  /**
   * The request left and no clear answer came: 5xx, reset, time-out. Where such calls are repeated: after how long, real
   * milliseconds; and if a repetition was refused, which may be because the message is there: no other would tell more.
   */
  | { kind: 'unknown'; detail: string; retryAfterMs?: number | null; refusal?: Refusal };

/** The code of a refusal, and what it says of the address. */
export interface Refusal {
  code: string;
  suppress?: RefusedAddress;
}

/**
 * What a refusal of a message by itself says of its address: why it is not written to any more. The channel names the
 * reason; whoever made the call adds the hash, for the address itself is kept nowhere.
 */
export interface RefusedAddress {
  reason: SuppressionReason;
  addressHash?: string;
}

/**
 * Of a refused call for several messages, what it was refused for: something that all have in common, or some of them
 * by their places. Without it any of them may be the reason.
 */
export type RefusalAbout = 'all' | readonly number[];

/**
 * One provider behind one channel. `send` makes one call, bounds its own time, and does not retry or throw. No provider
 * here is asked afterwards what became of a call: Twilio's list of messages tells neither our id nor the URL of its
 * call-back, so that two messages of the same words could be taken for each other, and of SendGrid's mails only its
 * webhook tells. Their news, which carry our id, settle what is unknown.
 */
export interface ChannelAdapter {
  readonly channel: Channel;
  /** An aborted `signal` ends the call early: `unknown` if the request may have left. */
  send(message: Outbound, signal?: AbortSignal): Promise<CallOutcome>;
  /** Of a provider that takes many messages in one call. */
  readonly batch?: ChannelBatch;
  /** Of a provider that knows a delivery by its id. Without it, a call that ended in doubt is never repeated. */
  readonly idempotent?: Idempotency;
}

/** A call with the same delivery id may be repeated within this time, real milliseconds, and makes no second message. */
export interface Idempotency {
  readonly withinMs: number;
}

/** One call for messages to different addresses: taken together, or none of them. */
export interface ChannelBatch {
  /** How many messages a call may have. */
  readonly most: number;
  /**
   * Of messages that differ, which may share a call: each in one group, whatever the size of the group, and any part
   * of a group is one too. Without it those with the same content.
   */
  readonly together?: (messages: readonly Outbound[]) => readonly (readonly Outbound[])[];
  /** As `send`. No recipient learns of another. */
  readonly send: (messages: readonly Outbound[], signal?: AbortSignal) => Promise<CallOutcome>;
}
