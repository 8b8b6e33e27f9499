import type { NewEvent } from '../../src/db/queries/insert-events.ts';
import { AppError } from '../../src/errors.ts';
import { readItem, type Delivered } from '../ingestion/item.ts';
import { customerMessage } from './customer-line.ts';
import { eventMessage } from './event-line.ts';
import { worldKinds, type WorldKind } from './world-line.ts';
import { orderMessages } from './order-line.ts';

/** What can be imported. */
export const importKinds = ['customers', 'events', 'orders', 'suppressions', ...worldKinds] as const;
export type ImportKind = (typeof importKinds)[number];
/** What comes as events. */
export type EventsKind = Exclude<ImportKind, 'suppressions' | WorldKind>;

/**
 * The events that a line of an import stands for. One that came without a message id has one made of the import's name
 * and the line's number, so that the same file again counts once. When a client sent it says nothing here: it was
 * long ago, and times in files are as right as they get.
 * @throws AppError for a line that cannot be taken.
 */
export function eventsOf(
  line: unknown,
  of: { kind: EventsKind; name: string; number: number },
  by: Delivered,
): NewEvent[] {
  return messagesOf(line, of).map((message) => {
    const { event } = readItem(isRecord(message) ? named(message, of) : message, of.number, null, {
      ...by,
      isFile: true,
    });
    return { ...event, imported: true };
  });
}

function named(message: Record<string, unknown>, { name, number }: { name: string; number: number }): object {
  const { sentAt: _, messageId, ...told } = message;
  return { ...told, messageId: messageId ?? `import:${name}:${number}` };
}

function messagesOf(line: unknown, { kind, name }: { kind: EventsKind; name: string }): unknown[] {
  switch (kind) {
    case 'customers':
      return [customerMessage(line, name)];
    case 'orders':
      return orderMessages(line);
    case 'events':
      return [eventMessage(line)];
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON of a line. @throws AppError `malformed-json`. */
export function readLine(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new AppError('malformed-json', 'The line is not JSON in UTF-8; each line is one JSON object.', {
      cause,
    });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
