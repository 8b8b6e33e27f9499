import type { TransactionSql } from 'postgres';
import { expect, test } from 'vitest';
import type { Sql } from '../../src/db/connect.ts';
import { unrouted } from '../../src/db/schema/index.ts';
import { message } from '../../src/define/message.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';

const customers = 12;

/** Customers with a run each; the first of them answers a moment before the others come. */
async function shop(parts: Parameters<typeof startSending>[1] = {}) {
  const it = await startSending(undefined, parts);
  const asked = [];
  for (let n = 0; n < customers; n += 1) {
    const customerId = await addCustomer(it, { email: `n${n}@example.test` });
    asked.push({ customerId, ...(await addRun(it, customerId)) });
  }
  return Object.assign(it, { asked });
}

/** The database, with what befalls the transactions of a worker, and how many there were. */
function watched(it: Sending, when: { lost?: (n: number) => boolean } = {}) {
  const { sql } = it.database;
  const count = { transactions: 0 };
  const begin = async (work: (tx: TransactionSql) => Promise<unknown>) => {
    const n = (count.transactions += 1);
    const done = await sql.begin(work);
    if (when.lost?.(n)) throw new Error('the answer to the commit was lost');
    return done;
  };
  const statement = (...given: Parameters<Sql>) => sql(...given);
  const json = (value: never) => sql.json(value);
  return { count, database: { sql: Object.assign(statement, { json, begin }) as unknown as Sql } };
}

const addresses = (it: Sending) => it.channels.email.sent.map(({ to }) => to).sort();
const all = Array.from({ length: customers }, (_, n) => `n${n}@example.test`).sort();

test('many sends at once pass the gate in few transactions; each goes out once, and the ledger says so', async () => {
  await using it = await shop();
  const { count, database } = watched(it);
  const send = it.worker({ database });
  const answers = await Promise.all(it.asked.map(({ ask }) => send(ask())));
  expect(count.transactions).toBeLessThan(customers / 2);
  expect(addresses(it)).toEqual(all);
  const rows = await it.ledger();
  expect(rows.map(({ state }) => state)).toEqual(Array(customers).fill('accepted'));
  expect(rows.map(({ id }) => id).sort()).toEqual(answers.map(({ deliveryId }) => deliveryId).sort());
  expect(rows.map(({ verdicts }) => verdicts.map(({ state }) => state))).toEqual(
    Array(customers).fill(['intended', 'accepted']),
  );
});

test('one that cannot be worked on fails alone; one who is behind, or has no run, holds up nobody', async () => {
  await using it = await shop();
  await it.database.db.insert(unrouted).values({ seq: 1, userId: `user-${it.asked[1]!.customerId}` });
  const asked = it.asked.map(({ ask }, n) => ask(n === 2 ? { data: { poison: true } } : {}));
  asked[3] = { ...asked[3]!, runId: '00000000-0000-7000-8000-000000000000' };
  const send = it.worker({
    render: ({ data }) => {
      if (data['poison']) throw new Error('nothing can be made of this');
      return { text: 'hello' };
    },
  });
  const settled = await Promise.allSettled(asked.map((one) => send(one)));
  const failures = settled.map((one) => (one.status === 'rejected' ? String(one.reason) : null));
  expect(failures[1]).toMatch('Behind');
  expect(failures[2]).toMatch('nothing can be made of this');
  expect(failures[3]).toMatch('There is no run');
  expect(failures.filter((one) => one !== null)).toHaveLength(3);
  const failed = ['n1', 'n2', 'n3'].map((name) => `${name}@example.test`);
  expect(addresses(it)).toEqual(all.filter((one) => !failed.includes(one)));
});

test('two sends for one customer see each other, also where they come together', async () => {
  await using it = await shop();
  const { customerId } = it.asked[0]!;
  const asks = await Promise.all([1, 2, 3, 4].map((n) => addRun(it, customerId, { key: `cart-${n}` })));
  const answers = await Promise.all([...it.asked.slice(1), ...asks].map(({ ask }) => it.send(ask())));
  const theirs = answers.slice(-4).map(({ state }) => state);
  expect(theirs.sort()).toEqual(['accepted', 'withheld', 'withheld', 'withheld']);
  expect(it.channels.email.sent).toHaveLength(customers);
});

test('the answer to the commit of many is lost: this process knows that nobody called, and calls once', async () => {
  await using it = await shop();
  const { database } = watched(it, { lost: (n) => n === 1 });
  const send = it.worker({ database });
  const answers = await Promise.all(it.asked.map(({ ask }) => send(ask())));
  expect(answers.map(({ state }) => state)).toEqual(Array(customers).fill('accepted'));
  expect(addresses(it)).toEqual(all);
});

