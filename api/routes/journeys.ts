import type { IRouter } from 'express';
import { z } from 'zod';
import { countRuns, type RunCounts } from '../../src/db/queries/count-runs.ts';
import { dateProgress } from '../../src/db/queries/date-progress.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { storedOverrides } from '../../src/define/journey-settings.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import { journeyScope } from '../../src/domain/setting-scopes.ts';
import { listOf, namedPage, pageSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { operatedSchema, operatingRoutes, shownSettings } from '../operating.ts';
import { shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

const journeySchema = operatedSchema.extend({
  starts: z.string().describe('The event that starts a run.'),
  ends: z.record(z.string(), z.string()).describe('The event that ends a run, by outcome.'),
  dates: z
    .object({ done: z.int(), total: z.int(), reckonedAt: z.iso.datetime().nullable() })
    .nullable()
    .describe('Of what starts on a date: for how many of all customers its starts have been reckoned.'),
  per: z.string().nullable(),
  again: z.string(),
  lasts: z.string(),
  cap: z.object({ sends: z.int(), within: z.string() }),
  splits: z.record(z.string(), z.record(z.string(), z.number())),
});

/** The journeys as their code declares them, what operators have set over that, and their switch. */
export function journeyRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys, journeys } = deps;
  describe(router, '/v1/journeys', {
    get: {
      summary: 'The journeys, their settings and their runs.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(journeySchema),
    },
  });
  resource(router, '/v1/journeys', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const names = journeys.map(({ name }) => name);
      const stored = await loadSettings(database.sql, names.map(journeyScope));
      const counts = await countRuns(database.sql, names);
      const dates = await dateProgress(database.sql, names);
      const items = journeys.map((journey) => ({
        ...shownDefinition(journey),
        dates: dates.get(journey.name) ?? null,
        ...shownSettings(journey, storedOverrides(journey, stored.get(journeyScope(journey.name)))),
        runs: counts.get(journey.name) ?? ({ open: 0, held: 0, closed: 0 } satisfies RunCounts),
        ...shownPause(stored.get(journeyScope(journey.name))),
      }));
      res.json(namedPage(req.query, items, ({ name }) => name));
    },
  });
  operatingRoutes(router, deps, {
    path: '/v1/journeys',
    noun: 'journey',
    settingsSummary: 'Sets what new runs of a journey start with',
    definitions: journeys,
  });
}

function shownDefinition(journey: JourneyDefinition) {
  const { name, version, starts, ends, per, again, lasts, cap, holdout, splits } = journey;
  return {
    ...{ name, version, words: staticSummary(journey), starts: starts.name },
    ends: Object.fromEntries(Object.entries(ends).map(([outcome, event]) => [outcome, event.name])),
    ...{ per, again, lasts, cap, holdout, splits },
  };
}
