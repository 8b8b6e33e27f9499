import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Client, type Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { lazyConnection } from '../../src/temporal.ts';

/** A client whose line to Temporal a test can cut, or let hang, and mend: what an outage is, seen from here. */
export interface TemporalLine extends AsyncDisposable {
  client: Client;
  connection: Connection;
  /** Ends every connection and takes no new ones. */
  cut(): void;
  /** Takes connections and says nothing on any. */
  hang(): void;
  mend(): void;
}

export async function temporalLine({
  address,
}: Pick<TestWorkflowEnvironment, 'address'>): Promise<TemporalLine> {
  const [host, port] = address.split(':');
  let state: 'whole' | 'cut' | 'hanging' = 'whole';
  const pairs = new Set<[near: Socket, far: Socket]>();
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy();
    const far = connect(Number(port), host);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
    if (state === 'whole') join(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = lazyConnection({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  const end = () => pairs.forEach(([near]) => near.destroy());
  return {
    client: new Client({ connection }),
    connection,
    cut() {
      state = 'cut';
      end();
    },
    hang() {
      state = 'hanging';
      pairs.forEach(part);
    },
    mend() {
      state = 'whole';
      pairs.forEach(join);
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      end();
      server.close();
    },
  };
}

function join([near, far]: [Socket, Socket]): void {
  near.pipe(far);
  far.pipe(near);
}

function part([near, far]: [Socket, Socket]): void {
  near.unpipe(far);
  far.unpipe(near);
}
