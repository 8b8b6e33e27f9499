import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request } from 'express';
import type { Content } from '../define/content.ts';
import { listed, shownOn } from './shown.ts';
import { drawPicture } from './draw-picture.ts';

const page = readFileSync(new URL('./preview.html', import.meta.url), 'utf8');

/** Where the samples' pictures are, in messages; here they are drawn. */
const pictures = /https:\/\/shop\.example(?=\/sample-picture\/)/g;

/** The page on which every message is looked at, for this machine alone. */
export async function startPreview(
  contents: readonly Content<unknown>[],
  port: number,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer(previewApp(contents));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, stop: () => stopped(server) };
}

async function stopped(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

function previewApp(contents: readonly Content<unknown>[]): Express {
  const app = express();
  app.disable('x-powered-by');
  // A changed file starts this process anew: the page asks every second whether it is still the same.
  const start = randomUUID();
  app.get('/', (_req, res) => void res.type('html').send(page));
  app.get('/start', (_req, res) => void res.json({ start }));
  app.get('/messages', async (_req, res) => void res.json({ messages: await listed(contents) }));
  app.get('/messages/:name', async (req, res) => {
    const content = contents.find(({ message }) => message.name === req.params.name);
    if (!content) return void res.status(404).json({ fault: `There is no message ${req.params.name}.` });
    const shown = JSON.stringify(await shownOn(content, choiceOf(req)));
    res.type('json').send(`{"shown":${shown.replaceAll(pictures, '')}}`);
  });
  app.get('/sample-picture/:letter/:file', (req, res) => {
    const picture = drawPicture(req.path);
    if (picture === null) return void res.sendStatus(404);
    res.type('svg').send(picture);
  });
  return app;
}

function choiceOf({ query }: Request) {
  const one = (name: string) => (typeof query[name] === 'string' && query[name] !== '' ? query[name] : null);
  const segments = one('segments');
  return {
    variant: one('variant'),
    locale: one('locale'),
    persona: one('persona'),
    segments: segments === null ? null : segments.split(','),
  };
}
