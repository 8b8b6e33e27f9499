import type { IRouter } from 'express';
import { z } from 'zod';
import { countRuns, type RunCounts } from '../../src/db/queries/count-runs.ts';
import { countWaiting } from '../../src/db/queries/count-waiting.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { storedOverrides } from '../../src/define/journey-settings.ts';
import { watchSummary } from '../../src/define/watch-summary.ts';
import { lineServedBy, type Crossing, type WatchDefinition } from '../../src/define/watch.ts';
import { journeyScope } from '../../src/domain/setting-scopes.ts';
import { listOf } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { operatedSchema, operatingRoutes, shownSettings } from '../operating.ts';
import { shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

const watchSchema = operatedSchema.extend({
  subject: z.string().describe('What one run watches.'),
  wakes: z.record(
    z.string(),
    z.union([
      z.object({ of: z.enum(['stock']), direction: z.enum(['falls', 'rises']), level: z.int() }),
      z.object({ of: z.enum(['price']), direction: z.enum(['falls']) }),
      z.object({ of: z.enum(['event']), type: z.string(), where: z.record(z.string(), z.unknown()) }),
    ]),
  ),
  wave: z
    .union([
      z.object({ perUnit: z.number(), every: z.string() }),
      z.object({ customers: z.number(), perUnit: z.number().optional(), every: z.string() }),
    ])
    .describe('By default: see settings.'),
  waiting: z.object({ list: z.string(), entries: z.int(), customers: z.int() }),
});

/** The watches as their code declares them, whom they serve, what operators have set over that, and their switch. */
export function watchRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys, watches } = deps;
  describe(router, '/v1/watches', {
    get: {
      summary: 'The watches, their settings, their runs and how many customers wait.',
      key: 'admin',
      answer: listOf(watchSchema),
    },
  });
  resource(router, '/v1/watches', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const names = watches.map(({ name }) => name);
      const stored = await loadSettings(database.sql, names.map(journeyScope));
      const counts = await countRuns(database.sql, names);
      const waiting = await countWaiting(database.sql, watches.map(lineServedBy));
      const items = watches.map((watch) => ({
        ...shownDefinition(watch),
        ...shownSettings(watch, storedOverrides(watch, stored.get(journeyScope(watch.name)))),
        runs: counts.get(watch.name) ?? ({ open: 0, held: 0, closed: 0 } satisfies RunCounts),
        waiting: { list: lineServedBy(watch), ...(waiting.get(lineServedBy(watch)) ?? nobody) },
        ...shownPause(stored.get(journeyScope(watch.name))),
      }));
      res.json({ items, cursor: null });
    },
  });
  operatingRoutes(router, deps, {
    path: '/v1/watches',
    noun: 'watch',
    settingsSummary: "Sets a watch's waves, from the next on, and what its new runs start with",
    definitions: watches,
  });
}

const nobody = { entries: 0, customers: 0 };

function shownDefinition(watch: WatchDefinition) {
  const { name, version, subject, wakes, wave, holdout } = watch;
  const shown = Object.entries(wakes).map(([key, crossing]) => [key, shownCrossing(crossing)] as const);
  const words = watchSummary(watch, null);
  return { name, version, words, subject, wakes: Object.fromEntries(shown), wave, holdout };
}

function shownCrossing(crossing: Crossing) {
  if (crossing.of !== 'event') return crossing;
  const { of, event, where } = crossing;
  return { of, type: event.type, where };
}