test('the process dies with the commit of many: nobody knows of any call, so nobody calls', async () => {
  await using it = await shop();
  const { database } = watched(it, { lost: () => true });
  const dying = it.worker({ database });
  const died = await Promise.allSettled(it.asked.map(({ ask }) => dying(ask())));
  expect(died.every(({ status }) => status === 'rejected')).toBe(true);
  const send = it.worker();
  const answers = await Promise.all(it.asked.map(({ ask }) => send(ask())));
  expect(answers.map(({ state }) => state)).toEqual(Array(customers).fill('unknown'));
  expect(it.channels.email.sent).toEqual([]);
});

test('who is held for the night has a turn of their own in the morning, also where many come together', async () => {
  await using it = await startSending();
  const asked = [];
  for (let n = 0; n < 6; n += 1) {
    const customerId = await addCustomer(it, {
      ...{ phone: `+1415555012${n}`, consents: { sms: 'granted' as const } },
    });
    asked.push(await addRun(it, customerId));
  }
  it.pass('12 hours');
  const send = it.worker({});
  const answers = await Promise.all(asked.map(({ ask }) => send(ask({ channel: 'sms' }))));
  expect(answers.map(({ reason }) => reason)).toEqual(Array(6).fill('quiet-hours'));
  expect(new Set(answers.map(({ until }) => until)).size, 'turns').toBe(6);
});

test('who is locked elsewhere keeps nobody waiting, and nobody locked', async () => {
  await using it = await shop();
  const { sql } = it.database;
  const locked = it.asked.slice(0, 2).map(({ customerId }) => customerId);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const holding = sql.begin(async (tx) => {
    await tx`select from customers where id = any(${locked}) for update`;
    await held;
  });
  await expect
    .poll(
      async () =>
        (
          await sql`
    select from customers where id = any(${locked}) for update skip locked`
        ).length,
    )
    .toBe(0);
  const sends = it.asked.map(({ ask }) => it.send(ask()));
  const others = await Promise.all(sends.slice(2));
  expect(others.map(({ state }) => state)).toEqual(Array(customers - 2).fill('accepted'));
  release();
  await holding;
  expect((await Promise.all(sends)).map(({ state }) => state)).toEqual(Array(customers).fill('accepted'));
  expect(addresses(it)).toEqual(all);
});

test('of the products that many tell of at once each tells of its own', async () => {
  const rated = message<object>({ name: 'rated', purpose: 'help', channels: ['email'], reviews: true });
  await using it = await shop({ messages: [rated] });
  const { sql } = it.database;
  await sql`
    insert into products (sku, product_id, title, price_minor, currency, rating, substitutes, reviews, updated_at)
    select sku, product_id, sku, 100, 'USD', rating, '{}', '[]', ${it.clock.now()} from (values
      ('cup-1', 'cup', 4), ('cup-2', 'cup', 1), ('pot', 'pot', 3)) p (sku, product_id, rating)`;
  const items = [{ sku: 'cup-2' }, { productId: 'cup' }, { sku: 'pot' }, { sku: 'lid' }];
  const send = it.worker({
    render: ({ data }) => ({ text: String((data['items'] as { rating: unknown }[])[0]!.rating) }),
  });
  // What the first is, only the cart says.
  const [{ customerId }] = it.asked as [(typeof it.asked)[number]];
  const line = {
    line: 'l-1',
    sku: 'cup-2',
    productId: null,
    variant: null,
    title: 'Cup',
    url: null,
    imageUrl: null,
  };
  const price = { quantity: 1, priceMinor: 100, currency: 'USD', addedAt: 0 };
  await sql`
    insert into carts (customer_id, key, lines, last_activity_at)
    select ${customerId}, key, ${sql.json([{ ...line, ...price }])}, ${it.clock.now()}
    from runs where customer_id = ${customerId} limit 1`;
  const itemsOf = (n: number) => [n === 0 ? { line: 'l-1' } : items[n % 4]];
  await Promise.all(
    it.asked.map(({ ask }, n) => send(ask({ message: 'rated', data: { items: itemsOf(n) } }))),
  );
  const said = new Map(
    it.channels.email.sent.map(({ to, content }) => [to, (content as { text: string }).text]),
  );
  const ratings = it.asked.map((_, n) => said.get(`n${n}@example.test`));
  expect(ratings).toEqual(it.asked.map((_, n) => ['1', '4', '3', 'null'][n % 4]));
  await sql`truncate products cascade`;
});
