import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as the stand-in received it. */
export interface Posted {
  type: string;
  messageId: string;
  timestamp: string;
  userId?: string;
  anonymousId?: string;
  event?: string;
  traits?: Record<string, unknown>;
  properties?: Record<string, unknown>;
  context: Record<string, unknown>;
}

/** What a Kairos says of a request instead of taking it. */
export interface Refusal {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface KairosStandIn extends AsyncDisposable {
  url: string;
  /** Every batch that was taken, with its new messages. */
  batches: Posted[][];
  /** The key of the last request. */
  writeKey: string | null;
  /** The most requests that were under way at one time. */
  atOnce: number;
  /** Called before a batch is taken; what it answers is answered instead. */
  refuse: (batch: Posted[]) => Refusal | null;
  /** The ids whose messages are rejected. */
  rejects: Set<string>;
}

/** A server that speaks the paths a replay needs, over real HTTP: `/healthz`, `/v1/batch` and `/v1/events`. */
export async function kairosStandIn({ clockSpeed = 1 } = {}): Promise<KairosStandIn> {
  const seen = new Set<string>();
  let underWay = 0;
  const server = createServer((req, res) => void respond(req, res));
  const respond = async (req: IncomingMessage, res: ServerResponse) => {
    if (req.url === '/healthz') return send(res, 200, { now: '2026-05-01T00:00:00.000Z', clockSpeed });
    underWay += 1;
    kairos.atOnce = Math.max(kairos.atOnce, underWay);
    const { batch, key } = posted(req, await textOf(req));
    kairos.writeKey = key;
    // Another request, if there were one, has the time to come in between.
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    const refusal = kairos.refuse(batch);
    if (refusal) return send(res, refusal.status, refusal.body ?? {}, refusal.headers);
    return take(res, batch);
  };
  const take = (res: ServerResponse, batch: Posted[]) => {
    const rejected = batch.flatMap(({ messageId }, index) =>
      kairos.rejects.has(messageId) ? [{ index, code: 'malformed-message', detail: 'not this one' }] : [],
    );
    const valid = batch.filter(({ messageId }) => !kairos.rejects.has(messageId));
    const fresh = valid.filter(({ messageId }) => !seen.has(messageId) && seen.add(messageId));
    kairos.batches.push(fresh);
    if (valid.length === 0)
      return send(res, 400, { code: 'all-rejected', detail: 'None was taken.', rejected });
    const [accepted, duplicates] = [fresh.length, valid.length - fresh.length];
    return send(res, 200, { success: true, accepted, duplicates, rejected });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kairos: KairosStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches: [],
    writeKey: null,
    atOnce: 0,
    refuse: () => null,
    rejects: new Set(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return kairos;
}

/** What a request carries: messages, or CloudEvents in the same form. */
function posted(req: IncomingMessage, text: string): { batch: Posted[]; key: string } {
  if (req.url === '/v1/events') {
    const events = JSON.parse(text) as { id: string; type: string; time: string }[];
    const batch = events.map(({ id, type, time }) => ({ type, messageId: id, timestamp: time, context: {} }));
    return { batch, key: req.headers.authorization!.replace('Bearer ', '') };
  }
  const { batch, writeKey } = JSON.parse(text) as { batch: Posted[]; writeKey: string };
  return { batch, key: writeKey };
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
