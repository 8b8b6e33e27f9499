import { AppError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { bytesOf, type Delivered, type Item, type Refusal } from '../ingestion/item.ts';
import { assertStorable } from '../ingestion/storable.ts';
import { readCloudEvent } from './cloud-event.ts';
import type { DataSchemas } from './data.ts';

/** What comes of each CloudEvent of a request: an item that can be accepted, or why it cannot. */
export function readItems(
  came: readonly unknown[],
  schemas: DataSchemas,
  by: Delivered,
): { items: Item[]; refusals: Refusal[] } {
  const items: Item[] = [];
  const refusals: Refusal[] = [];
  for (const [index, one] of came.entries()) {
    try {
      items.push(readItem(one, index, schemas, by));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusals.push({ index, came: one, code: error.code, detail: error.message });
    }
  }
  return { items, refusals };
}

/** @throws AppError for what cannot be accepted. */
function readItem(came: unknown, index: number, schemas: DataSchemas, by: Delivered): Item {
  assertStorable(came);
  const bytes = bytesOf(came);
  const { id, source, type, subject, timeMs, data } = readCloudEvent(came, schemas);
  return {
    index,
    came,
    bytes,
    event: {
      id: newId(by.clock),
      messageId: id,
      kind: 'universal',
      name: type,
      source,
      subject,
      userId: null,
      anonymousId: null,
      previousId: null,
      admin: by.admin,
      body: { properties: { ...data } },
      occurredAt: by.clock.fromReal(new Date(occurredMs(timeMs, by.receivedAt.getTime()))),
      receivedAt: by.clock.fromReal(by.receivedAt),
    },
  };
}

function occurredMs(timeMs: number | null, receivedAtMs: number): number {
  // What is said of the future holds from now on: nothing that comes later would be newer.
  if (timeMs === null || timeMs > receivedAtMs) return receivedAtMs;
  // Many write whole seconds: so said, what is so now would be older than what another reported a moment ago.
  const isThisSecond = timeMs % 1_000 === 0 && receivedAtMs - timeMs < 1_000;
  return isThisSecond ? receivedAtMs : timeMs;
}
