import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { searchAttributeNames } from '../../src/domain/search-attributes.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import { runProgram, stopProgram } from '../../src/embedded/program.ts';
import { findTemporal } from '../../src/embedded/temporal-binary.ts';
import { answersTemporal, devServerCommand, prepareDevServer } from '../../src/embedded/temporal.ts';
import { temporalTarget } from '../../src/temporal.ts';

test('the dev server keeps closed runs for 30 days and knows the search attributes, also when asked again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kairos-temporal-'));
  const server = {
    binary: await findTemporal((line) => console.error(line)),
    file: join(folder, 'temporal.db'),
    port: await freePort(),
    uiPort: await freePort(),
    namespace: 'shop',
  };
  const address = `127.0.0.1:${server.port}`;
  const child = runProgram(devServerCommand(server), 'ignore');
  try {
    await expect.poll(() => answersTemporal(address, 'shop')).toBe(true);
    await prepareDevServer(address, 'shop');
    await prepareDevServer(address, 'shop');
    const connection = await Connection.connect({ address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'shop' });
    expect(config?.workflowExecutionRetentionTtl?.seconds?.toNumber()).toBe(30 * 86_400);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'shop',
    });
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(searchAttributeNames));
    await connection.close();
  } finally {
    await stopProgram(child, 'SIGTERM', 10_000);
    await rm(folder, { recursive: true, force: true });
  }
});

test('Temporal is embedded unless an address or a profile is named', () => {
  expect(temporalTarget({})).toBeNull();
  expect(temporalTarget({ TEMPORAL_ADDRESS: 'temporal.example:7233' })).toEqual({
    connectionOptions: { address: 'temporal.example:7233' },
    namespace: 'default',
  });
  expect(
    temporalTarget({
      TEMPORAL_ADDRESS: 'a.example:7233',
      TEMPORAL_NAMESPACE: 'shop',
      TEMPORAL_API_KEY: 'key',
    }),
  ).toMatchObject({ namespace: 'shop', connectionOptions: { address: 'a.example:7233', apiKey: 'key' } });
});
