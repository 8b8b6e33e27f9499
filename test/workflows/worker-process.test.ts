import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { openHome } from '../../src/db/home.ts';
import { armOf, globalHoldoutOf, holdoutOf } from '../../src/domain/holdout.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { openRun } from '../support/open-run.ts';

const treated = ['a', 'b', 'c', 'd'].find(
  (key) => armOf(key, globalHoldoutOf(0), holdoutOf('abandonedCart', 0.1)) === 'treated',
)!;

/** A provider that answers when the test says. */
async function heldProvider() {
  const held: ServerResponse[] = [];
  const server = createServer((_request, response) => void held.push(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, held, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('on SIGTERM the worker sees a call to a provider through, and the ledger has its end', async () => {
  await using database = await testDatabase();
  await using temporal = await devServer();
  const { server, held, url } = await heldProvider();
  const { sql } = database;
  const realNow = new Date(performance.timeOrigin + performance.now());
  const { scale } = await openHome(sql, { clockSpeed: 3_600, realNow });
  const clock = createClock(scale);
  const { workflowId, customerId, input } = await openRun(database, clock);
  await sql`update customers set arm_key = ${treated}, traits = ${sql.json({
    email: { value: 'anna@example.test', origin: 'stated', at: 0 },
  })} where id = ${customerId}`;
  await sql`insert into consents (id, customer_id, channel, state, source, at)
    values (${newId(clock)}, ${customerId}, 'email', 'granted', 'test', ${clock.now()})`;
  const child = fork('src/bin/worker.ts', {
    execArgv: ['--import', 'tsx'],
    env: {
      PATH: process.env['PATH'],
      KAIROS_LOG_LEVEL: 'silent',
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      KAIROS_SANDBOX_URL: url,
    },
  });
  await temporal.client.workflow.start('abandonedCart', {
    workflowId,
    taskQueue: journeyQueue,
    args: [input],
  });
  await eventually('the call', () => held.length === 1);
  child.kill('SIGTERM');
  const exit = once(child, 'exit');
  // It waits for the provider, however long that takes within the bound of a call.
  expect(await Promise.race([exit, new Promise((done) => setTimeout(done, 2_000, 'alive'))])).toBe('alive');
  held[0]!.writeHead(202, { 'x-message-id': 'm1' }).end();
  expect(await exit).toEqual([0, null]);
  expect(await sql`select state, provider_id from deliveries`).toEqual([
    { state: 'accepted', provider_id: 'm1' },
  ]);
  expect(held).toHaveLength(1);
  server.close();
});
