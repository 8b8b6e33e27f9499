import { readFileSync } from 'node:fs';
import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { isRegistered } from '../../src/db/queries/push-subscriptions.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { endpointFault } from '../../src/domain/push-endpoint.ts';
import { pushSource, type PushNews } from '../../src/domain/push-event.ts';
import { AppError } from '../../src/errors.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { cors } from '../cors.ts';
import type { RouteDeps } from '../deps.ts';
import { readItem, type Item } from '../ingestion/item.ts';
import { messageSchema } from '../ingestion/message.ts';
import { readKeyedJson } from '../keyed-body.ts';
import { kindInBody, kindInHeader } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';

/** What a shop's page loads, and what its service worker imports. */
const scripts = { '/v1/push.js': 'page.js', '/v1/push-worker.js': 'worker.js' };

const base64url = (bytes: number, what: string) =>
  z.string().refine((text) => {
    const isBase64url = /^[A-Za-z0-9_-]+={0,2}$/.test(text);
    return isBase64url && Buffer.from(text, 'base64url').length === bytes;
  }, `expected ${what}: ${bytes} bytes as base64url`);

const ids = {
  anonymousId: messageSchema.shape.anonymousId.optional(),
  userId: messageSchema.shape.userId.optional(),
  writeKey: z.string().optional().describe('Where the page cannot set a header.'),
};
const endpoint = z.string().describe('Where its push service listens: https, and not in a private network.');
const keys = z.object({
  p256dh: base64url(65, 'a point of P-256'),
  auth: base64url(16, 'a secret'),
});

const subscribeSchema = onlyNamed({
  ...ids,
  subscription: z
    .object({ endpoint, keys, expirationTime: z.number().nullish() })
    .describe('`PushSubscription.toJSON()`, as the browser gives it.'),
});
const unsubscribeSchema = onlyNamed({ ...ids, endpoint });
const takenSchema = z.object({ success: z.literal(true) });

/** Browsers that take push: the key they subscribe with, and where each then listens. */
export function pushSubscriptionRoutes(router: IRouter, deps: RouteDeps): void {
  describeRoutes(router);
  resource(router, '/v1/push/key', { get: (req, res) => giveKey(deps, req, res) }, [cors]);
  resource(
    router,
    '/v1/push/subscriptions',
    {
      post: (req, res) => subscribe(deps, req, res),
      delete: (req, res) => unsubscribe(deps, req, res),
    },
    [cors],
  );
  for (const [path, file] of Object.entries(scripts)) {
    const script = readFileSync(new URL(`../push/${file}`, import.meta.url), 'utf8');
    const send = (_req: Request, res: Response) => {
      res.set('Cache-Control', 'public, max-age=3600').type('text/javascript').send(script);
    };
    resource(router, path, { get: send }, [cors]);
  }
}

function describeRoutes(router: IRouter): void {
  describe(router, '/v1/push/key', {
    get: {
      summary: 'The key that browsers subscribe to push with (VAPID).',
      key: 'write',
      answer: z.object({ publicKey: z.string() }),
      errors: ['not-found'],
    },
  });
  describe(router, '/v1/push/subscriptions', {
    post: {
      summary:
        'Registers a browser for push, for whoever these ids are, in the order of their events. It records that they ' +
        `agreed to push (source \`browser\`), unless this browser is theirs already. The newest ${bounds.pushSubscriptions} browsers of a customer stay.`,
      key: 'write',
      body: subscribeSchema,
      answer: takenSchema,
      errors: ['no-identity', 'not-found', 'unstorable-text', 'too-deep', 'too-many'],
    },
    delete: {
      summary: 'Takes a browser back from push. What the customer agreed to stays as it is.',
      key: 'write',
      body: unsubscribeSchema,
      answer: takenSchema,
      errors: ['no-identity', 'unstorable-text', 'too-deep', 'too-many'],
    },
  });
  describe(router, '/v1/push.js', {
    get: {
      summary:
        "A script for a shop's pages: `kairosPush.subscribe({writeKey, anonymousId, userId?, worker?})`.",
      key: 'none',
      answer: 'text/javascript',
    },
  });
  describe(router, '/v1/push-worker.js', {
    get: {
      summary:
        "For a shop's service worker, by `importScripts`: shows what is pushed, and opens it when clicked.",
      key: 'none',
      answer: 'text/javascript',
    },
  });
}

function giveKey({ keys, config }: RouteDeps, req: Request, res: Response): void {
  if (kindInHeader(keys, req) === null) kindInBody(keys, req, null);
  res.json({ publicKey: publicKeyOf(config.VAPID_PUBLIC_KEY) });
}

function publicKeyOf(key: string | undefined): string {
  if (key) return key;
  throw new AppError('not-found', 'Push is not set up: set VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY.');
}

async function subscribe(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  const { config, database } = deps;
  const body = await readBody(deps, req, res, subscribeSchema);
  publicKeyOf(config.VAPID_PUBLIC_KEY);
  const { endpoint, keys } = body.subscription;
  const fault = endpointFault(endpoint, config.KAIROS_SANDBOX_URL);
  if (fault !== null)
    throw new AppError('malformed-body', `subscription.endpoint ${fault}; send what the browser gave.`);
  const event = eventOf(deps, body, { endpoint, keys });
  const { userId, anonymousId } = event.event;
  // A page tells of its browser on each visit. Repeated, it is no new word: a refusal since then stands.
  if (!(await isRegistered(database.sql, { endpoint, keys }, { userId, anonymousId })))
    await accept(deps, event);
  res.json({ success: true });
}

async function unsubscribe(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  const body = await readBody(deps, req, res, unsubscribeSchema);
  const { endpoint } = body;
  if (endpoint.length > bounds.pushEndpointLength) {
    const bound = `over the bound of ${bounds.pushEndpointLength}`;
    throw new AppError('malformed-body', `endpoint has ${endpoint.length} characters, ${bound}.`);
  }
  await accept(deps, eventOf(deps, body, { endpoint, keys: null }));
  res.json({ success: true });
}

async function readBody<Body>(
  { keys }: RouteDeps,
  req: Request,
  res: Response,
  schema: z.ZodType<Body>,
): Promise<Body> {
  const { came } = await readKeyedJson(keys, { req, res, maxBytes: bounds.bodyBytes });
  return parse(schema, withIds(came), 'malformed-body');
}

/** To the schemas of messages, an absent id is not the same as null. */
function withIds(came: unknown): unknown {
  if (typeof came !== 'object' || came === null || Array.isArray(came)) return came;
  return { anonymousId: null, userId: null, ...came };
}

/** An `identify` of Kairos's own making, which says that they agreed: as if the browser had said it in its turn. */
function eventOf(
  { clock }: RouteDeps,
  { anonymousId, userId }: { anonymousId?: string | null | undefined; userId?: string | null | undefined },
  news: PushNews,
): Item {
  const agreed = { consent: { channels: { push: true }, source: 'browser' } };
  const context = { ...(news.keys ? agreed : {}), pushSubscription: news };
  const came = { anonymousId, userId, context };
  const item = readItem(came, null, 'identify', { clock, admin: false, receivedAt: clock.realNow() });
  return { ...item, event: { ...item.event, source: pushSource, admin: true } };
}

async function accept({ ingestion }: RouteDeps, item: Item): Promise<void> {
  const { refusals } = await ingestion.submit([item], []);
  const refusal = refusals[0];
  if (refusal) throw new AppError(refusal.code, refusal.detail);
}
