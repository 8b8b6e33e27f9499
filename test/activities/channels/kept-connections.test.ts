import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createChannels } from '../../../activities/channels/create-channels.ts';

/** A provider of mails that takes them all, and the connections over which they came. */
async function provider(answer = (_: number, res: ServerResponse) => void res.writeHead(202).end()) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((req: IncomingMessage, res) => {
    req.resume().on('end', () => answer((requests += 1), res));
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const sandboxUrl = `http://127.0.0.1:${port}`;
  const email = createChannels({ sandboxUrl, emailFrom: 'hello@shop.example' }).email!;
  const content = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };
  const send = () => email.send({ deliveryId: 'd-1', to: 'ada@example.test', content });
  return {
    ...{ sockets, send, close, count: () => requests },
    [Symbol.asyncDispose]: async () => void (server.listening && (await close())),
  };
}

test('calls that follow upon each other share a connection, which is closed when nobody needs it', async () => {
  await using it = await provider();
  for (const _ of [1, 2, 3]) expect(await it.send()).toMatchObject({ kind: 'accepted' });
  expect(it.count()).toBe(3);
  expect(it.sockets.size).toBe(1);
  const [socket] = [...it.sockets];
  await expect.poll(() => socket!.destroyed).toBe(true);
  expect(await it.send()).toMatchObject({ kind: 'accepted' });
  expect(it.sockets.size).toBe(2);
});

test('calls at once have a connection each', async () => {
  await using it = await provider();
  await Promise.all([1, 2, 3].map(() => it.send()));
  expect(it.sockets.size).toBe(3);
});

test('a kept connection that breaks under a call leaves it in doubt, and nobody repeats it', async () => {
  await using it = await provider((n, res) => void (n === 1 ? res.writeHead(202).end() : res.destroy()));
  expect(await it.send()).toMatchObject({ kind: 'accepted' });
  expect(await it.send()).toMatchObject({ kind: 'unknown' });
  expect(it.count()).toBe(2);
});

test('a provider that has gone meanwhile, kept connections and all, certainly took nothing', async () => {
  const it = await provider();
  expect(await it.send()).toMatchObject({ kind: 'accepted' });
  const [socket] = [...it.sockets];
  await it.close();
  await expect.poll(() => socket!.destroyed).toBe(true);
  expect(await it.send()).toMatchObject({ kind: 'not-accepted' });
});
