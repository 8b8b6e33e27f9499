import { describe, expect, test } from 'vitest';
import type { RunDispatch } from '../../../src/domain/run-input.ts';
import type { WatchWake } from '../../../src/domain/watch-input.ts';
import { WatchInbox } from '../../../workflows/sdk/watch-inbox.ts';

const start = { seq: 0, name: 'soldOut', at: 1, units: 0 };
const wake = (seq: number, name = 'restocked'): RunDispatch => ({
  ...{ seq, kind: 'event', eventId: `e-${seq}`, name, at: seq, carries: { units: seq } },
});
const inbox = (heardUpTo = 0) => new WatchInbox({ heardUpTo, wake: start });

describe('what a watch was told', () => {
  test('begins with the wake that started it', () => {
    const it = inbox();
    expect(it.take('soldOut')).toEqual(start);
    expect(it.has('soldOut')).toBe(false);
  });

  test('is the newest of each name, whatever the order in which it came', () => {
    const it = inbox();
    for (const seq of [3, 1, 2, 2, 1]) it.receive(wake(seq));
    expect(it.heardUpTo).toBe(3);
    expect(it.take('restocked')).toMatchObject({ seq: 3, units: 3 });
    expect(it.take('restocked')).toBeNull();
  });

  test('is each of those that stand for themselves, the oldest first, of very many the newest; also when handed on', () => {
    const ownOf = ({ name, seq }: WatchWake) => (name === 'occurred' ? String(seq) : null);
    const it = new WatchInbox({ heardUpTo: 0, wake: { ...start, name: 'occurred' } }, ownOf);
    for (const seq of [2, 1, 2]) it.receive(wake(seq, 'occurred'));
    expect(it.take('occurred')).toMatchObject({ seq: 0 });
    const state = { done: [], serving: null, waves: 0, inbox: it.left, heardUpTo: it.heardUpTo };
    const next = new WatchInbox({ heardUpTo: 0, wake: start, state }, ownOf);
    expect([next.take('occurred')?.seq, next.take('occurred')?.seq, next.take('occurred')]).toEqual([
      ...[1, 2, null],
    ]);
    for (let seq = 3; seq < 30; seq += 1) next.receive(wake(seq, 'occurred'));
    expect(next.left.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, place) => 10 + place));
  });

  test('is the newest on each of the states that are told of by themselves', () => {
    const it = new WatchInbox({ heardUpTo: 0, wake: start }, ({ name, seq }) =>
      name === 'frost' ? (seq === 2 ? 'friday' : 'thursday') : null,
    );
    for (let seq = 1; seq < 40; seq += 1) it.receive(wake(seq, 'frost'));
    expect([it.take('frost')?.seq, it.take('frost')?.seq, it.take('frost')]).toEqual([2, 39, null]);
  });

  test('waits for what is missing before it', () => {
    const it = inbox();
    it.receive(wake(2));
    expect([it.has('restocked'), it.heardUpTo]).toEqual([false, 0]);
    it.receive(wake(1, 'soldOut'));
    expect(it.has('restocked')).toBe(true);
  });

  test('is handed on whole, with what came too early', () => {
    const it = inbox(4);
    for (const seq of [5, 7]) it.receive(wake(seq));
    const state = { done: [], serving: null, waves: 0, inbox: it.left, heardUpTo: it.heardUpTo };
    const next = new WatchInbox({ heardUpTo: 4, wake: start, state });
    expect(next.left).toEqual(it.left);
    next.receive(wake(5));
    next.receive(wake(6));
    expect(next.heardUpTo).toBe(7);
    expect(next.take('restocked')).toMatchObject({ seq: 7 });
    expect(next.take('soldOut')).toEqual(start);
  });

  test('is full after five hundred signals', () => {
    const it = inbox();
    for (let seq = 1; seq < 500; seq += 1) it.receive(wake(seq));
    expect(it.isFull).toBe(false);
    it.receive(wake(500));
    expect(it.isFull).toBe(true);
    expect(it.left).toHaveLength(2);
  });

  test('an end is obeyed at once', () => {
    const it = inbox();
    it.receive({ ...wake(9), kind: 'end', outcome: 'erased' });
    expect(it.end).toMatchObject({ outcome: 'erased' });
  });
});
