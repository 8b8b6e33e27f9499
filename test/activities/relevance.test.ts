import { describe, expect, test } from 'vitest';
import { message } from '../../src/define/message.ts';
import { ordered, stated } from '../../src/define/predicate.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { cartOffer } from '../../src/messages/cart-offer.ts';
import { ordered as saveOrder } from '../support/ordered.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';
import { startWatching } from '../support/watching.ts';

const skiOffer = message<object>({
  ...{ name: 'ski-offer', purpose: 'offer', channels: ['email'] },
  about: { category: 'skis' },
});
const productOffer = message<{ sku: string }>({
  ...{ name: 'product-offer', purpose: 'offer', channels: ['email'] },
  about: { of: ({ sku }) => ({ sku }) },
});
const forBuyers = message<object>({
  ...{ name: 'for-buyers', purpose: 'help', channels: ['email'] },
  while: [ordered(), 'not-delivered'],
});
const messages = [cartNudge, cartOffer, skiOffer, productOffer, forBuyers];

/** A customer with a run about the order o-1, in a shop with some products. */
async function shop() {
  const it = await startSending(undefined, { messages });
  const customerId = await addCustomer(it);
  const { ask } = await addRun(it, customerId, { key: 'o-1' });
  const { sql } = it.database;
  const cartLine = (line: string) => ({ line, sku: line, addedAt: 0, quantity: 1 });
  const lines = [...['teapot', 'kettle', 'unheard-of'].map(cartLine), { ...cartLine('p-kettle'), sku: null }];
  await sql`
    insert into carts (customer_id, key, lines, last_activity_at)
    values (${customerId}, 'o-1', ${sql.json(lines)}, ${it.clock.now()})`;
  await sql`truncate products, stock, orders, order_lines, customer_events`;
  for (const [sku, units] of Object.entries({ teapot: 3, kettle: 0 })) {
    await sql`
      insert into products (sku, product_id, title, price_minor, currency, category, substitutes, reviews, updated_at)
      values (${sku}, ${`p-${sku}`}, ${sku}, 100, 'EUR', 'kitchen', '{}', '[]', ${it.clock.now()})`;
    await sql`insert into stock (sku, units, at) values (${sku}, ${units}, ${it.clock.now()})`;
  }
  const send = (name: string, data: object = {}) => it.send(ask({ message: name, data: data as never }));
  return Object.assign(it, { customerId, trySend: send });
}

const item = (sku: string | null, productId: string | null = null) => ({
  line: sku ?? productId,
  sku,
  productId,
});
const wordsOf = async (it: Sending) => (await it.ledger()).at(-1)!.verdicts.at(-1)!.words;

async function order(it: Sending & { customerId: string }, sku: string, deliveredAt: Date | null = null) {
  const { database, clock, customerId } = it;
  await saveOrder(database.sql, { orderId: 'o-1', customerId, sku, at: clock.now(), deliveredAt });
}

async function did(it: Sending & { customerId: string }, name: string, properties: object | null = null) {
  const {
    database: { sql },
    clock,
    customerId,
  } = it;
  await sql`
    insert into customer_events (seq, customer_id, name, occurred_at, properties)
    select coalesce(max(seq), 0) + 1, ${customerId}, ${name}, ${clock.now()}, ${sql.json(properties as never)}
    from customer_events`;
}

describe('the items of a cart', () => {
  test('what is sold out is left out of the message, by sku and by product id', async () => {
    await using it = await shop();
    const items = [item('teapot'), item('kettle'), item(null, 'p-kettle'), item('unheard-of')];
    expect(await it.trySend('cart-nudge', { items })).toMatchObject({ state: 'accepted' });
    expect(it.channels.email.sent[0]!.content).toMatchObject({
      text: expect.not.stringContaining('kettle') as string,
    });
    expect(it.channels.email.sent[0]!.content).toMatchObject({
      text: expect.stringMatching(/teapot.*unheard-of/) as string,
    });
  });

  test('nothing of it is left: withheld, and the next wave of words says why', async () => {
    await using it = await shop();
    const answer = await it.trySend('cart-nudge', { items: [item('kettle')] });
    expect(answer).toMatchObject({ state: 'withheld', reason: 'irrelevant', arm: null });
    expect(await wordsOf(it)).toBe('withheld: irrelevant — kettle is sold out');
  });

  test('bought since the run began, in another order than the one that ends the run', async () => {
    await using it = await shop();
    it.pass('1 hour');
    await order(it, 'teapot');
    expect((await it.trySend('cart-offer', { items: [item('teapot')], percentOff: 5 })).reason).toBe(
      'irrelevant',
    );
    expect(await wordsOf(it)).toBe('withheld: irrelevant — teapot was bought at 2026-03-02T19:00:00.000Z');
  });

  test('taken out of the cart since the journey read it, as when the night held the message', async () => {
    await using it = await shop();
    const items = [item('teapot'), item('cup')];
    expect((await it.trySend('cart-nudge', { items })).state).toBe('accepted');
    expect(JSON.stringify(it.channels.email.sent[0]!.content)).not.toContain('cup');
    await it.database.sql`update carts set lines = '[]'`;
    it.pass('2 days');
    expect((await it.trySend('cart-offer', { items, percentOff: 5 })).reason).toBe('irrelevant');
    expect(await wordsOf(it)).toContain('teapot is in the cart no longer');
  });

  test('bought, and the order cancelled', async () => {
    await using it = await shop();
    await order(it, 'teapot');
    await it.database.sql`update orders set cancelled_at = ${it.clock.now()}`;
    expect((await it.trySend('cart-offer', { items: [item('teapot')], percentOff: 5 })).state).toBe(
      'accepted',
    );
  });
});

