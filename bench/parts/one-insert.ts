import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TransactionSql } from 'postgres';
import { createApp } from '../../api/app.ts';
import { createIngestion, type Ingestion } from '../../api/ingestion/ingestion.ts';
import { createClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { connect } from '../../src/db/connect.ts';
import { awaitHome } from '../../src/db/home.ts';
import { insertEvents } from '../../src/db/queries/insert-events.ts';
import { silentLog } from '../../src/log.ts';
import { runPart } from '../../src/bin/run-part.ts';

/** Kairos's API, except that each request writes its events by a statement of its own, which is its own commit. */
await runPart(async () => {
  const config = loadConfig(process.env);
  const database = connect(config.DATABASE_URL!, { name: 'kairos one insert' });
  const { scale } = await awaitHome(database.sql);
  const clock = createClock(scale);
  const ingestion: Ingestion = {
    ...createIngestion({ database, clock, log: silentLog }),
    async submit(items) {
      const sql = database.sql as unknown as TransactionSql;
      const { size } = await insertEvents(
        sql,
        items.map(({ event }) => event),
      );
      return { accepted: size, duplicates: items.length - size, refusals: [] };
    },
  };
  const server = createServer(createApp({ database, clock, config, ingestion, secret: '' }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await database.end();
    },
  };
});
