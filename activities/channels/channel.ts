import type { Channel } from '../../src/domain/task-queues.ts';

/** What a message says on a channel, ready to hand over. */
export type ChannelContent = EmailContent | TextContent | PushContent | OnsiteContent | WebhookContent;

export interface EmailContent {
  subject: string;
  html: string;
  text: string;
}

/** Of a text message. */
export interface TextContent {
  text: string;
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
  /** An e-mail address, or a phone number in E.164. */
  to: string;
  content: Content;
}

/** What is known after a call to a provider. Only `not-accepted` may be sent again. No detail holds an address. */
export type CallOutcome =
  /** The provider's id of the message; null if it took the message without saying one. */
  | { kind: 'accepted'; providerId: string | null }
  /** The provider will not take this message, now or later: its code, and its words for an operator. */
  | { kind: 'refused'; code: string; detail: string }
  /** Certainly not taken, though it may be later: never connected, 401, 403, 408, 429. Real milliseconds. */
  | { kind: 'not-accepted'; retryAfterMs: number | null; detail: string }
  /** The request left and no clear answer came: 5xx, reset, time-out. */
  | { kind: 'unknown'; detail: string };

/** One provider behind one channel. `send` makes one call, bounds its own time, and does not retry or throw. */
export interface ChannelAdapter {
  readonly channel: Channel;
  /** An aborted `signal` ends the call early: `unknown` if the request may have left. */
  send(message: Outbound, signal?: AbortSignal): Promise<CallOutcome>;
  /** Of a provider that takes many messages in one call. */
  readonly batch?: ChannelBatch;
}

/** One call for messages with the same content to different addresses: taken together, or none of them. */
export interface ChannelBatch {
  /** How many messages a call may have. */
  readonly most: number;
  /** As `send`. No recipient learns of another. */
  readonly send: (messages: readonly Outbound[], signal?: AbortSignal) => Promise<CallOutcome>;
}
