import { expect, test } from 'vitest';
import type { RunDispatch } from '../../../src/domain/run-input.ts';
import { maxHeard } from '../../../src/domain/run-input.ts';
import { Inbox } from '../../../workflows/sdk/inbox.ts';
import type { Wanted } from '../../../workflows/sdk/wanted.ts';

const dispatch = (seq: number, kind: RunDispatch['kind'] = 'event', name = 'replied'): RunDispatch => {
  return { seq, kind, eventId: `${seq}`, name, at: seq, carries: {} };
};

const any = (name: string): Wanted => ({ name, where: {} });

const inboxOf = (...dispatches: RunDispatch[]) => {
  const inbox = new Inbox();
  for (const one of dispatches) inbox.receive(one);
  return inbox;
};

test('a repeat is dropped, and what comes too early waits', () => {
  const inbox = inboxOf(dispatch(1), dispatch(1), dispatch(3), dispatch(3));
  expect(inbox.heardUpTo).toBe(1);
  inbox.receive(dispatch(2));
  expect(inbox.heardUpTo).toBe(3);
  expect(
    [inbox.take(any('replied')), inbox.take(any('replied')), inbox.take(any('replied'))].map(
      (one) => one?.seq,
    ),
  ).toEqual([1, 2, 3]);
  expect(inbox.take(any('replied'))).toBeNull();
});

test('events are taken by name, the oldest first', () => {
  const inbox = inboxOf(dispatch(1), dispatch(2, 'event', 'called'), dispatch(3));
  expect(inbox.take(any('called'))?.seq).toBe(2);
  expect(inbox.take(any('replied'))?.seq).toBe(1);
  expect([inbox.has(any('replied')), inbox.has(any('called'))]).toEqual([true, false]);
});

test('events are taken by what they carry; those passed over stay', () => {
  const inbox = inboxOf(
    { ...dispatch(1), carries: { product_id: 'kettle' } },
    dispatch(2),
    { ...dispatch(3), carries: { product_id: 7 } },
    { ...dispatch(4), carries: { product_id: 'teapot' } },
  );
  const of = (product_id: string | number | undefined) => ({ name: 'replied', where: { product_id } });
  expect(inbox.take(of('teapot'))?.seq).toBe(4);
  expect(inbox.take(of('teapot'))).toBeNull();
  expect(inbox.take(of('7'))?.seq).toBe(3);
  expect(inbox.take(of(undefined))?.seq).toBe(2);
  expect(inbox.take({ name: 'replied', where: { product_id: 'kettle', color: 'red' } })).toBeNull();
  expect(inbox.take(any('replied'))?.seq).toBe(1);
});

test('an end acts at once, and the first one counts', () => {
  const inbox = inboxOf(dispatch(5, 'end', 'ordered'), dispatch(6, 'end', 'merged'));
  expect(inbox.end?.name).toBe('ordered');
  expect(inbox.heardUpTo).toBe(0);
});

test(`after ${maxHeard} events only an end is heard`, () => {
  const inbox = new Inbox();
  for (let seq = 1; seq <= maxHeard; seq += 1) inbox.receive(dispatch(seq));
  inbox.receive(dispatch(maxHeard + 1, 'event', 'late'));
  expect(inbox.has(any('late'))).toBe(false);
  expect(inbox.heardUpTo).toBe(maxHeard + 1);
  inbox.receive(dispatch(maxHeard + 2, 'end'));
  expect(inbox.end?.seq).toBe(maxHeard + 2);
});
