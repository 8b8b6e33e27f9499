import { expect, test } from 'vitest';
import {
  consentThatHolds,
  readConsentPlace,
  readConsentState,
  refusalsToKeep,
  sayConsentPlace,
  type ConsentState,
  type ConsentWord,
} from '../../src/domain/consent.ts';
import { consentThatHolds as consentInSql } from '../../src/db/queries/consent-that-holds.ts';
import { testDatabase } from '../support/database.ts';

const yes = (at: number, topic = ''): ConsentWord => ({ topic, state: 'granted', at });
const no = (at: number, topic = ''): ConsentWord => ({ topic, state: 'denied', at });
const news = (word: ConsentWord): ConsentWord => ({ ...word, topic: 'news' });

/** What is allowed without a topic, and about news. */
const cases: [what: string, words: ConsentWord[], whole: ConsentState | null, ofNews: ConsentState | null][] =
  [
    ['nothing was said', [], null, null],
    ['a grant', [yes(1)], 'granted', 'granted'],
    ['a refusal', [no(1)], 'denied', 'denied'],
    ['a refusal after a grant', [yes(1), no(2)], 'denied', 'denied'],
    ['a grant from before the refusal that comes late', [no(2), yes(1)], 'denied', 'denied'],
    ['a grant after a refusal', [no(1), yes(2)], 'granted', 'granted'],
    ['both at one moment', [yes(1), no(1)], 'denied', 'denied'],
    ['both at one moment, the other way round', [no(1), yes(1)], 'denied', 'denied'],
    ['a grant of the topic', [news(yes(1))], null, 'granted'],
    ['a refusal of the topic', [yes(1), news(no(2))], 'granted', 'denied'],
    ['a refusal of the topic, and a later grant of the channel', [news(no(1)), yes(2)], 'granted', 'denied'],
    ['a refusal of the channel after a grant of the topic', [news(yes(1)), no(2)], 'denied', 'denied'],
    ['a grant of the topic after a refusal of the channel', [no(1), news(yes(2))], 'denied', 'granted'],
    ['nothing but this topic, in one breath', [no(1), news(yes(1))], 'denied', 'granted'],
    ['a grant of the channel after all was refused', [news(yes(1)), no(2), yes(3)], 'granted', 'granted'],
    ['a word on another topic', [yes(1), no(2, 'other')], 'granted', 'granted'],
  ];
test.each(cases)('%s', (_, words, whole, ofNews) => {
  expect(consentThatHolds(words, '')?.state ?? null).toBe(whole);
  expect(consentThatHolds(words, 'news')?.state ?? null).toBe(ofNews);
});

test('SQL comes to the same as the rule, for all histories of up to three words', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const each = [1, 2, 3].flatMap((at) => [yes(at), no(at), news(yes(at)), news(no(at))]);
  const histories = each.flatMap((a) => each.flatMap((b) => each.map((c) => [a, b, c])));
  const owned = histories.map((words, i) => ({
    id: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
    words,
  }));
  const rows = owned.flatMap(({ id, words }) => words.map((word) => ({ ...word, id })));
  await sql`
    insert into consents (id, customer_id, channel, topic, state, source, at)
    select gen_random_uuid(), r.id, 'email', r.topic, r.state, 'test', to_timestamp(r.at)
    from jsonb_to_recordset(${sql.json(rows)}) as r (id uuid, topic text, state text, at int)`;
  const asked = (topic: string) => consentInSql(sql, { customerId: sql`c.id`, channel: sql`'email'`, topic });
  const held = await sql<{ id: string; whole: string; news: string; sms: null }[]>`
    select c.id, ${asked('')} as whole, ${asked('news')} as news,
      ${consentInSql(sql, { customerId: sql`c.id`, channel: sql`'sms'`, topic: 'news' })} as sms
    from unnest(${owned.map(({ id }) => id)}::uuid[]) as c (id) order by c.id`;
  expect(held).toEqual(
    owned.map(({ id, words }) => ({
      id,
      whole: consentThatHolds(words, '')?.state ?? null,
      news: consentThatHolds(words, 'news')?.state ?? null,
      sms: null,
    })),
  );
});

test('of two who become one the stricter word stays, of the channel and of each topic', () => {
  expect(refusalsToKeep([yes(1)], [])).toEqual([]);
  expect(refusalsToKeep([no(1)], [])).toEqual([]);
  expect(refusalsToKeep([no(1)], [yes(2)])).toEqual(['']);
  expect(refusalsToKeep([yes(2)], [no(1)])).toEqual(['']);
  expect(refusalsToKeep([no(1)], [yes(2), news(yes(3))])).toEqual(['', 'news']);
  expect(refusalsToKeep([no(1)], [news(yes(2))])).toEqual(['news']);
  expect(refusalsToKeep([news(no(1))], [yes(2)])).toEqual([]);
  expect(refusalsToKeep([news(no(1))], [yes(2), news(yes(2))])).toEqual(['news']);
});

test('of very many topics it is reckoned once over, not for each again', () => {
  const count = 50_000;
  const words = (word: (at: number, topic: string) => ConsentWord) =>
    Array.from({ length: count }, (_, n) => word(1, `t${n}`));
  expect(refusalsToKeep(words(no), [no(2), yes(3)])).toHaveLength(0);
  expect(
    refusalsToKeep(
      [no(2)],
      words((_, topic) => yes(3, topic)),
    ),
  ).toHaveLength(count);
});

test('reads a place as it is written', () => {
  for (const text of ['email', 'sms:new-arrivals', 'push:A.b_1']) {
    expect(sayConsentPlace(readConsentPlace(text)!)).toBe(text);
  }
  for (const text of [
    '',
    'fax',
    'email:',
    'email:a b',
    'email:a:b',
    `email:${'x'.repeat(65)}`,
    ':x',
    'Email',
  ]) {
    expect(readConsentPlace(text)).toBeNull();
  }
});

test('a word is read however it is spelt, and what is none is none', () => {
  const words = [true, 'granted', 'TRUE', false, 'denied', ' False', 'Denied', 'no', 0, null, {}, ''];
  const states = ['granted', 'granted', 'granted', 'denied', 'denied', 'denied', 'denied'];
  expect(words.map(readConsentState)).toEqual([...states, null, null, null, null, null]);
});
