import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../src/embedded/free-port.ts';

test('a port by chance lies outside the range of outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(ports.filter((port) => port < 10_000 || port >= 32_768)).toEqual([]);
});

test('the first wanted port that is free is taken; one that is taken is passed over', async () => {
  const server = createServer();
  const taken = await freePort();
  await new Promise<void>((listening) => server.listen(taken, '127.0.0.1', listening));
  const free = await freePort();
  expect(await freePort([taken, free])).toBe(free);
  expect(await freePort([taken])).not.toBe(taken);
  server.close();
});
