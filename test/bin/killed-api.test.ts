import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openHome } from '../../src/db/home.ts';
import { cloudEvent } from '../support/cloud-events.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { holdTable } from '../support/hold-table.ts';

async function startApi(databaseUrl: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork('src/bin/api.ts', {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'], PORT: '0', KAIROS_LOG_LEVEL: 'silent', DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

const post = (url: string, events: unknown[]) =>
  fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      authorization: 'Bearer dev-admin-key',
    },
    body: JSON.stringify(events),
  });

test('an API that is killed between commit and answer leaves what it took: the same again is a duplicate', async () => {
  await using database = await testDatabase();
  await openHome(database.sql, { clockSpeed: undefined, realNow: new Date() });
  const events = [cloudEvent({ id: 'a' }), cloudEvent({ type: 'nonsense' }), cloudEvent({ id: 'b' })];
  const first = await startApi(database.url);
  // What was refused is kept after the commit of what was accepted, and before the answer.
  await using held = await holdTable(database.url, 'rejections');
  const unanswered = post(first.url, events).then(
    () => 'answered',
    () => 'cut off',
  );
  await eventually('the answer to wait', held.isWaitedFor);
  first.child.kill('SIGKILL');
  expect(await unanswered).toBe('cut off');
  await held.letGo();
  const second = await startApi(database.url);
  const again = await post(second.url, [...events, cloudEvent({ id: 'c' })]);
  expect([again.status, await again.json()]).toMatchObject([
    202,
    { accepted: 1, duplicates: 2, rejected: [{ index: 1 }] },
  ]);
  const stored = await database.sql`select message_id as id from events order by seq`;
  expect(stored).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  second.child.kill('SIGTERM');
  await once(second.child, 'exit');
});
