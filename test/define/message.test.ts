import { describe, expect, test } from 'vitest';
import { checkMessages } from '../../src/define/check-messages.ts';
import { message, priorityOf, type MessageType } from '../../src/define/message.ts';
import { did } from '../../src/define/predicate.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';

const plain: MessageType<object> = { name: 'plain', purpose: 'help', channels: ['email'] };

describe('what is declared wrongly is said in a sentence', () => {
  test.each<[object, string]>([
    [{ topic: 'new arrivals' }, 'topic: "new arrivals" came; expected 1 to 64 letters'],
    [{ priority: 101 }, 'priority: 101 came; expected a number from 0 to 100'],
    [{ overCap: { deferFor: '2 dayz' } }, 'overCap.deferFor: "2 dayz" is not a span'],
    [{ sendsTo: 'both' }, "sendsTo: \"both\" came; expected 'first' or 'all'"],
    [{ sendsTo: 'all' }, "sendsTo: 'all' came with the one channel email"],
    [{ about: 'products' }, 'about: "products" came; expected \'items\', { sku }'],
    [{ about: { sku: '' } }, 'about: {"sku":""} came'],
    [{ about: { sku: 'a', topic: 'b' } }, 'about: {"sku":"a","topic":"b"} came'],
    [
      { while: ['in-stok'] },
      'while[0]: "in-stok" came; expected in-stock, not-bought, not-delivered, in-cart',
    ],
  ])('%j', (over, words) => {
    expect(() => message({ ...plain, ...over })).toThrow(words);
  });

  test('and so is a predicate that nobody can answer, before anything starts', () => {
    const odd = message({ ...plain, while: [did(orderCompleted).within('0 days')] });
    expect(() => checkMessages([odd as MessageType<unknown>])).toThrow(
      'plain.while.did(Order Completed).within',
    );
    expect(() => checkMessages([plain as MessageType<unknown>])).not.toThrow();
  });
});

test('what is said rightly stays as it is; help goes before offers unless it says otherwise', () => {
  const said = message({
    ...plain,
    about: { category: 'skis' },
    overCap: { deferFor: '2 days' },
    priority: 3,
  });
  expect(said).toMatchObject({ about: { category: 'skis' }, priority: 3 });
  const [help, offer] = [priorityOf(plain), priorityOf({ purpose: 'offer' })];
  expect([priorityOf(said), help > offer]).toEqual([3, true]);
});
