import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface BrokenProvider extends AsyncDisposable {
  url: string;
  /** How many requests came, that is connections over which something was said. */
  readonly requests: number;
}

/** A server that does as it is told as soon as it has heard something. */
export async function brokenProvider(answer: (socket: Socket) => void): Promise<BrokenProvider> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    // The client hangs up when it has waited long enough: that is what is tested.
    socket.on('error', () => sockets.delete(socket));
    socket.once('data', () => {
      requests += 1;
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A whole answer of HTTP. */
export function say(socket: Socket, status: string, headers: Record<string, string> = {}, body = ''): void {
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  socket.end(`HTTP/1.1 ${status}\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n${body}`);
}
