import type { IRouter } from 'express';
import { countRuns, type RunCounts } from '../../src/db/queries/count-runs.ts';
import { countWaiting } from '../../src/db/queries/count-waiting.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { storedOverrides } from '../../src/define/journey-settings.ts';
import { watchSummary } from '../../src/define/watch-summary.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { journeyScope } from '../../src/domain/setting-scopes.ts';
import { listSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { operatingRoutes, shownSettings } from '../operating.ts';
import { shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

/** The watches as their code declares them, whom they serve, what operators have set over that, and their switch. */
export function watchRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys, watches } = deps;
  describe(router, '/v1/watches', {
    get: {
      summary: 'The watches, their settings, their runs and how many customers wait.',
      key: 'admin',
      answer: listSchema,
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
        runs: counts.get(watch.name) ?? ({ open: 0, closed: 0 } satisfies RunCounts),
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
