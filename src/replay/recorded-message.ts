import { createHash } from 'node:crypto';
import { z } from 'zod';
import { bounds } from '../domain/bounds.ts';
import { clientTimeMs } from '../domain/client-time.ts';
import { sayValue } from '../domain/say-value.ts';
import { isCloudEvent, recordedEvent, type RecordedEvent } from './recorded-event.ts';
import type { RecordedLine } from './recorded-lines.ts';

/** Longer than any message Kairos takes, also when it was written with escapes and blanks. Bytes. */
export const longestLineBytes = 8 * bounds.itemBytes;

/** What the client adds to a message at most: its name and version, the time, the id. Bytes. */
export const addedBytes = 512;

const longestMessageBytes = bounds.itemBytes - addedBytes;

/** As lenient as Kairos is, where the client is not: blank stands for absent, a whole number for an id. */
const text = z.preprocess((value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
}, z.string().optional());
const needed = text.pipe(z.string());
/** PHP writes an object without entries as an empty array. */
const object = z.preprocess(
  (value) => (value === null || (Array.isArray(value) && value.length === 0) ? undefined : value),
  z.record(z.string(), z.unknown()).optional(),
);
const ids = { userId: text, anonymousId: text, messageId: text, context: object };

/**
 * The parts of a message that the client library takes; the others are left out. `integrations` is among them: it
 * addresses Segment's own destinations, and `{"Segment.io": false}` would make the client drop the message in silence.
 */
const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('track'), ...ids, event: needed, properties: object }),
  z.object({ type: z.literal('identify'), ...ids, traits: object }),
  z.object({ type: z.literal('page'), ...ids, category: text, name: text, properties: object }),
  z.object({ type: z.literal('screen'), ...ids, category: text, name: text, properties: object }),
  z.object({ type: z.literal('group'), ...ids, groupId: needed, traits: object }),
  z.object({ type: z.literal('alias'), ...ids, userId: needed, previousId: needed }),
]);

/** What is posted of a recorded message, and what the replay needs to know about it. */
export interface RecordedMessage {
  line: number;
  /** When it happened, epoch milliseconds of the recording. */
  atMs: number;
  /** Its own messageId, else one made from its line: the same line has the same id in every replay. */
  messageId: string;
  body: z.infer<typeof schema>;
  /** Of its body as JSON. */
  bytes: number;
}

/** A line that cannot be posted: the sentence says which, what came, and what was expected. */
export interface FaultyLine {
  line: number;
  fault: string;
}

/** The message or CloudEvent in a line; what is wrong with it; or null for a blank line. */
export function recordedMessage({
  number,
  text: source,
}: RecordedLine): RecordedMessage | RecordedEvent | FaultyLine | null {
  const faulty = (what: string): FaultyLine => ({ line: number, fault: `Line ${number} ${what}` });
  if (source === null) return faulty(`is longer than ${longestLineBytes} bytes: no message is.`);
  const trimmed = source.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return null;
  const json = parseJson(trimmed);
  if (json === undefined) {
    return faulty(`is not JSON: ${sayValue(trimmed.slice(0, 40))}… One message a line is expected.`);
  }
  const read = isCloudEvent(json) ? recordedEvent(number, json) : segmentMessage(number, json, trimmed);
  if ('fault' in read || read.bytes <= longestMessageBytes) return read;
  return faulty(`has ${read.bytes} bytes: a message may have ${longestMessageBytes}.`);
}

function segmentMessage(line: number, json: unknown, source: string): RecordedMessage | FaultyLine {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    return { line, fault: `Line ${line} is not a Segment message: ${sayIssue(parsed.error, json)}.` };
  }
  const atMs = recordedAtMs(json as Record<string, unknown>);
  if (atMs === null) {
    return { line, fault: `Line ${line} says no time: a timestamp in ISO 8601 is expected.` };
  }
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data));
  const messageId = parsed.data.messageId ?? `replay-${sha256(source).slice(0, 32)}`;
  return { line, atMs, messageId, body: parsed.data, bytes };
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** Without a timestamp, as when a client wrote none, the moment it was sent or received is the nearest there is. */
function recordedAtMs(json: Record<string, unknown>): number | null {
  for (const name of ['timestamp', 'originalTimestamp', 'sentAt', 'receivedAt']) {
    if (json[name] !== undefined && json[name] !== null) return clientTimeMs(json[name]);
  }
  return null;
}

/** Names the field and what kind of thing it holds, not what it says: it may be somebody's name. */
function sayIssue(error: z.ZodError, json: unknown): string {
  const issue = error.issues[0]!;
  const place = issue.path.join('.');
  if (place === '') return `${sayValue(json)} came, an object with a type was expected`;
  const came = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], json);
  if (place === 'type') {
    return `its type is ${sayValue(came)}, expected is track, identify, page, screen, group or alias`;
  }
  const kind =
    typeof came === 'object' || came === undefined || came === '' ? sayValue(came) : `a ${typeof came}`;
  return `its ${place} is ${kind}; ${issue.message}`;
}

export function sha256(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}
