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
