import { expect, test } from 'vitest';
import { outcomeOf } from '../../../activities/channels/provider-answer.ts';
import { testDatabase } from '../../support/database.ts';

test('a provider whose words PostgreSQL would not take is quoted without what it does not take', async () => {
  await using database = await testDatabase();
  const said = `bad\0 address \ud83d of \ud83d\ude00 ${'x'.repeat(470)}\ud83d\ude00\ud83d\ude00\ud83d\ude00`;
  const answer = { status: 400, headers: {}, body: null };
  const outcome = outcomeOf(answer, () => ({ code: '21', words: said }), 'ada@shop.example');
  const { detail } = outcome as Extract<typeof outcome, { kind: 'refused' }>;
  expect(detail).toContain('bad\ufffd address \ufffd of \ud83d\ude00');
  const [row] = await database.sql`select ${database.sql.json({ detail })}::jsonb ->> 'detail' as kept`;
  expect(row).toEqual({ kept: detail });
  expect(detail.length).toBeLessThanOrEqual(500);
});
