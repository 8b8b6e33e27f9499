import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerUnread } from '../../api/answer-unread.ts';
import { createApp } from '../../api/app.ts';
import { journeyDefinitions, watchDefinitions } from '../../workflows/definitions.ts';
import { createClock } from '../clock.ts';
import { checkToListen } from '../check-config.ts';
import { loadConfig, type Config } from '../config.ts';
import { connect } from '../db/connect.ts';
import { bounds } from '../domain/bounds.ts';
import { awaitHome } from '../db/home.ts';
import { StartError } from '../errors.ts';
import { createLog } from '../log.ts';
import { contents } from '../messages/index.ts';
import { countInCurrency } from '../segments/shop-currency.ts';
import { lazyConnection, temporalTarget } from '../temporal.ts';
import { runPart, type RunningPart } from './run-part.ts';

/** The API. Many may run; they share nothing but the database. */
async function startApi(): Promise<RunningPart> {
  const config = loadConfig(process.env);
  checkToListen(config);
  countInCurrency(config.KAIROS_CURRENCY);
  if (!config.DATABASE_URL) {
    throw new StartError(
      'DATABASE_URL is not set: the API needs the database. `npm start` brings one of its own.',
    );
  }
  const log = createLog('api', config.KAIROS_LOG_LEVEL);
  const database = connect(config.DATABASE_URL, { name: 'kairos api' });
  const { scale, secret } = await awaitHome(database.sql);
  // Lazy: events are accepted whether or not Temporal is there.
  const target = temporalTarget(process.env);
  const temporal = target ? lazyConnection(target.connectionOptions) : undefined;
  const [journeys, watches] = [journeyDefinitions(), watchDefinitions()];
  const stopping = new AbortController();
  const app = createApp({
    stopping: stopping.signal,
    database,
    clock: createClock(scale),
    config,
    secret,
    temporal,
    journeys,
    watches,
    contents,
    log,
  });
  const server = createServer({ maxHeaderSize: bounds.headerBytes }, app);
  answerUnread(server);
  const url = await listen(server, config);
  log.info({ url }, 'listening');
  return {
    url,
    stop: async () => {
      stopping.abort();
      await close(server);
      await temporal?.close();
      await database.end();
    },
  };
}

/** @throws StartError when the address cannot be listened on. */
async function listen(server: Server, { HOST, PORT }: Config): Promise<string> {
  // Load balancers keep connections for a minute: one that we closed first would lose a request.
  server.keepAliveTimeout = 65_000;
  // An import's body may take hours; the others are bounded where they are read.
  server.requestTimeout = 0;
  server.listen(PORT, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be listened on (${code})`;
    throw new StartError(
      `${HOST}:${PORT} ${why}. Stop what listens there, or set PORT (0 chooses a free one).`,
    );
  }
  const { port } = server.address() as AddressInfo;
  const host = HOST.includes(':') ? `[${HOST}]` : HOST;
  return `http://${host}:${port}`;
}

/** Takes no more requests, and answers those it has taken: that is after their commit. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A client that keeps sending on an open connection would hold the process for ever.
  const rest = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearInterval(rest);
}

await runPart(startApi);
