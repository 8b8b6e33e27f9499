import { z } from 'zod';
import { rfc3339Ms } from '../domain/client-time.ts';
import { sayValue } from '../domain/say-value.ts';

/** A CloudEvent as it goes out: all that its line said. */
export type CloudEventLine = Record<string, unknown> & { id: string; type: string };

/** A recorded CloudEvent: posted as it was, but for its time. */
export interface RecordedEvent {
  line: number;
  /** When it happened, epoch milliseconds of the recording. */
  atMs: number;
  event: CloudEventLine;
  /** Of its JSON. */
  bytes: number;
}

/** What the replay itself needs of one; the rest is for Kairos to judge. */
const schema = z.looseObject({ id: z.string().min(1), type: z.string().min(1), time: z.string() });

/** Whether a line's JSON is a CloudEvent rather than a Segment message. */
export function isCloudEvent(json: unknown): json is object {
  return typeof json === 'object' && json !== null && 'specversion' in json;
}

/** The CloudEvent in a line's JSON, or what is wrong with it. */
export function recordedEvent(line: number, json: object): RecordedEvent | { line: number; fault: string } {
  const fault = (what: string) => ({ line, fault: `Line ${line} is not a CloudEvent to replay: ${what}.` });
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]!.path[0]);
    return fault(`its ${name} is ${sayValue((json as Record<string, unknown>)[name])}, a text was expected`);
  }
  const atMs = rfc3339Ms(parsed.data.time);
  if (atMs === null) return fault(`its time is ${sayValue(parsed.data.time)}, one of RFC 3339 was expected`);
  return { line, atMs, event: parsed.data, bytes: Buffer.byteLength(JSON.stringify(parsed.data)) };
}
