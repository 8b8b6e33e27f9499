import { expect, test } from 'vitest';
import { suppress } from '../../src/db/queries/suppress.ts';
import { addressHash } from '../../src/domain/address-hash.ts';
import type { SuppressionReason } from '../../src/domain/suppression.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';
import { addCustomer, addRun, startSending, testSecret, type Sending } from '../support/sending.ts';
import { startWatching } from '../support/watching.ts';

const email = 'ada@example.test';
const phone = '+14155550123';

async function suppressed(
  { database, clock }: Pick<Sending, 'database' | 'clock'>,
  address: string,
  { channel = 'email', reason = 'bounced' }: { channel?: Channel; reason?: SuppressionReason } = {},
) {
  const row = { id: newId(clock), channel, reason, source: 'test', at: clock.now() };
  await suppress(database.sql, [{ ...row, addressHash: addressHash(address, testSecret) }]);
}

async function shop() {
  const sending = await startSending();
  const granted = { email: 'granted', sms: 'granted' } as const;
  const customerId = await addCustomer(sending, { email: 'Ada@Example.test', phone, consents: granted });
  return Object.assign(sending, { customerId, ...(await addRun(sending, customerId)) });
}

test('a suppressed address moves on to the next channel, and of none left the verdict says why', async () => {
  await using it = await shop();
  await suppressed(it, email);
  expect(await it.send(it.ask())).toMatchObject({
    state: 'withheld',
    reason: 'suppressed',
    channel: 'email',
  });
  expect(await it.send(it.ask({ channel: 'sms' }))).toMatchObject({ state: 'accepted', channel: 'sms' });
  await suppressed(it, phone, { channel: 'sms', reason: 'stopped' });
  it.pass('2 days');
  await it.send(it.ask({ nth: 2 }));
  const last = await it.send(it.ask({ nth: 2, channel: 'sms' }));
  expect(last).toMatchObject({ state: 'withheld', reason: 'suppressed' });
  const row = (await it.ledger()).find(({ nth }) => nth === 2)!;
  expect(row.verdicts.map(({ words }) => words)).toEqual([
    'withheld: suppressed — a message to the address bounced at 2026-03-02T18:00:00.000Z',
    'withheld: suppressed — a word that stops messages came from the number at 2026-03-02T18:00:00.000Z',
  ]);
  expect(it.channels.email.sent).toEqual([]);
});

test('what is suppressed on one channel is not on another, and nobody else is', async () => {
  await using it = await shop();
  await suppressed(it, phone, { channel: 'whatsapp', reason: 'operator' });
  await suppressed(it, 'eve@example.test');
  expect(await it.send(it.ask())).toMatchObject({ state: 'accepted' });
  it.pass('8 days');
  expect(await it.send(it.ask({ nth: 2, channel: 'sms' }))).toMatchObject({ state: 'accepted' });
});

test('who unsubscribed still gets what is owed, and the rest once they agree anew', async () => {
  await using it = await shop();
  await suppressed(it, email, { reason: 'unsubscribed' });
  expect(await it.send(it.ask({ message: 'receipt' }))).toMatchObject({ state: 'accepted' });
  expect(await it.send(it.ask())).toMatchObject({ reason: 'suppressed' });
  it.pass('1 hour');
  await it.database.sql`
    insert into consents (id, customer_id, channel, state, source, at)
    values (gen_random_uuid(), ${it.customerId}, 'email', 'granted', 'test', ${it.clock.now()})`;
  expect(await it.send(it.ask({ nth: 2 }))).toMatchObject({ state: 'accepted' });
});

test('who left by a link out, and gives another address, still gets what is owed there, and nothing else', async () => {
  await using it = await shop();
  await suppressed(it, 'old@example.test', { reason: 'unsubscribed' });
  const refuses = (source: string) => it.database.sql`
    insert into consents (id, customer_id, channel, state, source, at)
    values (gen_random_uuid(), ${it.customerId}, 'email', 'denied', ${source}, ${it.clock.now()})`;
  it.pass('1 hour');
  await refuses('one-click');
  expect(await it.send(it.ask({ message: 'receipt' }))).toMatchObject({ state: 'accepted' });
  expect(await it.send(it.ask())).toMatchObject({ reason: 'no-consent' });
  it.pass('1 hour');
  await refuses('call');
  expect(await it.send(it.ask({ message: 'receipt', nth: 2 }))).toMatchObject({ reason: 'no-consent' });
});

test('it outlives the person: who comes back with the address is not written to', async () => {
  await using it = await shop();
  await suppressed(it, email);
  await it.database.sql`update customers set erased_at = ${it.clock.now()}, traits = '{}'`;
  const again = await addCustomer(it, { email: ' ADA@example.test' });
  const { ask } = await addRun(it, again);
  expect(await it.send(ask())).toMatchObject({ reason: 'suppressed' });
  const [row] = await it.database.sql`select * from suppressions`;
  expect(JSON.stringify(row)).not.toMatch(/ada|example/i);
});

