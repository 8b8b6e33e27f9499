import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { hearOnsite, onsiteDeeds, type OnsiteDeed } from '../../src/db/queries/onsite-heard.ts';
import { onsiteMessages } from '../../src/db/queries/onsite-messages.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { readJson } from '../body.ts';
import { cors } from '../cors.ts';
import type { RouteDeps } from '../deps.ts';
import { kindInBody, kindInHeader } from '../keys.ts';
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

const querySchema = onlyNamed({
  anonymousId,
  writeKey,
  userId: z.string().optional().describe('Refused: a write key never reads by it.'),
});

const bodySchema = onlyNamed({ anonymousId, writeKey });

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

function pendingRoute(router: IRouter, { database, clock, ...deps }: RouteDeps): void {
  const path = '/v1/onsite/pending';
  describe(router, path, {
    get: {
      summary: 'What the visitor has to be shown now, the oldest first.',
      key: 'write',
      query: querySchema,
      answer: listSchema,
      errors: ['wrong-key'],
    },
  });
  const get = async (req: Request, res: Response) => {
    const asked = { anonymousIds: [visitorOf(deps, req, res)], customerIds: [], at: clock.now() };
    const lists = await onsiteMessages(database.sql, { ...asked, limit: bounds.onsiteMessages });
    res.json({ items: lists.flatMap(({ messages }) => messages), cursor: null });
  };
  resource(router, path, { get }, [cors]);
}

function deedRoute(router: IRouter, { database, clock, keys }: RouteDeps, deed: OnsiteDeed): void {
  const path = `/v1/onsite/:deliveryId/${deed}`;
  describe(router, path, {
    post: {
      summary: `${said[deed]} Said again it changes nothing.`,
      key: 'write',
      body: bodySchema,
      answer: z.object({ success: z.literal(true) }),
      errors: ['unknown-delivery'],
    },
  });
  const post = async (req: Request, res: Response) => {
    const inHeader = kindInHeader(keys, req);
    const came = await readJson(req, res, bounds.bodyBytes);
    if (inHeader === null) kindInBody(keys, req, came);
    const { anonymousId } = parse(bodySchema, came, 'malformed-body');
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

/** @throws AppError `wrong-key` for whoever asks for a user: anybody may have the write key. */
function visitorOf({ keys }: Pick<RouteDeps, 'keys'>, req: Request, res: Response): string {
  if (kindInHeader(keys, req) === null) kindInBody(keys, req, null);
  // What is shown to one visitor is for no cache, least of all one that several share.
  res.set({ 'Cache-Control': 'private, no-store', Vary: 'Authorization' });
  const { anonymousId, userId } = parse(querySchema, req.query, 'malformed-query');
  if (userId === undefined) return anonymousId;
  throw new AppError('wrong-key', 'Messages on the page are read by `anonymousId` only, never by `userId`.');
}
