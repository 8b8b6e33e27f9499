import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { lazyConnection } from '../../src/temporal.ts';

test('a Temporal that was away for long is looked for every few seconds, not every two minutes', async () => {
  const triedAt: number[] = [];
  const server = createServer((socket) => {
    triedAt.push(performance.now());
    socket.on('error', () => {});
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = lazyConnection({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  const handle = new Client({ connection }).workflow.getHandle('nobody');
  const giveUpAt = performance.now() + 60_000;
  while (triedAt.length < 8 && performance.now() < giveUpAt) {
    const deadline = performance.timeOrigin + performance.now() + 2_000;
    await expect(connection.withDeadline(deadline, () => handle.describe())).rejects.toThrow();
  }
  await connection.close();
  server.close();
  // By gRPC's own rule the eighth try comes some eleven seconds after the seventh, and that some seven after the sixth: of
  // the two the shorter, for a machine may have been busy with others once.
  const [sixth, seventh, eighth] = triedAt.slice(-3) as [number, number, number];
  expect(Math.min(eighth - seventh, seventh - sixth)).toBeLessThan(5_000);
});
