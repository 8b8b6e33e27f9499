import { createServer } from 'node:net';

/** Whether a port of an address can be listened on now. */
export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await listenOnce(port, host)) !== null;
}

/** A port nobody listens on: the first of those wanted that is free, else one that the system chooses. */
export async function freePort(wanted: number[] = [], host = '127.0.0.1'): Promise<number> {
  for (const port of [...wanted, 0]) {
    const found = await listenOnce(port, host);
    if (found !== null) return found;
  }
  throw new Error(`No port can be listened on at ${host}.`);
}

/** The port that could be listened on, closed again; null when it is taken. */
async function listenOnce(port: number, host: string): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : null;
      server.close(() => resolve(found));
    });
  });
}
