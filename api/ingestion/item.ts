import type { Clock } from '../../src/clock.ts';
import type { NewEvent } from '../../src/db/queries/insert-events.ts';
import type { NewRejection } from '../../src/db/queries/rejections.ts';
import { traitOrigins } from '../../src/db/schema/customers.ts';
import type { CustomerEventKind } from '../../src/db/schema/events.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { occurredAtMs } from '../../src/domain/occurred-at.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { readMessage } from './message.ts';
import { unreadAmounts } from './order-amounts.ts';
import { assertStorable } from './storable.ts';
import { unreadConsents } from './unread-consents.ts';

/** A message that can be accepted. */
export interface Item {
  /** Its place in the batch; null when it came alone. */
  index: number | null;
  /** As it came. */
  came: unknown;
  bytes: number;
  event: NewEvent;
  /** What of an accepted message means nothing here: it is shown to the operator. */
  passedOver?: Pick<Refusal, 'code' | 'detail'>;
}

/** A message that was refused, with the reason. */
export interface Refusal {
  index: number | null;
  came: unknown;
  code: ErrorCode;
  detail: string;
}

/** What a refused message takes up while it waits to be kept. One nested too deep is not measured: that descends. */
export function refusedBytes({ came, code }: Refusal): number {
  return code === 'too-deep' ? bounds.itemBytes : Buffer.byteLength(JSON.stringify(came) ?? '');
}

/** What holds for all messages of a request. */
export interface Delivered {
  clock: Clock;
  admin: boolean;
  /** Real time. */
  receivedAt: Date;
  /** Of a file it says nothing when it was received: a time that cannot be is refused. */
  isFile?: boolean;
}

/**
 * What comes of one message: an event in Kairos's time, with a message id if it had none.
 * @throws AppError for what cannot be accepted.
 */
export function readItem(
  came: unknown,
  index: number | null,
  kind: CustomerEventKind | null,
  by: Delivered,
): Item {
  assertStorable(came);
  const bytes = bytesOf(came);
  const message = readMessage(came, kind);
  assertOrigin(message.body.context?.['traitsOrigin'], by.admin);
  assertOwnId(message.messageId, by.admin);
  if (message.kind === 'identify') assertConsents(message.body.context?.['consent']);
  const { timestampMs, sentAtMs, ...said } = message;
  const receivedAtMs = by.receivedAt.getTime();
  if (by.isFile && timestampMs !== null && timestampMs < 0)
    throw new AppError('malformed-message', 'timestamp: it says that this occurred before 1970.');
  const occurredMs = occurredAtMs({ timestampMs, sentAtMs, receivedAtMs });
  const event: NewEvent = {
    ...said,
    id: newId(by.clock),
    messageId: said.messageId ?? newId(by.clock),
    source: null,
    subject: null,
    admin: by.admin,
    occurredAt: by.clock.fromReal(new Date(occurredMs)),
    receivedAt: by.clock.fromReal(by.receivedAt),
  };
  const passedOver =
    message.kind === 'identify' ? unreadConsents(message.body.context?.['consent']) : unreadAmounts(message);
  return { index, came, bytes, event, ...(passedOver && { passedOver }) };
}

/**
 * What `context.traitsOrigin` may say. A write key speaks for the customer's own browser: what it knows of them is
 * observed, or stated by them. What was bought in is the shop's to say; taken for observed, it would weigh too much.
 */
function assertOrigin(said: unknown, admin: boolean): void {
  if (said == null) return;
  if (!traitOrigins.some((origin) => origin === said)) {
    const expected = traitOrigins.join(', ');
    throw new AppError(
      'malformed-message',
      `context.traitsOrigin: expected one of ${expected}, got ${sayValue(said)}.`,
    );
  }
  if (said === 'bought-in' && !admin) {
    throw new AppError('bought-in-needs-admin', 'context.traitsOrigin: bought-in traits need the admin key.');
  }
}

/** Ids that Kairos makes, of an import's line, an erasure or a reply: taken by anybody first, these would be duplicates. */
function assertOwnId(messageId: string | null, admin: boolean): void {
  const made = /^(import|erasure|reply):/.exec(messageId ?? '')?.[0];
  if (made === undefined || admin) return;
  throw new AppError(
    'malformed-message',
    `messageId: what begins with "${made}" is made by Kairos, got ${sayValue(messageId)}; choose another, or leave it out.`,
  );
}

/** @throws AppError when an identify says of more channels and topics than the bound what is agreed to. */
function assertConsents(consent: unknown): void {
  const channels = (consent as { channels?: unknown } | null | undefined)?.channels;
  const count = typeof channels === 'object' && channels !== null ? Object.keys(channels).length : 0;
  if (count <= bounds.consentTopics) return;
  throw new AppError(
    'malformed-message',
    `context.consent.channels: ${count} channels and topics are over the bound of ${bounds.consentTopics} for one ` +
      'identify; send them in several.',
  );
}

/** The bytes of a message as JSON. @throws AppError `too-large`. */
export function bytesOf(came: unknown): number {
  const bytes = Buffer.byteLength(JSON.stringify(came));
  if (bytes <= bounds.itemBytes) return bytes;
  throw new AppError(
    'too-large',
    `The message has ${bytes} bytes, over the bound of ${bounds.itemBytes} for one.`,
  );
}

/** A refusal as it is kept for the operator. */
export function rejectionOf({ index, came, code, detail }: Refusal, clock: Clock): NewRejection {
  return {
    id: newId(clock),
    at: clock.now(),
    index,
    code,
    // Through UTF-8: what names a place or a value must not be what cannot be stored.
    detail: Buffer.from(detail.replaceAll('\0', '')).toString('utf8'),
    item: code === 'too-deep' ? null : kept(came),
  };
}

/** The message itself where it can be kept, else the beginning of its JSON, as text. */
function kept(came: unknown): unknown {
  if (came === undefined) return null;
  const text = JSON.stringify(came);
  if (Buffer.byteLength(text) > bounds.itemBytes) {
    return { json: Buffer.from(text).subarray(0, bounds.itemBytes).toString('utf8') };
  }
  try {
    assertStorable(came);
    return came;
  } catch {
    // In its JSON, what cannot be stored is an escape sequence, which can.
    return { json: text };
  }
}
