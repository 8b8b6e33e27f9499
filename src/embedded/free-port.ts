import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** A port on which nobody else can listen until it is let go. Whoever connects to it is turned away. */
export interface HeldPort {
  port: number;
  letGo: () => Promise<void>;
}

/** Holds a port for who listens on it later; or the system's code for why it cannot be had (`EADDRINUSE` when taken). */
export async function holdPort(port: number, host = '127.0.0.1'): Promise<HeldPort | string> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () =>
      resolve({ port, letGo: () => new Promise((closed) => server.close(() => closed())) }),
    );
  });
}

/** Whether an address can be listened on now: `free`, or the system's code for why not. */
export async function portState(port: number, host = '127.0.0.1'): Promise<string> {
  const held = await holdPort(port, host);
  if (typeof held === 'string') return held;
  await held.letGo();
  return 'free';
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
    reason = await portState(port, host);
    if (reason === 'free') return port;
  }
  throw new Error(`No port can be listened on at ${host}: ${reason}.`);
}
