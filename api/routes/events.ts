import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../src/errors.ts';
import { cloudEventSchema } from '../cloud-events/cloud-event.ts';
import { dataSchemas, type DataSchemas } from '../cloud-events/data.ts';
import { readItems } from '../cloud-events/item.ts';
import { batchType, readCloudEvents, structuredType } from '../cloud-events/modes.ts';
import type { RouteDeps } from '../deps.ts';
import type { Submitted } from '../ingestion/ingestion.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { sendProblem } from '../problem.ts';
import { resource } from '../resource.ts';

const answerSchema = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() })),
});

/** What happened in the world: CloudEvents 1.0, one or many a request. */
export function eventRoutes(router: IRouter, deps: RouteDeps): void {
  const schemas = dataSchemas(deps.config.KAIROS_CURRENCY, deps.watches);
  const event = cloudEventSchema(schemas);
  const data = z.union([...schemas.values()]);
  describe(router, '/v1/events', {
    post: {
      summary:
        'Takes CloudEvents 1.0 of what happened in the world: structured, batched, or binary (attributes in ce- ' +
        'headers); plain JSON that says its specversion is taken as structured. The same source and id again is a duplicate. An event says what is, not what changed: of each ' +
        'source, subject and location the one with the greatest time counts.',
      key: 'admin',
      bodies: {
        [structuredType]: event,
        [batchType]: z.array(event),
        'application/json': z.union([data, event]),
      },
      answer: answerSchema,
      status: 202,
      errors: ['all-rejected', 'malformed-message', 'unsupported-media-type', 'too-many'],
    },
  });
  resource(router, '/v1/events', { post: (req, res) => takeEvents(deps, schemas, req, res) });
}

async function takeEvents(deps: RouteDeps, schemas: DataSchemas, req: Request, res: Response): Promise<void> {
  const { clock, ingestion, keys } = deps;
  requireAdmin(keys, req);
  const came = await readCloudEvents(req, res);
  const { items, refusals } = readItems(came, schemas, { clock, admin: true, receivedAt: clock.realNow() });
  answer(res, came.length, await ingestion.submit(items, refusals));
}

function answer(res: Response, size: number, { accepted, duplicates, refusals }: Submitted): void {
  const rejected = refusals.map(({ index, code, detail }) => ({ index, code, detail }));
  if (rejected.length === 0 || rejected.length < size) {
    res.status(202).json({ accepted, duplicates, rejected });
    return;
  }
  const which =
    size === 1 ? 'The event was not accepted' : `None of the ${size} events was accepted; the first`;
  const problem = new AppError('all-rejected', `${which}: ${rejected[0]!.detail}`);
  sendProblem(res, problem, { accepted, duplicates, rejected });
}
