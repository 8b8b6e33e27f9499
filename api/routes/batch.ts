import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { cors } from '../cors.ts';
import type { RouteDeps } from '../deps.ts';
import { readItem, type Delivered, type Item, type Refusal } from '../ingestion/item.ts';
import type { Submitted } from '../ingestion/ingestion.ts';
import { readKeyedJson } from '../keyed-body.ts';
import { parse } from '../parse.ts';
import { sendProblem } from '../problem.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

/** Many Segment messages a request. */
export function batchRoutes(router: IRouter, deps: RouteDeps): void {
  for (const path of ['/v1/batch', '/v1/b']) {
    describe(router, path, {
      post: {
        summary: 'Takes many messages, each with its type.',
        key: 'write',
        body: batchSchema,
        answer: answerSchema,
        errors: ['all-rejected', 'too-many'],
      },
    });
    resource(router, path, { post: (req, res) => takeBatch(deps, req, res) }, [cors]);
  }
}

const batchSchema = z.object({
  batch: z.array(z.unknown()),
  sentAt: z.unknown().optional(),
  context: z.record(z.string(), z.unknown()).nullish(),
});
const answerSchema = z.object({
  success: z.literal(true),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() })),
});
type Batch = z.output<typeof batchSchema>;

async function takeBatch(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  const { clock, ingestion, keys } = deps;
  const { came, kind } = await readKeyedJson(keys, { req, res, maxBytes: bounds.batchBytes });
  const batch = readBatch(came);
  const by: Delivered = { clock, admin: kind === 'admin', receivedAt: clock.realNow() };
  const { items, refusals } = readItems(batch, by);
  const submitted = await ingestion.submit(items, refusals);
  answer(res, batch.batch.length, submitted);
}

/** @throws AppError `malformed-body`, `too-large`. */
function readBatch(body: unknown): Batch {
  const batch = parse(batchSchema, withoutBlanks(body), 'malformed-body');
  if (batch.batch.length > bounds.batchItems) {
    const came = batch.batch.length;
    throw new AppError('too-large', `batch: ${came} messages are over the bound of ${bounds.batchItems}.`);
  }
  if (batch.sentAt != null && clientTimeMs(batch.sentAt) === null) {
    throw new AppError('malformed-body', `sentAt: expected a time, got ${sayValue(batch.sentAt)}.`);
  }
  return batch;
}

/** As in a message: blank stands for absent, and PHP writes an object without entries as an empty array. */
function withoutBlanks(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { context, sentAt } = body as { context?: unknown; sentAt?: unknown };
  return {
    ...body,
    ...((isBlank(context) || (Array.isArray(context) && context.length === 0)) && { context: null }),
    ...(isBlank(sentAt) && { sentAt: null }),
  };
}

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

function readItems(batch: Batch, by: Delivered): { items: Item[]; refusals: Refusal[] } {
  const items: Item[] = [];
  const refusals: Refusal[] = [];
  let bytes = 0;
  for (const [index, came] of batch.batch.entries()) {
    try {
      const item = readItem(withShared(came, batch), index, null, by);
      bytes += item.bytes;
      items.push(item);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusals.push({ index, came, code: error.code, detail: error.message });
    }
    if (bytes > bounds.batchMergedBytes) {
      const bound = `${bounds.batchMergedBytes} bytes with the batch's context under each message`;
      throw new AppError(
        'too-large',
        `The batch is over the bound of ${bound}; send the context less often.`,
      );
    }
  }
  return { items, refusals };
}

/** A message with what its batch says for all of them; what it says itself goes before. */
function withShared(came: unknown, { context, sentAt }: Batch): unknown {
  if (typeof came !== 'object' || came === null || Array.isArray(came)) return came;
  const own = came as { context?: unknown; sentAt?: unknown };
  const isMergeable = typeof own.context === 'object' && !Array.isArray(own.context);
  const merged = own.context == null ? context : isMergeable ? { ...context, ...own.context } : own.context;
  return {
    ...came,
    ...(context && { context: merged }),
    ...(own.sentAt == null && sentAt != null && { sentAt }),
  };
}

function answer(res: Response, size: number, { accepted, duplicates, refusals }: Submitted): void {
  const rejected = refusals.map(({ index, code, detail }) => ({ index, code, detail }));
  if (rejected.length === 0 || rejected.length < size) {
    res.json({ success: true, accepted, duplicates, rejected });
    return;
  }
  const detail = `None of the ${size} messages of the batch was accepted; the first: ${rejected[0]!.detail}`;
  sendProblem(res, new AppError('all-rejected', detail), { success: false, accepted, duplicates, rejected });
}
