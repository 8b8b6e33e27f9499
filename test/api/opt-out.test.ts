import { expect, test } from 'vitest';
import { heedOptWord, type SaidWord } from '../../api/unsubscribe/opt-out.ts';
import { createClock } from '../../src/clock.ts';
import { consents, customers } from '../../src/db/schema/index.ts';
import { suppress } from '../../src/db/queries/suppress.ts';
import { addressHash } from '../../src/domain/address-hash.ts';
import type { SuppressionReason } from '../../src/domain/suppression.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { testDatabase } from '../support/database.ts';

const secret = 'secret';
const number = '+14155550123';

async function setup() {
  let nowMs = Date.parse('2026-03-01T00:00:00Z');
  const clock = createClock(realTime, () => (nowMs += 1_000));
  const database = await testDatabase();
  const { sql, db } = database;
  const says = async (word: 'stop' | 'start', over: Partial<SaidWord> = {}) => {
    const said = {
      word,
      channel: 'sms' as const,
      address: number,
      source: 'twilio',
      wording: word,
      at: clock.now(),
    };
    await sql.begin((tx) => heedOptWord(tx, { clock, secret }, { ...said, ...over }));
  };
  return {
    ...{ sql, database, says },
    stop: (over?: Partial<SaidWord>) => says('stop', over),
    start: (over?: Partial<SaidWord>) => says('start', over),
    async add(phone: string, agreed: readonly string[] = []): Promise<string> {
      const [id, at] = [newId(clock), clock.now()];
      const trait = { value: phone, origin: 'stated' as const, at: at.toISOString() };
      await db.insert(customers).values({ id, armKey: id, traits: { phone: trait }, createdAt: at });
      for (const channel of agreed)
        await db
          .insert(consents)
          .values({ id: newId(clock), customerId: id, channel, state: 'granted', source: 'form', at });
      return id;
    },
    suppressed: async (reason: SuppressionReason, channel: 'sms' | 'email', address = number) => {
      const row = { id: newId(clock), channel, reason, source: 'twilio', at: clock.now() };
      await suppress(sql, [{ ...row, addressHash: addressHash(address, secret) }]);
    },
    inForce: async () =>
      (
        await sql<{ said: string }[]>`
          select channel || ' ' || reason as said from suppressions where lifted_at is null order by 1`
      ).map(({ said }) => said),
    /** What holds of a customer, by channel. */
    async words(customerId: string) {
      const rows = await sql<{ channel: string; state: string }[]>`
        select distinct on (channel) channel, state from consents
        where customer_id = ${customerId} order by channel, at desc, state`;
      return Object.fromEntries(rows.map(({ channel, state }) => [channel, state]));
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

test('a STOP covers text messages and WhatsApp, of everybody with the number, in their words', async () => {
  await using it = await setup();
  const household = [await it.add('+1 415 555 0123', ['sms', 'email']), await it.add('(+1) 415-555-0123')];
  const other = await it.add('4155550123', ['sms']);
  await it.stop({ channel: 'whatsapp', wording: 'Please stop\0 it' });
  await it.stop({ wording: 'STOP' });
  expect(await it.inForce()).toEqual(['sms stopped', 'whatsapp stopped']);
  expect(await it.words(household[0]!)).toEqual({ email: 'granted', sms: 'denied', whatsapp: 'denied' });
  expect(await it.words(household[1]!)).toEqual({ sms: 'denied', whatsapp: 'denied' });
  expect(await it.words(other), 'another number, though its digits end alike').toEqual({ sms: 'granted' });
  const said =
    await it.sql`select distinct source, wording from consents where state = 'denied' order by wording`;
  expect(said).toEqual([
    { source: 'twilio reply', wording: 'Please stop it' },
    { source: 'twilio reply', wording: 'STOP' },
  ]);
  const asked = await it.sql<{ id: string }[]>`select customer_id as id from segment_looks order by id`;
  expect(asked.map(({ id }) => id)).toEqual([...household].sort());
});

test('START takes back what STOP did, and nothing else', async () => {
  await using it = await setup();
  const agreed = await it.add(number, ['sms']);
  const never = await it.add(number);
  const refused = await it.add(number, ['sms']);
  await it.stop();
  await it.sql`insert into consents (id, customer_id, channel, state, source, at)
    values (gen_random_uuid(), ${refused}, 'sms', 'denied', 'call centre', '2026-03-02')`;
  for (const reason of ['bounced', 'complained', 'refused', 'operator', 'imported'] as const)
    await it.suppressed(reason, 'sms');
  await it.start({ wording: 'Unstop' });
  expect(await it.inForce()).toEqual([
    'sms bounced',
    'sms complained',
    'sms imported',
    'sms operator',
    'sms refused',
  ]);
  expect(await it.words(agreed), 'WhatsApp was never agreed to').toEqual({
    sms: 'granted',
    whatsapp: 'denied',
  });
  expect(await it.words(never), 'who asks for it agrees to it').toEqual({
    sms: 'granted',
    whatsapp: 'denied',
  });
  expect(await it.words(refused), 'what they said elsewhere stays').toEqual({
    sms: 'denied',
    whatsapp: 'denied',
  });
  const lifted = await it.sql`
    select distinct lifted_by as by, lifted_reason as why from suppressions where lifted_at is not null`;
  expect(lifted).toEqual([{ by: 'twilio reply', why: 'START came from there' }]);
});

test('START from who never stopped changes nothing, and STOP from nobody is kept', async () => {
  await using it = await setup();
  const id = await it.add(number);
  await it.start();
  expect([await it.words(id), await it.inForce()]).toEqual([{}, []]);
  await it.stop({ address: '+41446681800' });
  expect([await it.words(id), await it.inForce()]).toEqual([{}, ['sms stopped', 'whatsapp stopped']]);
  await it.stop({ address: 'TEASHOP' });
  expect(await it.inForce()).toHaveLength(2);
});

test('STOP by e-mail unsubscribes the address, and START takes back that alone', async () => {
  await using it = await setup();
  const mail = { channel: 'email' as const, address: 'Ada@example.test', source: 'sendgrid' };
  await it.stop(mail);
  expect(await it.inForce()).toEqual(['email unsubscribed']);
  await it.suppressed('bounced', 'email', 'ada@example.test');
  await it.start(mail);
  expect(await it.inForce()).toEqual(['email bounced']);
  const byClick = { id: newId(createClock(realTime)), channel: 'email' as const, source: 'one-click' };
  const row = { ...byClick, reason: 'unsubscribed' as const, at: new Date('2026-03-03') };
  await suppress(it.sql, [{ ...row, addressHash: addressHash('ada@example.test', secret) }]);
  await it.start(mail);
  expect(await it.inForce(), 'a sender is easily forged').toEqual(['email bounced', 'email unsubscribed']);
});
