import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IRouter, Response } from 'express';
import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import {
  exportedPerson,
  exportedRows,
  exportSections,
  type ExportedPerson,
} from '../../src/db/queries/export-customer.ts';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { customerRead } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';

const querySchema = onlyNamed({ by: z.enum(idKinds).optional() });

const sections: Record<keyof typeof exportSections, string> = {
  customers: 'The customer, and those who were joined to them, each with traits, their origins and times.',
  ids: 'Every id under which their events come.',
  consents: 'Every consent ever given or refused.',
  facts: 'What is kept of their events for ever.',
  carts: 'What is in each cart.',
  orders: 'Orders, in minor units of the currency.',
  orderLines: 'What was ordered.',
  contacts: 'Calls, visits and other messages that were reported.',
  endings: 'What ended a journey of theirs, by its key.',
  memberships: 'Segments that they are in, or may be in by time alone.',
  dateStarts: 'When journeys start next for them on a date.',
  waitingEntries: 'What they wait or waited for.',
  runs: 'Journeys, with all that these carry of events.',
  deliveries: 'Every decision to send or not to send a message, with its reasons.',
  pushSubscriptions: 'Browsers that take push messages for them.',
  onsiteStreams: 'Pages of the shop that listen for them, or lately did.',
  onsiteMessages: 'What waits for them, or stands, on a page of the shop.',
  suppressions: 'Where they are not written to, by the keyed hashes of their addresses.',
  events: 'Events as they came.',
  unrouted: 'Events that were accepted and have not taken effect yet.',
  codes: 'Coupon codes that went out with messages to them.',
  rejections: 'What was refused and names them.',
};

const answerSchema = z.object({
  exportedAt: z.iso.datetime(),
  ...Object.fromEntries(
    Object.entries(sections).map(([name, words]) => [name, z.array(z.looseObject({})).describe(words)]),
  ),
});

/** All that is held about a customer. */
export function exportRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/v1/customers/:id/export', {
    get: {
      summary: 'All that is held about a customer, as of one moment; streamed, however long it is.',
      key: 'admin',
      query: querySchema,
      answer: answerSchema,
      errors: ['unknown-customer', 'too-many'],
    },
  });
  let underWay = 0;
  resource(router, '/v1/customers/:id/export', {
    get: async (req, res) => {
      requireAdmin(deps.keys, req);
      const { by } = parse(querySchema, req.query, 'malformed-query');
      const customerId = await customerRead(deps, req.params['id'] as string, by);
      if (underWay >= bounds.exportsAtOnce) {
        const bound = `${bounds.exportsAtOnce} exports at once`;
        throw new AppError('too-many', `As many exports are under way as the bound of ${bound} allows.`);
      }
      underWay += 1;
      try {
        await sendExport(deps, customerId, res);
      } finally {
        underWay -= 1;
      }
    },
  });
}

/** One snapshot for all of it: nothing is there twice or missing, whatever happens meanwhile. */
async function sendExport(
  { database, clock, secret }: RouteDeps,
  customerId: string,
  res: Response,
): Promise<void> {
  const exportedAt = clock.now();
  try {
    await database.sql.begin('isolation level repeatable read read only', async (tx) => {
      // Who stops reading would keep the snapshot, and with it all that is deleted meanwhile, for ever.
      await tx`select set_config('idle_in_transaction_session_timeout', ${String(bounds.exportIdleMs)}, true)`;
      res.type('application/json');
      const person = await exportedPerson(tx, customerId, secret);
      await pipeline(Readable.from(written(tx, person, exportedAt)), res);
    });
  } catch (error) {
    // Nobody is there to be told.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* written(
  tx: TransactionSql,
  person: ExportedPerson,
  exportedAt: Date,
): AsyncGenerator<string> {
  yield `{"exportedAt":${JSON.stringify(exportedAt)}`;
  for (const [name, section] of Object.entries(exportSections)) {
    yield `,\n${JSON.stringify(name)}:[`;
    let between = '\n';
    for await (const rows of exportedRows(tx, section, person)) {
      if (rows.length === 0) continue;
      yield between + rows.map((row) => JSON.stringify(row)).join(',\n');
      between = ',\n';
    }
    yield ']';
  }
  yield '}\n';
}
