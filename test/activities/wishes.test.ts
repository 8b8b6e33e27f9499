import { expect, test } from 'vitest';
import { message } from '../../src/define/message.ts';
import { spanMs } from '../../src/domain/span.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';
import { startWatching, type Watching } from '../support/watching.ts';

const about = { category: 'Kitchen' };
const back = message<object>({ name: 'back', purpose: 'help', channels: ['email', 'sms'], about });
const owed = message<object>({ name: 'owed', purpose: 'transactional', channels: ['email'], about });
const reached = { phone: '+4930123456', email: 'ada@shop.example' };

/** What customers say, by which channel they are then written to, and what the ledger says of it. */
const wishes = [
  { says: {}, by: 'email', words: 'every check has passed' },
  { says: { avoids: ['Garden'] }, by: 'email', words: 'every check has passed' },
  { says: { avoids: ['kitchen'] }, by: null, words: 'it is about Kitchen, of which the customer has said' },
  { says: { channels: ['SMS'] }, by: 'sms', words: 'the customer asked to be reached by sms only' },
  { says: { frequency: 'weekly' }, by: 'email', words: 'every check has passed' },
  {
    says: { frequency: 'monthly' },
    by: null,
    words: '1 help or offer message, as the customer asked, in 30',
  },
  { says: { frequency: 'never' }, by: null, words: 'the customer asked for no help and no offers' },
  { says: { frequency: 'never' }, origin: 'observed', by: 'email', words: 'every check has passed' },
];

/** Lets customers say it, one each. All were called ten days ago, which counts towards what they ask for. */
async function say({ database: { sql }, clock }: Sending | Watching, customers: readonly string[]) {
  const calledAt = new Date(clock.now().getTime() - spanMs('10 days'));
  for (const [place, { says, origin = 'stated' }] of wishes.entries()) {
    const at = clock.now().toISOString();
    const traits = Object.entries(says).map(([name, value]: [string, unknown]) => {
      return [name, { value, origin, at }] as const;
    });
    await sql`
      update customers set traits = traits || ${sql.json(Object.fromEntries(traits) as never)}
      where id = ${customers[place]!}`;
    await sql`
      insert into contacts (event_id, customer_id, at)
      values (gen_random_uuid(), ${customers[place]!}, ${calledAt})`;
  }
}

/** By which channel each was written to, and all that the ledger says of it. */
async function found(it: Sending | Watching, customers: readonly string[]) {
  const ledger = await it.ledger();
  return customers.map((id) => {
    const { state, channel, verdicts } = ledger.find(({ customerId }) => customerId === id)!;
    const by = state === 'accepted' ? channel : null;
    return { by, words: verdicts.map(({ words }) => words).join('; ') };
  });
}

const expected = wishes.map(({ by, words }) => ({
  by,
  words: expect.stringContaining(words) as string,
}));

test('a send heeds what its customer wishes, and what is owed comes all the same', async () => {
  await using it = await startSending(undefined, { messages: [back, owed] });
  const consents = { email: 'granted', sms: 'granted' } as const;
  const customers: string[] = [];
  for (const _ of wishes) customers.push(await addCustomer(it, { ...reached, consents }));
  await say(it, customers);
  for (const customerId of customers) {
    const { ask } = await addRun(it, customerId);
    const { reason } = await it.send(ask({ message: 'back' }));
    // As the run does: it tries the next channel where this one is none for the customer.
    if (reason === 'no-consent') await it.send(ask({ message: 'back', channel: 'sms' }));
  }
  expect(await found(it, customers)).toEqual(expected);
  for (const customerId of customers) {
    const { ask } = await addRun(it, customerId);
    expect((await it.send(ask({ message: 'owed' }))).state).toBe('accepted');
  }
});

test('a page of a wave heeds what each of its customers wishes', async () => {
  await using it = await startWatching(undefined, { messages: [back] });
  const line = await it.line(wishes.length, () => ({ ...reached, consents: ['email', 'sms'] }));
  await say(it, line);
  await it.shelf(wishes.length);
  await it.wave();
  expect(await found(it, line)).toEqual(expected);
});
