import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const says = (email: boolean, at: string): GivenEvent => ({
  kind: 'identify',
  userId: 'u1',
  at,
  context: { consent: { channels: { email } } },
});

test('a permission that comes late does not outlive the refusal given after it', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  await routing.acceptAndRoute(says(false, '2026-05-01T08:00:00Z'));
  // Said again at ten; what a phone without a network heard at nine comes last.
  await routing.acceptAndRoute(says(false, '2026-05-01T10:00:00Z'));
  await routing.acceptAndRoute(says(true, '2026-05-01T09:00:00Z'));
  const [newest] = await database.sql`select state from consents order by at desc, id desc limit 1`;
  expect(newest).toEqual({ state: 'denied' });
});

const saysAll = (channels: Record<string, unknown>, at: string, more: object = {}): GivenEvent => ({
  kind: 'identify',
  userId: 'u1',
  at,
  context: { consent: { channels, ...more } },
});

test('what a page says at every visit is recorded once; a word in other words, or after a refusal, anew', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  const rows = () => database.sql`select channel, topic, state from consents order by at, topic`;
  const both = { email: true, 'email:news': true };
  await routing.acceptAndRoute(saysAll(both, '2026-05-01T08:00:00Z'));
  await routing.acceptAndRoute(saysAll(both, '2026-05-01T08:10:00Z'));
  await routing.acceptAndRoute(saysAll(both, '2026-05-01T08:20:00Z'));
  expect(await rows()).toHaveLength(2);
  await routing.acceptAndRoute(saysAll({ email: true }, '2026-05-01T08:30:00Z', { wording: 'May we?' }));
  expect(await rows()).toHaveLength(3);
  await routing.acceptAndRoute(saysAll({ email: false }, '2026-05-01T08:40:00Z'));
  await routing.acceptAndRoute(saysAll({ 'email:news': true }, '2026-05-01T08:50:00Z'));
  await routing.acceptAndRoute(saysAll({ 'email:news': true }, '2026-05-01T08:55:00Z'));
  expect((await rows()).slice(3)).toEqual([
    { channel: 'email', topic: '', state: 'denied' },
    { channel: 'email', topic: 'news', state: 'granted' },
  ]);
});

/** What the consent comes to, when a page says `email: true` again after a refusal by the operator's API. */
async function afterRefusalElsewhere(before: GivenEvent[], ...again: GivenEvent[]): Promise<unknown> {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  await routing.acceptAndRoute(...before);
  await database.sql`
    insert into consents (id, customer_id, channel, topic, state, source, at)
    select gen_random_uuid(), id, 'email', '', 'denied', 'preferences', '2026-05-01T09:00:00Z' from customers`;
  await routing.acceptAndRoute(...again);
  const [newest] = await database.sql`select state from consents where topic = '' order by at desc limit 1`;
  return newest!['state'];
}

const page = (at: string, more: object = {}) => saysAll({ email: true }, `2026-05-01T${at}:00Z`, more);

test.each<[string, string, GivenEvent[], GivenEvent[]]>([
  ['at its next visit', 'denied', [page('08:00')], [page('09:30')]],
  ['at two visits of one batch', 'denied', [page('08:00')], [page('09:30'), page('09:40')]],
  [
    'beside a topic',
    'denied',
    [page('08:00')],
    [saysAll({ 'email:x': false, email: true }, '2026-05-01T09:30:00Z')],
  ],
  ['in other words', 'granted', [page('08:00')], [page('09:30', { wording: 'May we?' })]],
  ['as another source', 'granted', [page('08:00')], [page('09:30', { source: 'footer' })]],
  ['with a time of its own', 'granted', [page('08:00')], [page('09:40', { at: '2026-05-01T09:30:00Z' })]],
  [
    'with the old time',
    'denied',
    [page('08:00', { at: '2026-05-01T07:00:00Z' })],
    [page('09:30', { at: '2026-05-01T07:00:00Z' })],
  ],
  [
    'after it said no itself',
    'granted',
    [page('08:00')],
    [saysAll({ email: false }, '2026-05-01T09:20:00Z'), page('09:30')],
  ],
  [
    'after it said no itself before, in an earlier batch',
    'granted',
    [page('08:00'), saysAll({ email: false }, '2026-05-01T08:30:00Z')],
    [page('09:30'), page('09:40')],
  ],
])(
  'a page that repeats itself does not undo a refusal from elsewhere: %s, %s',
  async (_, state, before, again) => {
    expect(await afterRefusalElsewhere(before, ...again)).toBe(state);
  },
);

