import type { IRouter } from 'express';
import { z } from 'zod';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { orderTotals } from '../../src/db/queries/order-totals.ts';
import { toMinor } from '../../src/domain/money.ts';
import { scoresOf } from '../../src/domain/rfm.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { customerRead } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const path = '/v1/customers/:id/scores';

const querySchema = onlyNamed({ by: z.enum(idKinds).optional() });

const score = z.int().min(1).max(5).nullable().describe('1 to 5, the best; null: there is no order.');
const scoresSchema = z.object({
  customerId: z.uuid(),
  recency: z.object({ score, lastOrderAt: z.iso.datetime().nullable() }),
  frequency: z.object({ score, orders: z.int() }),
  monetary: z.object({ score, spentMinor: z.int(), currency: z.string() }),
});

/** A customer's scores of recency, frequency and money now, and what each is made of. */
export function scoreRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, path, {
    get: {
      summary: "A customer's scores of recency, frequency and money, and what each is made of.",
      key: 'admin',
      query: querySchema,
      answer: scoresSchema,
      errors: ['unknown-customer'],
    },
  });
  resource(router, path, {
    get: async (req, res) => {
      requireAdmin(deps.keys, req);
      const { by } = parse(querySchema, req.query, 'malformed-query');
      const customerId = await customerRead(deps, req.params['id'] as string, by);
      const currency = deps.config.KAIROS_CURRENCY;
      const totals = await orderTotals(deps.database.sql, customerId, currency);
      const scores = scoresOf(totals, deps.clock.now());
      res.json({
        customerId,
        recency: { score: scores?.recency ?? null, lastOrderAt: totals.lastAt },
        frequency: { score: scores?.frequency ?? null, orders: totals.orders },
        monetary: {
          ...{ score: scores?.monetary ?? null, currency },
          spentMinor: toMinor(totals.spent, currency),
        },
      });
    },
  });
}
