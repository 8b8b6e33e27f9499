import { expect, test } from 'vitest';
import { event as eventType } from '../../src/define/event.ts';
import { maxHeard } from '../../src/domain/run-input.ts';
import type { AcceptedEvent } from '../../src/routing/event.ts';
import { indexJourneys } from '../../src/routing/journey-index.ts';
import { RunBook } from '../../src/routing/run-book.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';

const at = Date.UTC(2026, 4, 1);

function trackOf(name: string, seq: number): AcceptedEvent {
  return {
    seq,
    id: `event-${seq}`,
    kind: 'track',
    name,
    source: null,
    subject: null,
    userId: 'u1',
    anonymousId: null,
    previousId: null,
    admin: false,
    imported: false,
    body: { properties: { cart_id: 'c1' } },
    occurredAt: at + seq,
    receivedAt: at + seq,
  };
}

test('a run is dispatched as many events as it hears, and its ending after them', () => {
  const abandonedCart = journeyDefinitions().find(({ name }) => name === 'abandonedCart');
  const journey = { ...abandonedCart!, hears: { replied: eventType('Message Replied') } };
  const index = indexJourneys([journey]);
  const book = new RunBook({
    open: [],
    past: new Map(),
    endings: [],
    outOfReach: new Set(),
    newId: () => 'run',
  });
  const replies = Array.from({ length: maxHeard + 5 }, () => 'Message Replied');
  ['Product Added', ...replies, 'Order Completed'].forEach((name, seq) => {
    book.apply(trackOf(name, seq), 'customer', index.get(name)!, at);
  });
  expect(book.dispatches.filter(({ kind }) => kind === 'event')).toHaveLength(maxHeard);
  expect(book.dispatches.at(-1)).toMatchObject({ kind: 'end', seq: maxHeard + 1 });
});