test('that it was passed over is noted at the word it repeats, once a refusal', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  const noted = async () => {
    const [row] = await database.sql`select repeated_at as at from consents where state = 'granted'`;
    return row!['at'] as unknown;
  };
  const refuse = (at: string) => database.sql`
    insert into consents (id, customer_id, channel, state, source, at)
    select gen_random_uuid(), id, 'email', 'denied', 'preferences', ${`2026-05-01T${at}:00Z`} from customers`;
  await routing.acceptAndRoute(page('08:00'));
  await routing.acceptAndRoute(page('08:10'));
  expect(await noted(), 'nothing was refused').toBeNull();
  await refuse('09:00');
  await routing.acceptAndRoute(page('09:30'));
  await routing.acceptAndRoute(page('09:40'), page('09:50'));
  expect(await noted()).toEqual(new Date('2026-05-01T09:30:00Z'));
  await refuse('10:00');
  await routing.acceptAndRoute(page('10:30'));
  expect(await noted()).toEqual(new Date('2026-05-01T10:30:00Z'));
});

test('a permission after a refusal of the same batch is kept, though the last before them said the same', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  await routing.acceptAndRoute(saysAll({ 'email:news': true }, '2026-05-01T08:00:00Z'));
  await routing.acceptAndRoute(
    saysAll({ email: false }, '2026-05-01T09:00:00Z'),
    saysAll({ 'email:news': true }, '2026-05-01T10:00:00Z'),
  );
  expect(await database.sql`select state, topic from consents order by at`).toEqual([
    { state: 'granted', topic: 'news' },
    { state: 'denied', topic: '' },
    { state: 'granted', topic: 'news' },
  ]);
});

test('who asked is told as it was said with the admin key, and as only said with a write key', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  const paper = { source: 'paper form' };
  await routing.acceptAndRoute(saysAll({ email: true }, '2026-05-01T08:00:00Z', paper), {
    ...saysAll({ email: true }, '2026-05-01T09:00:00Z', paper),
    admin: true,
  });
  expect(await database.sql`select source from consents order by at`).toEqual([
    { source: 'identify: paper form' },
    { source: 'paper form' },
  ]);
});

test('a grant of a time that cannot be read says nothing; a refusal is as of its event', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  const grants = ['2021-13-01', '01.05.2021', -1, {}].map((at) =>
    saysAll({ email: { state: 'granted', at } }, '2026-05-01T08:00:00Z'),
  );
  await routing.acceptAndRoute(
    ...grants,
    saysAll({ email: 'denied', sms: { state: true, at: null } }, '2026-05-01T09:00:00Z', { at: 'once' }),
  );
  const at = new Date('2026-05-01T09:00:00Z');
  expect(await database.sql`select channel, state, at from consents order by channel`).toEqual([
    { channel: 'email', state: 'denied', at },
    { channel: 'sms', state: 'granted', at },
  ]);
});

test('a consent is never later than the event that brings it, and says nothing where it cannot be understood', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  const wrong = { fax: true, 'email:': true, 'sms:a b': true, push: 'maybe', onsite: { state: 1 } };
  await routing.acceptAndRoute(
    saysAll({ ...wrong, sms: 'denied' }, '2026-05-01T08:00:00Z', { at: '2099-01-01T00:00:00Z', source: 7 }),
    { kind: 'identify', userId: 'u1', context: { consent: 'all' } },
  );
  expect(await database.sql`select channel, state, source, at from consents`).toEqual([
    { channel: 'sms', state: 'denied', source: 'identify', at: new Date('2026-05-01T12:00:00Z') },
  ]);
});
