import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import type { CustomerEventKind } from '../../src/db/schema/events.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { cors } from '../cors.ts';
import type { RouteDeps } from '../deps.ts';
import { readItem, type Delivered, type Item } from '../ingestion/item.ts';
import { messageSchema } from '../ingestion/message.ts';
import { readKeyedJson } from '../keyed-body.ts';
import { sendProblem } from '../problem.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

/** Each kind of message with the paths that take one of it. */
const paths: Record<CustomerEventKind, string[]> = {
  track: ['/v1/track', '/v1/t'],
  identify: ['/v1/identify', '/v1/i'],
  alias: ['/v1/alias', '/v1/a'],
  page: ['/v1/page', '/v1/p'],
  screen: ['/v1/screen', '/v1/s'],
  group: ['/v1/group', '/v1/g'],
};

/** One Segment message a request. */
export function messageRoutes(router: IRouter, deps: RouteDeps): void {
  for (const [kind, of] of Object.entries(paths) as [CustomerEventKind, string[]][]) {
    for (const path of of) {
      describe(router, path, {
        post: {
          summary: summaryOf(kind),
          key: 'write',
          body: messageSchema,
          answer: z.object({ success: z.literal(true) }),
          errors: [
            'malformed-message',
            'no-identity',
            'alias-needs-admin',
            'bought-in-needs-admin',
            'unstorable-text',
            'too-deep',
            'too-many',
          ],
        },
      });
      resource(router, path, { post: (req, res) => takeMessage(deps, kind, req, res) }, [cors]);
    }
  }
}

function summaryOf(kind: CustomerEventKind): string {
  const summary = `Takes one ${kind}, as Segment has it.`;
  if (kind === 'track') {
    return `${summary} An order's amount that cannot be read is not counted: the rest is accepted, and /v1/rejections shows it.`;
  }
  if (kind !== 'identify') return summary;
  return (
    `${summary} Of a trait, what the customer stated stands before what was observed, and that before what was bought ` +
    'in, whichever is newer; of one origin the newer holds, and null takes it away. A consent to a channel that there is ' +
    'not, or in other words than are described, says nothing: the rest is accepted, and /v1/rejections shows it.'
  );
}

async function takeMessage(
  deps: RouteDeps,
  kind: CustomerEventKind,
  req: Request,
  res: Response,
): Promise<void> {
  const { clock, ingestion, keys } = deps;
  const { came, kind: key } = await readKeyedJson(keys, { req, res, maxBytes: bounds.bodyBytes });
  const by: Delivered = { clock, admin: key === 'admin', receivedAt: clock.realNow() };
  const read = itemOrError(came, kind, by);
  const isRefused = read instanceof AppError;
  const { refusals } = isRefused
    ? await ingestion.submit([], [{ index: null, came, code: read.code, detail: read.message }])
    : await ingestion.submit([read], []);
  const refusal = refusals[0];
  if (refusal) sendProblem(res, new AppError(refusal.code, refusal.detail));
  else res.json({ success: true });
}

function itemOrError(came: unknown, kind: CustomerEventKind, by: Delivered): Item | AppError {
  try {
    return readItem(came, null, kind, by);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