test('what a page repeats of somebody new undoes no unsubscription of the address; a consent that names who asked does', async () => {
  await using it = await shop();
  await suppressed(it, email, { reason: 'unsubscribed' });
  await it.database.sql`update customers set erased_at = ${it.clock.now()}, traits = '{}'`;
  it.pass('1 hour');
  const again = await addCustomer(it, { email, consents: {} });
  const { ask } = await addRun(it, again);
  const agrees = (source: string) => it.database.sql`
    insert into consents (id, customer_id, channel, state, source, at)
    values (gen_random_uuid(), ${again}, 'email', 'granted', ${source}, ${it.clock.now()})`;
  await agrees('identify');
  expect(await it.send(ask())).toMatchObject({ reason: 'suppressed' });
  await agrees('newsletter form');
  expect(await it.send(ask({ nth: 2 }))).toMatchObject({ state: 'accepted' });
});

test('a page passes over whom it holds back, each by their own address and channel', async () => {
  await using it = await startWatching();
  await it.database.sql`truncate suppressions`;
  const line = await it.line(6, (n) => ({
    email: n === 2 ? null : `P${n}@shop.example`,
    phone: `+1415555010${n}`,
    consents: n === 2 ? [] : ['email'],
  }));
  await suppressed(it, 'p0@shop.example');
  await suppressed(it, 'p1@shop.example', { channel: 'sms' });
  await suppressed(it, '+14155550103', { channel: 'email' });
  await it.shelf(6);
  expect(await it.wave()).toMatchObject({ used: 4, withheld: 2 });
  expect(await it.told()).toEqual([line[1], line[3], line[4], line[5]]);
  const [first] = (await it.ledger()).filter(({ customerId }) => customerId === line[0]);
  expect(first!.verdicts[0]).toMatchObject({ channel: 'email', reason: 'suppressed' });
});

const optedOut = {
  kind: 'refused',
  code: '21610',
  detail: 'opted out',
  suppress: { reason: 'stopped' },
} as const;

test('who opted out at the provider is not called again, and not written to whoever they are', async () => {
  await using it = await shop();
  await it.database.sql`truncate suppressions`;
  it.channels.sms.answer = () => optedOut;
  const first = await it.send(it.ask({ channel: 'sms' }));
  expect(first).toMatchObject({ state: 'failed', channel: 'sms' });
  const rows = await it.database.sql`select channel, reason, source, address_hash as hash from suppressions`;
  const hash = addressHash(phone, testSecret);
  expect(rows).toEqual([{ channel: 'sms', reason: 'stopped', source: 'refused with 21610', hash }]);
  const again = await it.send(it.ask({ nth: 2, channel: 'sms' }));
  expect(again).toMatchObject({ state: 'withheld', reason: 'suppressed' });
  expect(it.channels.sms.sent).toHaveLength(1);
});

test('what a refusal says of the address and of the delivery is written together, also when the database was away', async () => {
  await using it = await shop();
  await it.database.sql`truncate suppressions`;
  it.channels.sms.answer = async () => {
    await it.database.sql`alter table suppressions rename to away`;
    return optedOut;
  };
  const send = it.worker();
  await expect(send(it.ask({ channel: 'sms' }))).rejects.toThrow(/suppressions/);
  expect((await it.ledger()).map(({ state }) => state)).toEqual(['intended']);
  await it.database.sql`alter table away rename to suppressions`;
  expect(await send(it.ask({ channel: 'sms' }))).toMatchObject({ state: 'failed' });
  expect(await it.database.sql`select reason from suppressions`).toEqual([{ reason: 'stopped' }]);
  expect(it.channels.sms.sent).toHaveLength(1);
});

test('of a page those whom the provider refuses so are suppressed, each by their own number', async () => {
  await using it = await startWatching();
  await it.database.sql`truncate suppressions`;
  await it.line(3, (n) => ({ email: null, phone: `+1415555010${n}`, consents: ['sms'] }));
  it.channels.sms.answer = ([one]) =>
    one!.to === '+14155550101' ? optedOut : { kind: 'accepted', providerId: null };
  await it.shelf(3);
  await it.wave();
  const states = (await it.ledger()).map(({ state }) => state).sort();
  expect(states).toEqual(['accepted', 'accepted', 'failed']);
  const rows = await it.database.sql`select address_hash as hash from suppressions`;
  expect(rows).toEqual([{ hash: addressHash('+14155550101', testSecret) }]);
});
