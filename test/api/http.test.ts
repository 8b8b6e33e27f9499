import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { errorCodes, type ErrorCode } from '../../src/errors.ts';
import { admin, testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { holdTable } from '../support/hold-table.ts';

test('what is not there, and what is there for another method, are problems too', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const missing = await api.get('/v1/nothing', {});
  expect([missing.status, missing.body.code]).toEqual([404, 'not-found']);
  expect(missing.headers.get('content-type')).toContain('application/problem+json');
  expect(missing.body).toEqual({
    type: '/docs#not-found',
    title: 'There is nothing here',
    status: 404,
    detail: 'There is nothing at GET /v1/nothing; /docs lists what there is.',
    code: 'not-found',
  });
  for (const [path, allowed] of [
    ['/v1/track', 'POST'],
    ['/v1/import/orders', 'POST'],
  ] as const) {
    const answer = await api.get(path);
    expect([answer.status, answer.body.code, answer.headers.get('allow')]).toEqual([
      405,
      'method-not-allowed',
      allowed,
    ]);
  }
  const posted = await api.post('/v1/runs', {}, admin);
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('alive shows the clock; ready needs the database, its migrations and Temporal', async () => {
  await using database = await testDatabase();
  const origin = Date.parse('2026-03-01T00:00:00Z');
  const clock = createClock({ originMs: origin, speed: 60 }, () => origin + 1_000);
  await using api = await testApi({ database, clock });
  const alive = await api.get('/healthz', {});
  expect(alive.body).toEqual({ status: 'ok', now: '2026-03-01T00:01:00.000Z', clockSpeed: 60 });
  expect((await api.get('/readyz', {})).body).toEqual({ status: 'ready' });

  const temporal = Connection.lazy({ address: '127.0.0.1:1' });
  await using without = await testApi({ database, temporal });
  const away = await without.get('/readyz', {});
  expect([away.status, away.body.code]).toEqual([503, 'unavailable']);
  expect(away.body.detail).toContain('Temporal');
  await temporal.close();

  // A database that takes too long is as good as none.
  const held = await holdTable(database.url, 'drizzle.__drizzle_migrations');
  const hangs = await api.get('/readyz', {});
  expect([hangs.status, hangs.body.detail]).toEqual([503, 'The database does not answer.']);
  expect((await api.get('/healthz', {})).status).toBe(200);
  await held[Symbol.asyncDispose]();
  expect((await api.get('/readyz', {})).status).toBe(200);

  await database.sql`delete from drizzle.__drizzle_migrations`;
  const behind = await api.get('/readyz', {});
  expect([behind.status, behind.body.detail]).toEqual([503, expect.stringMatching(/lacks \d+ migrations/)]);
});

/** A stand-in for the sandbox provider that tells what reached it. */
async function sandbox(): Promise<{ server: Server; url: string }> {
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      res.writeHead(207, { 'content-type': 'application/json', 'x-from': 'sandbox' });
      res.end(JSON.stringify({ method: req.method, url: req.url, body, host: req.headers.host }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("the sandbox is passed through under Kairos's own port, and only where there is one", async () => {
  await using database = await testDatabase();
  const { server, url } = await sandbox();
  await using api = await testApi({ database }, { KAIROS_SANDBOX_URL: url });
  const posted = await api.post('/sandbox/any/path?x=1', { channel: 'email' }, {});
  expect([posted.status, posted.headers.get('x-from')]).toEqual([207, 'sandbox']);
  expect(posted.body).toEqual({
    method: 'POST',
    url: '/sandbox/any/path?x=1',
    body: '{"channel":"email"}',
    host: new URL(url).host,
  });
  expect((await api.get('/sandbox/x', {})).body).toMatchObject({ method: 'GET', url: '/sandbox/x' });
  // To no host that the request line names.
  const { hostname, port } = new URL(api.url);
  const elsewhere = await new Promise<string>((done, failed) => {
    const asked = { hostname, port, path: 'http://127.0.0.1:9/sandbox/messages' };
    get(asked, (answer) => {
      answer.setEncoding('utf8').on('data', (text: string) => done(text));
    }).on('error', failed);
  });
  expect(JSON.parse(elsewhere)).toMatchObject({ url: '/sandbox/messages', host: new URL(url).host });
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  const away = await api.get('/sandbox', {});
  expect([away.status, away.body.code]).toEqual([503, 'unavailable']);

  await using without = await testApi({ database });
  expect((await without.get('/sandbox', {})).status).toBe(404);
});

test('an error of ours is a problem that says nothing of its insides', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  await database.sql`alter table runs rename column name to renamed`;
  const answer = await api.get('/v1/runs');
  expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
  expect(JSON.stringify(answer.body)).not.toContain('renamed');
});

test('each code of the table is used, and each is reached by a test', () => {
  const text = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'errors.ts')
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
      .join('\n');
  const sources = ['api', 'src', 'activities'].map(text).join('\n');
  const tests = text('test');
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    expect(sources.includes(`'${code}'`), `${code} is used`).toBe(true);
    expect(tests.includes(`'${code}'`), `a test reaches ${code}`).toBe(true);
  }
});
