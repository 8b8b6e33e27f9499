import { expect, test } from 'vitest';
import { message, type MessageType } from '../../src/define/message.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { addCustomer, addRun, startSending, testJourney, type TestCustomer } from '../support/sending.ts';

const alert = message<object>({
  ...{ name: 'alert', purpose: 'help', channels: ['email', 'sms'], sendsTo: 'all' },
  ...{ variants: { plain: 1, warm: 1 }, codes: 'spring' },
});
const other = message<object>({ name: 'other', purpose: 'help', channels: ['email', 'sms'] });
const reached = { phone: '+447700900123', consents: { email: 'granted', sms: 'granted' } } as const;

/** Somebody who is reached by both channels, and what is sent to them by each. */
async function setup(
  wanted: TestCustomer = reached,
  journey = testJourney('cart'),
  declared: MessageType<unknown> = alert,
) {
  const it = await startSending([journey], {
    messages: [declared, other],
    render: ({ data, variant }) => ({ text: `${variant} ${String(data['code'])}` }),
  });
  const { sql } = it.database;
  await sql`truncate customers, deliveries, runs, consents, codes`;
  await sql`insert into codes (pool, code, added_at)
    select 'spring', 'code-' || n, '2026-01-01' from generate_series(1, 9) n`;
  const customerId = await addCustomer(it, wanted);
  const { ask } = await addRun(it, customerId);
  const send = (channel: Channel, worker = it.worker()) =>
    worker(ask({ message: 'alert', channel, each: true }));
  const rows = async () =>
    sql`select own_channel as own, channel, state, reason, arm from deliveries where message = 'alert' order by own_channel`;
  const saySettings = (value: object) => sql`
    insert into settings (scope, value, at) values ('shop', ${sql.json(value as never)}, ${it.clock.now()})
    on conflict (scope) do update set value = excluded.value`;
  return Object.assign(it, { sql, customerId, ask, send, rows, saySettings });
}

const told = (text: unknown) => (text as { content: { text: string } }[]).map(({ content }) => content.text);

test('it goes out on each channel that passes, once, with the same words and the same code', async () => {
  await using it = await setup();
  const answers = await Promise.all([it.send('email'), it.send('sms')]);
  expect(answers).toMatchObject([
    { state: 'accepted', channel: 'email' },
    { state: 'accepted', channel: 'sms' },
  ]);
  expect([await it.send('email'), await it.send('sms')]).toEqual(answers);
  const sent = { state: 'accepted', reason: null, arm: 'treated' };
  expect(await it.rows()).toEqual([
    { own: 'email', channel: 'email', ...sent },
    { own: 'sms', channel: 'sms', ...sent },
  ]);
  const said = [...told(it.channels.email.sent), ...told(it.channels.sms.sent)];
  expect(said).toHaveLength(2);
  expect(new Set(said).size).toBe(1);
  expect(await it.sql`select code from codes where delivery_id is not null`).toHaveLength(1);
});

test('one that is reached by one of the channels only gets it there, and each says for itself why', async () => {
  await using it = await setup({ consents: { email: 'granted' } });
  expect(await it.send('email')).toMatchObject({ state: 'accepted' });
  expect(await it.send('sms')).toMatchObject({ state: 'withheld', reason: 'unreachable', channel: 'sms' });
  expect(await it.rows()).toMatchObject([{ state: 'accepted' }, { state: 'withheld', channel: 'sms' }]);
});

test('towards caps it counts once; only caps of a channel count what that one got', async () => {
  await using it = await setup();
  await it.saySettings({
    caps: {
      helpAndOffer: [{ sends: 2, within: '1 day' }],
      channels: { sms: [{ sends: 1, within: '1 day' }] },
    },
  });
  // Both share the one place; its own cap is the channel's.
  expect(await it.send('email')).toMatchObject({ state: 'accepted' });
  expect(await it.send('sms')).toMatchObject({ state: 'accepted' });
  const more = async (channel: Channel, n: number) =>
    it.worker()(it.ask({ message: 'other', nth: n, channel }));
  expect(await more('sms', 1)).toMatchObject({ state: 'withheld', reason: 'capped' });
  expect(await more('email', 2)).toMatchObject({ state: 'accepted' });
  expect(await more('email', 3)).toMatchObject({ state: 'withheld', reason: 'capped' });
});

test('where it has a place on one channel, others cannot take that from it on the next; after a day they can', async () => {
  await using it = await setup();
  await it.saySettings({ caps: { helpAndOffer: [{ sends: 1, within: '1 day' }] } });
  expect(await it.send('email')).toMatchObject({ state: 'accepted' });
  expect(await it.send('sms')).toMatchObject({ state: 'accepted' });
  await using later = await setup();
  await later.saySettings({ caps: { helpAndOffer: [{ sends: 1, within: '1 day' }] } });
  expect(await later.send('email')).toMatchObject({ state: 'accepted' });
  later.pass('25 hours');
  expect(await later.worker()(later.ask({ message: 'other' }))).toMatchObject({
    state: 'accepted',
  });
  expect(await later.send('sms')).toMatchObject({ state: 'withheld', reason: 'capped' });
});

test('both channels have one arm, also when the share is changed between them', async () => {
  for (const [before, after, arm] of [
    [0, 1, 'treated'],
    [1, 0, 'held-out'],
  ] as const) {
    await using it = await setup(reached, testJourney('cart', { holdout: before }));
    expect(await it.send('email')).toMatchObject({ arm });
    const changed = it.worker({ definitions: [testJourney('cart', { holdout: after })] });
    expect(await it.send('sms', changed)).toMatchObject({ arm });
    expect((await it.rows()).map((row) => row['arm'])).toEqual([arm, arm]);
    expect(it.channels.sms.sent).toHaveLength(arm === 'treated' ? 1 : 0);
  }
});

test('in the evening the mail goes out and the text is held until the morning', async () => {
  await using it = await setup();
  it.pass('5 hours');
  expect(await it.send('email')).toMatchObject({ state: 'accepted', until: null });
  const held = await it.send('sms');
  expect(held).toMatchObject({ state: 'waiting', reason: 'quiet-hours' });
  it.pass('9.5 hours');
  expect(it.clock.now().getTime()).toBeGreaterThanOrEqual(held.until!);
  expect(await it.send('sms')).toMatchObject({ state: 'accepted', deliveryId: held.deliveryId });
});

test('what was begun on its first channel stays one message if it is declared to go to all, and the other way round', async () => {
  await using it = await setup();
  const first = (channel: Channel) => it.worker()(it.ask({ message: 'alert', channel }));
  expect(await first('email')).toMatchObject({ state: 'accepted' });
  expect(await it.send('sms')).toMatchObject({ state: 'accepted', channel: 'email' });
  expect(await it.send('email')).toMatchObject({ state: 'accepted', channel: 'email' });
  expect(it.channels.sms.sent).toEqual([]);
  await using all = await setup();
  await all.send('email');
  await all.worker()(all.ask({ message: 'alert', channel: 'email' }));
  expect(all.channels.email.sent).toHaveLength(1);
});
