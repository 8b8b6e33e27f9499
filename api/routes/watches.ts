import type { IRouter } from 'express';
import { z } from 'zod';
import { countRuns, type RunCounts } from '../../src/db/queries/count-runs.ts';
import { countWaiting } from '../../src/db/queries/count-waiting.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { storedOverrides } from '../../src/define/journey-settings.ts';
import { watchSummary } from '../../src/define/watch-summary.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
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
    z.object({ of: z.enum(['stock']), direction: z.enum(['falls', 'rises']), level: z.int() }),
  ),
  wave: z.object({ perUnit: z.number(), every: z.string() }).describe('By default: see settings.'),
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
      const waiting = await countWaiting(
        database.sql,
        watches.map((watch) => watch.waiting.name),
      );
      const items = watches.map((watch) => ({
        ...shownDefinition(watch),
        ...shownSettings(watch, storedOverrides(watch, stored.get(journeyScope(watch.name)))),
        runs: counts.get(watch.name) ?? ({ open: 0, held: 0, closed: 0 } satisfies RunCounts),
        waiting: { list: watch.waiting.name, ...(waiting.get(watch.waiting.name) ?? nobody) },
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
  return { name, version, words: watchSummary(watch, null), subject, wakes, wave, holdout };
}
