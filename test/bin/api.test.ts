import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { openHome } from '../../src/db/home.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { holdMessageIds } from '../support/hold-message-ids.ts';

/** The API as a process of its own, as `npm start` has it. */
function startApi(env: NodeJS.ProcessEnv): ChildProcess {
  return fork('src/bin/api.ts', {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'], PORT: '0', KAIROS_LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ ready: true; url: string }];
  return message.url;
}

const post = (url: string, messageId: string) =>
  fetch(`${url}/v1/track?writeKey=dev-write-key`, {
    method: 'POST',
    body: JSON.stringify({ userId: 'u', event: 'X', messageId }),
  });

test('on SIGTERM it takes no more, and answers what it took after its commit', async () => {
  await using database = await testDatabase();
  await openHome(database.sql, { clockSpeed: 60, realNow: new Date() });
  const child = startApi({ DATABASE_URL: database.url });
  const ended = once(child, 'exit');
  const url = await readyUrl(child);
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok', clockSpeed: 60 });

  await using held = await holdMessageIds(database.url);
  const answer = post(url, 'last');
  await eventually('the commit to wait', held.isWaitedFor);
  child.kill('SIGTERM');
  await eventually('the port to be closed', () =>
    fetch(`${url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  await held.letGo();
  expect((await answer).status).toBe(200);
  expect(await ended).toEqual([0, null]);
  expect(await database.sql`select message_id from events`).toEqual([{ message_id: 'last' }]);
});

test('an import does not keep it from stopping: what was taken stays, and the rest is asked for again', async () => {
  await using database = await testDatabase();
  await openHome(database.sql, { clockSpeed: undefined, realNow: new Date() });
  const child = startApi({ DATABASE_URL: database.url });
  const ended = once(child, 'exit');
  const url = await readyUrl(child);
  const authorization = 'Bearer dev-admin-key';
  const file = request(`${url}/v1/import/events?name=file`, { method: 'POST', headers: { authorization } });
  const answered = once(file, 'response') as Promise<[IncomingMessage]>;
  file.write('{"event":"X","userId":"u"}\n');
  await eventually('the import to begin', async () => (await database.sql`select from imports`).length > 0);
  child.kill('SIGTERM');
  expect((await answered)[0].statusCode).toBe(503);
  expect(await ended).toEqual([0, null]);
});

test('it ends when its supervisor is gone', async () => {
  await using database = await testDatabase();
  await openHome(database.sql, { clockSpeed: undefined, realNow: new Date() });
  const child = startApi({ DATABASE_URL: database.url });
  await readyUrl(child);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('without a database it says what to do', async () => {
  const child = startApi({});
  let said = '';
  child.stderr!.on('data', (chunk) => (said += String(chunk)));
  // Not `exit`: what it said may still be on its way then.
  const [code] = (await once(child, 'close')) as [number];
  expect(code).not.toBe(0);
  expect(said).toContain('DATABASE_URL is not set');
});
