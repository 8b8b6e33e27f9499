import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { customerEventKinds, type EventBody, type CustomerEventKind } from '../../src/db/schema/events.ts';
import { AppError } from '../../src/errors.ts';
import { parse } from '../parse.ts';
import { contextWords, traitWords } from './message-words.ts';

/** A Segment message as Kairos understands it. Times are real, epoch milliseconds. */
export interface SegmentMessage {
  kind: CustomerEventKind;
  messageId: string | null;
  name: string | null;
  userId: string | null;
  anonymousId: string | null;
  previousId: string | null;
  timestampMs: number | null;
  sentAtMs: number | null;
  body: EventBody;
}

/** What a script writes when it has no id: taken for one, it would make one customer of everybody. */
const placeholders = new Set(['undefined', 'null', 'NaN', '[object Object]']);

const externalId = field((value) => {
  const text = textOf(value, bounds.idLength);
  return text !== undefined && placeholders.has(text) ? undefined : text;
}, `an id: a text of 1 to ${bounds.idLength} characters, or an integer that is exact in JSON`);

const label = field(
  (value) => textOf(value, bounds.nameLength),
  `a text of 1 to ${bounds.nameLength} characters`,
);
const time = field((value) => clientTimeMs(value) ?? undefined, 'a time, such as "2026-05-01T12:00:00.000Z"');
const object = field(objectOf, 'an object');

const messageId = field(
  (value) => textOf(value, bounds.idLength),
  `an id: a text of 1 to ${bounds.idLength} characters`,
);

/** The fields of a message that are read; all others are kept. */
export const messageSchema = z.object({
  messageId,
  event: label,
  name: label,
  userId: externalId,
  anonymousId: externalId,
  previousId: externalId,
  timestamp: time,
  /** What RudderStack's clients call it, unless their user said when. */
  originalTimestamp: time,
  sentAt: time,
  properties: object,
  traits: field(objectOf, 'an object', traitWords),
  context: field(objectOf, 'an object', contextWords),
});

/**
 * Reads a message as Segment's clients send it: null and blank stand for absent, numbers for ids, unknown fields are
 * kept. `kind` is what the path says; a batch's item says it in `type`.
 * @throws AppError `malformed-message`, `unknown-type`, `no-identity`.
 */
export function readMessage(item: unknown, kind: CustomerEventKind | null): SegmentMessage {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new AppError('malformed-message', `Expected a message as an object, got ${sayValue(item)}.`);
  }
  const known = kind ?? kindOf((item as { type?: unknown }).type);
  const read = parse(messageSchema, fieldsOf(item), 'malformed-message');
  assertComplete(known, read);
  return {
    kind: known,
    messageId: read.messageId,
    name: known === 'track' ? read.event : read.name,
    userId: read.userId,
    anonymousId: read.anonymousId,
    previousId: known === 'alias' ? read.previousId : null,
    timestampMs: read.timestamp ?? read.originalTimestamp,
    sentAtMs: read.sentAt,
    body: bodyOf(item, read),
  };
}

type Read = z.output<typeof messageSchema>;

/** The fields that are read, each there: to a schema, an absent one is not the same as null. */
function fieldsOf(item: object): Record<string, unknown> {
  const given = item as Record<string, unknown>;
  return Object.fromEntries(Object.keys(messageSchema.shape).map((name) => [name, given[name] ?? null]));
}

function kindOf(type: unknown): CustomerEventKind {
  const kind = customerEventKinds.find((known) => known === type);
  if (kind !== undefined) return kind;
  throw new AppError(
    'unknown-type',
    `type: expected one of ${customerEventKinds.join(', ')}, got ${sayValue(type)}.`,
  );
}

function assertComplete(kind: CustomerEventKind, { event, userId, anonymousId, previousId }: Read): void {
  if (kind === 'track' && event === null) {
    throw new AppError('malformed-message', 'event: a track needs the name of what happened, got nothing.');
  }
  if (kind === 'alias' && (previousId === null || userId === null)) {
    throw new AppError('malformed-message', 'An alias needs both previousId and userId.');
  }
  if (userId === null && anonymousId === null) {
    throw new AppError(
      'no-identity',
      "A message needs a userId or an anonymousId, so that it is somebody's.",
    );
  }
}

/** Everything that has no column of its own, as it came. */
function bodyOf(item: object, { properties, traits, context }: Read): EventBody {
  const stored = new Set(['type', 'messageId', 'event', 'userId', 'anonymousId', 'previousId', 'writeKey']);
  const replaced = ['properties', 'traits', 'context'];
  const rest = Object.entries(item).filter(([key]) => !stored.has(key) && !replaced.includes(key));
  return {
    ...Object.fromEntries(rest),
    ...(properties && { properties }),
    ...(traits && { traits }),
    ...(context && { context }),
  };
}

/** A field that may be absent, null or blank, and is then null; `read` gives undefined for what is none. */
function field<Value>(
  read: (value: unknown) => Value | undefined,
  expected: string,
  words: { properties?: unknown } = {},
) {
  return (
    z
      .unknown()
      // To who reads the description of the API: without it a message is whole.
      .optional()
      .meta({ description: expected, ...words })
      .transform((value, context): Value | null => {
        if (value == null) return null;
        if (typeof value === 'string' && value.trim() === '') return null;
        const found = read(value);
        if (found !== undefined) return found;
        context.addIssue({ code: 'custom', message: `expected ${expected}, got ${sayValue(value)}` });
        return z.NEVER;
      })
  );
}

function textOf(value: unknown, maxLength: number): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.length <= maxLength ? value : undefined;
}

/** PHP writes an object without entries as an empty array. */
function objectOf(value: unknown): Record<string, unknown> | undefined {
  if (Array.isArray(value)) return value.length === 0 ? {} : undefined;
  return typeof value === 'object' ? (value as Record<string, unknown>) : undefined;
}