describe('offers', () => {
  test('an open request for help withholds them, and not what is help; resolved, they go', async () => {
    await using it = await shop();
    await did(it, 'Support Requested', { ticket_id: 'a' });
    it.pass('1 minute');
    await did(it, 'Support Resolved', { ticket_id: 'b' });
    const offer = { sku: 'teapot' };
    expect((await it.trySend('product-offer', offer)).reason).toBe('irrelevant');
    expect(await wordsOf(it)).toContain('the customer asked for help at 2026-03-02T18:00:00.000Z');
    await did(it, 'Support Resolved', { ticket_id: 'a' });
    expect(
      (await it.send((await addRun(it, it.customerId)).ask({ message: 'product-offer', data: offer }))).state,
    ).toBe('accepted');
  });

  test.each([
    ['skis', 'stated', null],
    [['tents', 'Skis'], 'stated', null],
    [['tents'], 'stated', 'irrelevant'],
    [['tents'], 'observed', null],
  ])('about skis, to whom %j interest (%s): %s', async (value, origin, reason) => {
    await using it = await shop();
    const interests = { value, origin, at: it.clock.now().toISOString() };
    await it.database.sql`
      update customers set traits = traits || ${it.database.sql.json({ interests })}`;
    expect((await it.trySend('ski-offer')).reason).toBe(reason);
  });
});

test('a predicate that must hold, and the order that the run is about is not delivered', async () => {
  await using it = await shop();
  expect((await it.trySend('for-buyers')).reason).toBe('irrelevant');
  expect(await wordsOf(it)).toContain('it is for who has placed an order');
  await order(it, 'teapot');
  const ask = { message: 'for-buyers', nth: 2, data: {} };
  const { ask: other } = await addRun(it, it.customerId, { name: 'cart', key: 'o-2' });
  expect((await it.send(other(ask))).state).toBe('accepted');
  await it.database.sql`update orders set delivered_at = ${it.clock.now()}`;
  it.pass('8 days');
  expect((await it.trySend('for-buyers', {})).reason).toBe('irrelevant');
});

test('a page of a watch asks the same of everybody in its one statement', async () => {
  const back = message<object>({
    ...{ name: 'back', purpose: 'offer', channels: ['email', 'sms'], topic: 'restocks' },
    while: [stated('city').is('Berlin')],
  });
  await using it = await startWatching(undefined, { messages: [back] });
  const line = await it.line(4);
  const { sql } = it.database;
  await sql`truncate customer_events`;
  const berlin = { city: { value: 'Berlin', origin: 'stated', at: it.clock.now().toISOString() } };
  await sql`
    update customers set traits = traits || ${sql.json(berlin)} where id <> ${line[0]!}`;
  await sql`
    insert into customer_events (seq, customer_id, name, occurred_at)
    values (1, ${line[1]!}, 'Support Requested', ${it.clock.now()})`;
  await it.shelf(10);
  expect(await it.wave()).toMatchObject({ used: 2, withheld: 2 });
  expect(await it.told()).toEqual(line.slice(2));
  const words = (await it.ledger())
    .filter(({ state }) => state === 'withheld')
    .map(({ verdicts }) => verdicts[0]!.words);
  expect(words.sort()).toEqual([
    expect.stringContaining('it is for who stated city is Berlin'),
    expect.stringContaining('the customer asked for help'),
  ]);
});

test('what the shipped messages are about', () => {
  expect([cartNudge.about, cartOffer.about, backOnShelf.while]).toEqual([
    ...['items', 'items'],
    ['in-stock', 'not-bought'],
  ]);
});
