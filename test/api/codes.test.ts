import { expect, test } from 'vitest';
import { content } from '../../src/define/content.ts';
import { message } from '../../src/define/message.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { newId } from '../../src/ids.ts';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

const text = { sms: { text: '{{ code }}' } };
const thanks = content<unknown>(
  message({ name: 'thanks', purpose: 'offer', channels: ['sms'], codes: 'spring' }),
  text,
);
const sorry = content<unknown>(
  message({ name: 'sorry', purpose: 'help', channels: ['sms'], codes: 'empty' }),
  text,
);
const contents = [thanks, sorry];

test('codes are added to a pool once, those that are used among them, and it is told how many are left', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, contents });
  const add = (pool: string, codes: unknown) => api.post(`/v1/codes/${pool}`, codes, admin);
  expect((await add('spring', ['A-1', 'A-2', 'A-1'])).body).toEqual({
    pool: 'spring',
    accepted: 2,
    duplicates: 1,
  });
  const delivery = newId(createClock(realTime));
  await database.sql`update codes set delivery_id = ${delivery}, assigned_at = '2026-01-01' where code = 'A-1'`;
  expect((await add('spring', ['A-1', 'A-3'])).body).toEqual({ pool: 'spring', accepted: 1, duplicates: 1 });
  expect((await add('other', ['A-1'])).body).toMatchObject({ accepted: 1 });
  expect((await api.get('/v1/codes')).body.items).toEqual([
    { pool: 'other', codes: 1, left: 1, messages: [] },
    { pool: 'spring', codes: 3, left: 2, messages: ['thanks'] },
    { pool: 'empty', codes: 0, left: 0, messages: ['sorry'] },
  ]);
  const metrics = String((await api.get('/metrics', {})).body['text']);
  expect(metrics).toContain('kairos_codes_left{pool="spring"} 2\n');
  expect(metrics).toContain('kairos_codes_left{pool="empty"} 0\n');
});

test('as many are taken at once as the bound says', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const codes = Array.from({ length: bounds.codes }, (_, n) => String(n).padStart(bounds.codeLength, 'x'));
  expect((await api.post('/v1/codes/spring', codes, admin)).body).toMatchObject({ accepted: bounds.codes });
  const more = await api.post('/v1/codes/spring', [...codes, 'one-more'], admin);
  expect(more).toMatchObject({ status: 400, body: { code: 'malformed-body' } });
});

test.each<[string, unknown, string]>([
  ['spring', [], 'expected array to have >=1 items'],
  ['spring', { codes: ['A'] }, 'expected array'],
  ['spring', ['A B'], '[0]: expected letters, digits and marks of ASCII, without spaces'],
  ['spring', ['A', ''], '[1]: '],
  ['spring', ['x'.repeat(bounds.codeLength + 1)], '[0]: '],
  ['Spring!', ['A'], "expected a pool's name of lower-case letters, digits and hyphens"],
])('to the pool %s nobody adds %j', async (pool, codes, sentence) => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const answer = await api.post(`/v1/codes/${pool}`, codes, admin);
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toContain(sentence);
  expect((await api.get('/v1/codes')).body.items).toEqual([]);
});

test('a write key sees no codes and adds none', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  expect((await api.get('/v1/codes', write)).status).toBe(403);
  expect((await api.post('/v1/codes/spring', ['A'], write)).status).toBe(403);
});
