import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { runPart } from '../../src/bin/run-part.ts';

/** The same Express, whose handler reads the JSON, answers as Kairos answers, and stores nothing. */
await runPart(async () => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post('/v1/track', express.json(), (_req, res) => void res.json({ success: true }));
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => void server.close(),
  };
});
