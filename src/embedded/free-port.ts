import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether an address can be listened on now: `free`, or the system's code for why not (`EADDRINUSE` when taken). */
export async function portState(port: number, host = '127.0.0.1'): Promise<string> {
  const result = await listenOnce(port, host);
  return typeof result === 'number' ? 'free' : result;
}

/**
 * A port nobody listens on: the first of those wanted that is free, else one by chance. That one lies below the range
 * from which systems give ports to outgoing connections (32768 and up): a port chosen now is listened on seconds later,
 * and in that range a connection of our own may have taken it by then.
 */
export async function freePort(wanted: number[] = [], host = '127.0.0.1'): Promise<number> {
  let reason = '';
  const byChance = Array.from({ length: 20 }, () => randomInt(10_000, 32_768));
  for (const port of [...wanted, ...byChance]) {
    const result = await listenOnce(port, host);
    if (typeof result === 'number') return result;
    reason = result;
  }
  throw new Error(`No port can be listened on at ${host}: ${reason}.`);
}

/** The port that could be listened on, closed again; or the error's code. */
async function listenOnce(port: number, host: string): Promise<number | string> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}
