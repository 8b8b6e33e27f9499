import type { IRouter } from 'express';
import { z } from 'zod';
import type { Config } from '../../src/config.ts';
import { lookUpCustomer } from '../../src/db/queries/find-customer.ts';
import { listRuns, type RunRow } from '../../src/db/queries/list-runs.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { idPlace, listOf, pageOf, pageParameters, readCursor } from '../cursor.ts';
import { awaitCustomer } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';
import { workflowUrl } from '../temporal-url.ts';

const querySchema = onlyNamed({
  ...pageParameters,
  name: z.string().optional(),
  customer: z.string().optional(),
  subject: z.string().optional(),
  state: z.enum(['open', 'closed']).optional(),
});

/** What `shownRun` answers. */
export const runSchema = z.object({
  id: z.uuid(),
  name: z.string().describe('The journey or watch.'),
  version: z.int(),
  customerId: z.uuid().nullable(),
  subject: z.string().nullable(),
  key: z.string(),
  arms: z.record(z.string(), z.string()).describe('Of each split that it asked for, the arm it is in.'),
  state: z.enum(['open', 'closed']),
  outcome: z.string().nullable(),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
  heldUntil: z.iso
    .datetime()
    .nullable()
    .describe('Until then it waits for somebody to be able to reach the visitor, and has no workflow.'),
  words: z.string().nullable().describe('What `held` means for this run; null when it is or was not held.'),
  temporalUrl: z.string().nullable().describe('Null when it has no workflow.'),
});

/** Executions of journeys and watches, newest first. */
export function runRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, config, keys } = deps;
  describe(router, '/v1/runs', {
    get: {
      summary: 'Executions of journeys and watches, newest first.',
      key: 'admin',
      query: querySchema,
      answer: listOf(runSchema),
    },
  });
  resource(router, '/v1/runs', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { limit, cursor, customer, ...filter } = parse(querySchema, req.query, 'malformed-query');
      const before = readCursor(cursor, idPlace);
      if (customer !== undefined && before === null) await awaitCustomer(deps, customer);
      // Also who was erased: what was decided still counts.
      const customerId =
        customer === undefined ? undefined : ((await lookUpCustomer(database.sql, customer))?.id ?? null);
      const rows =
        customerId === null
          ? []
          : await listRuns(database.db, { ...filter, customerId }, { before, limit: limit + 1 });
      res.json(
        pageOf(
          rows,
          limit,
          (row) => shownRun(row, config),
          (row) => [row.id],
        ),
      );
    },
  });
}

/** A run as it is answered. */
export function shownRun(run: RunRow, config: Config) {
  const { id, name, version, customerId, subject, key, arms, state, outcome, openedAt, closedAt } = run;
  const heldUntil = state === 'open' ? run.heldUntil : null;
  const temporalUrl = run.heldUntil === null ? workflowUrl(config, run.workflowId) : null;
  return {
    ...{ id, name, version, customerId, subject, key, arms },
    ...{ state, outcome, openedAt, closedAt, heldUntil, words: heldWords(run), temporalUrl },
  };
}

/** What an operator reads of a run that is held, or was until it closed. */
function heldWords({ heldUntil, state, outcome }: RunRow): string | null {
  if (heldUntil === null) return null;
  const until = heldUntil.toISOString();
  if (state === 'open')
    return `held until ${until}: nobody can reach this visitor yet; it begins when they identify or leave an address, and expires otherwise`;
  if (outcome === 'expired') return `held until ${until}: nobody could reach this visitor, so it never began`;
  return `ended while it was held: nobody could reach this visitor, so it never began`;
}
