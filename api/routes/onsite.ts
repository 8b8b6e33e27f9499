import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { hearOnsite, onsiteDeeds, type OnsiteDeed } from '../../src/db/queries/onsite-heard.ts';
import { onsiteMessages } from '../../src/db/queries/onsite-messages.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { cors } from '../cors.ts';
import { customerRead } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { readKeyedJson } from '../keyed-body.ts';
import { kindInBody, kindInHeader, type KeyKind, type Keys } from '../keys.ts';
import type { OnsiteStreams } from '../onsite/streams.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';

const anonymousId = z
  .string()
  .min(1)
  .max(bounds.idLength)
  // PostgreSQL stores no such text: nobody has it as their id.
  .refine((id) => !id.includes('\0'), 'expected an id without the character U+0000')
  .describe("The browser's own id, which nobody else knows.");
const writeKey = z.string().optional().describe('Where the page cannot set a header.');

/** What else stands there, to keep caches away say, is passed over. */
const querySchema = z.object({ anonymousId, writeKey });
const pendingSchema = z.object({
  anonymousId: anonymousId.optional(),
  writeKey,
  userId: z
    .string()
    .min(1)
    .optional()
    .describe('With the admin key, instead of `anonymousId`; a write key never reads by it.'),
});
/** Of the query or of the body, which may be empty. */
const deedSchema = z.object({ anonymousId: anonymousId.optional(), writeKey });

const listSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      text: z.string(),
      url: z.string().optional(),
      action: z.string().optional(),
      shown: z.boolean(),
    }),
  ),
  cursor: z.null(),
});

const said: Record<OnsiteDeed, string> = {
  shown: 'The page shows the message: it is delivered.',
  clicked: 'The visitor followed the link of the message.',
  dismissed: 'The visitor closed the message.',
};

/**
 * Messages for the visitor who is on the site now. Everything here goes by the browser's `anonymousId` alone, and by
 * whose the browser is at that moment: of a device that others use as well it is the newest user, and a visitor who has
 * a new id sees nothing of the old one's.
 */
export function onsiteRoutes(router: IRouter, deps: RouteDeps, streams: Pick<OnsiteStreams, 'open'>): void {
  streamRoute(router, deps, streams);
  pendingRoute(router, deps);
  for (const deed of onsiteDeeds) deedRoute(router, deps, deed);
}

function streamRoute(router: IRouter, deps: RouteDeps, streams: Pick<OnsiteStreams, 'open'>): void {
  const path = '/v1/onsite';
  describe(router, path, {
    get: {
      summary:
        'Server-sent events for a page: each `messages` event has all that the visitor has to be shown now, `{"items":[…]}` as in `/v1/onsite/pending`.',
      key: 'write',
      query: querySchema,
      answer: 'text/event-stream',
      errors: ['wrong-key', 'too-many'],
    },
  });
  const get = async (req: Request, res: Response) => {
    const anonymousId = visitorOf(deps, req, res);
    if (req.method === 'HEAD') return void res.type('text/event-stream').end();
    await streams.open(anonymousId, res);
  };
  resource(router, path, { get }, [cors]);
}

function pendingRoute(router: IRouter, deps: RouteDeps): void {
  const { database, clock } = deps;
  const path = '/v1/onsite/pending';
  describe(router, path, {
    get: {
      summary: 'What the visitor has to be shown now, the oldest first.',
      key: 'write',
      query: pendingSchema,
      answer: listSchema,
      errors: ['wrong-key', 'unknown-customer'],
    },
  });
  const get = async (req: Request, res: Response) => {
    const asked = await readOf(deps, req, res);
    const limits = { at: clock.now(), limit: bounds.onsiteMessages };
    // Each browser of a customer's has the same.
    const [list] = await onsiteMessages(database.sql, { ...asked, ...limits });
    res.json({ items: list?.messages ?? [], cursor: null });
  };
  resource(router, path, { get }, [cors]);
}

function deedRoute(router: IRouter, { database, clock, keys }: RouteDeps, deed: OnsiteDeed): void {
  const path = `/v1/onsite/:deliveryId/${deed}`;
  describe(router, path, {
    post: {
      summary: `${said[deed]} Said again it changes nothing.`,
      key: 'write',
      query: deedSchema,
      body: deedSchema,
      isBodyOptional: true,
      answer: z.object({ success: z.literal(true) }),
      errors: ['unknown-delivery'],
    },
  });
  const post = async (req: Request, res: Response) => {
    const asked = { req, res, maxBytes: bounds.bodyBytes, mayBeEmpty: true };
    const { came = {} } = await readKeyedJson(keys, asked);
    const { anonymousId: inBody } = parse(deedSchema, came, 'malformed-body');
    const code = req.query['anonymousId'] === undefined ? 'malformed-body' : 'malformed-query';
    const { anonymousId } = parse(querySchema, { anonymousId: inBody, ...req.query }, code);
    const deliveryId = String(req.params['deliveryId']);
    const isTheirs =
      z.guid().safeParse(deliveryId).success &&
      (await hearOnsite(database.sql, { deliveryId, anonymousId, deed, at: clock.now() }));
    if (!isTheirs)
      throw new AppError('unknown-delivery', 'No message that this visitor has on a page has this id.');
    res.json({ success: true });
  };
  resource(router, path, { post }, [cors]);
}

/** The visitor whose page listens. @throws AppError `wrong-key` for whoever asks for a user. */
function visitorOf({ keys }: RouteDeps, req: Request, res: Response): string {
  const kind = keyOf(keys, req, res);
  if (req.query['userId'] !== undefined) {
    if (kind === 'write') throw noUser();
    throw new AppError(
      'malformed-query',
      'userId: only pages listen, each by its `anonymousId`; read /v1/onsite/pending?userId=.',
    );
  }
  return parse(querySchema, req.query, 'malformed-query').anonymousId;
}

/** Whose messages are read. @throws AppError `wrong-key` for whoever asks for a user with the write key. */
async function readOf(deps: RouteDeps, req: Request, res: Response) {
  const kind = keyOf(deps.keys, req, res);
  if (req.query['userId'] === undefined) {
    const { anonymousId } = parse(querySchema, req.query, 'malformed-query');
    return { anonymousIds: [anonymousId], customerIds: [] };
  }
  if (kind === 'write') throw noUser();
  const { userId } = parse(pendingSchema.required({ userId: true }), req.query, 'malformed-query');
  return { anonymousIds: [], customerIds: [await customerRead(deps, userId, 'userId')] };
}

function keyOf(keys: Keys, req: Request, res: Response): KeyKind {
  const kind = kindInHeader(keys, req) ?? kindInBody(keys, req, null);
  // What is shown to one visitor is for no cache, least of all one that several share.
  res.set({ 'Cache-Control': 'private, no-store', Vary: 'Authorization' });
  return kind;
}

/** Anybody may have the write key. */
function noUser(): AppError {
  return new AppError(
    'wrong-key',
    'A write key reads messages on the page by `anonymousId` only, never by `userId`.',
  );
}
