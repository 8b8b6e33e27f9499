import type { IRouter } from 'express';
import { z } from 'zod';
import { countRuns, type RunCounts } from '../../src/db/queries/count-runs.ts';
import { pauseSends, resumeSends } from '../../src/db/queries/pause-sends.ts';
import { saveOverrides } from '../../src/db/queries/save-settings.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { overridesSchema, storedOverrides, type JourneySettings } from '../../src/define/journey-settings.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { journeyScope } from '../../src/domain/setting-scopes.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { readJson } from '../body.ts';
import { listSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { pauseSchema, shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

const settingsSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const shownSettingsSchema = z.object({
  settings: settingsSchema,
  defaults: settingsSchema,
  overrides: settingsSchema,
});
const switchSchema = pauseSchema.extend({ name: z.string() });

/** The journeys as their code declares them, what operators have set over that, and their switch. */
export function journeyRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys, journeys } = deps;
  describe(router, '/v1/journeys', {
    get: { summary: 'The journeys, their settings and their runs.', key: 'admin', answer: listSchema },
  });
  resource(router, '/v1/journeys', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const names = journeys.map(({ name }) => name);
      const stored = await loadSettings(database.sql, names.map(journeyScope));
      const counts = await countRuns(database.sql, names);
      const items = journeys.map((journey) => ({
        ...shownDefinition(journey),
        ...shownSettings(journey, storedOverrides(journey, stored.get(journeyScope(journey.name)))),
        runs: counts.get(journey.name) ?? ({ open: 0, closed: 0 } satisfies RunCounts),
        ...shownPause(stored.get(journeyScope(journey.name))),
      }));
      res.json({ items, cursor: null });
    },
  });
  settingsOf(router, deps);
  switchOf(router, deps);
}

/** What is not named in a PUT is at its default again. Runs keep the settings they started with. */
function settingsOf(router: IRouter, { database, clock, keys, journeys }: RouteDeps): void {
  describe(router, '/v1/journeys/:name/settings', {
    put: {
      summary: 'Sets what new runs of a journey start with; what is not named is at its default again.',
      key: 'admin',
      body: settingsSchema,
      answer: shownSettingsSchema,
      errors: ['not-found'],
    },
  });
  resource(router, '/v1/journeys/:name/settings', {
    put: async (req, res) => {
      requireAdmin(keys, req);
      const journey = journeyOf(journeys, req.params['name']);
      const came = await readJson(req, res, bounds.bodyBytes);
      const overrides = parse(overridesSchema(journey), came, 'malformed-body');
      await saveOverrides(database.sql, { scope: journeyScope(journey.name), overrides, at: clock.now() });
      res.json(shownSettings(journey, overrides));
    },
  });
}

/** Stops a journey's sends, not its clock: waits, starts and ends of its runs go on. */
function switchOf(router: IRouter, { database, clock, keys, journeys }: RouteDeps): void {
  const answer = { key: 'admin', answer: switchSchema, errors: ['not-found'] as ErrorCode[] } as const;
  describe(router, '/v1/journeys/:name/pause', {
    post: { summary: "Pauses a journey's sends: waits, starts and ends of its runs go on.", ...answer },
  });
  describe(router, '/v1/journeys/:name/resume', {
    post: {
      summary: `Lets a journey's sends go on: what waited is gated again, ${bounds.releasedPerSecond} messages a second.`,
      ...answer,
    },
  });
  resource(router, '/v1/journeys/:name/pause', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const { name } = journeyOf(journeys, req.params['name']);
      res.json({ name, ...shownPause(await pauseSends(database.sql, journeyScope(name), clock.now())) });
    },
  });
  resource(router, '/v1/journeys/:name/resume', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const { name } = journeyOf(journeys, req.params['name']);
      await resumeSends(database.sql, { scope: journeyScope(name), name, at: clock.now() });
      res.json({ name, ...shownPause(undefined) });
    },
  });
}

function journeyOf(journeys: readonly JourneyDefinition[], name: unknown): JourneyDefinition {
  const found = journeys.find((journey) => journey.name === name);
  if (found) return found;
  const known = journeys.map((journey) => journey.name).join(', ');
  throw new AppError(
    'not-found',
    `There is no journey ${sayValue(name)}; there is ${known || 'none at all'}.`,
  );
}

function shownDefinition(journey: JourneyDefinition) {
  const { name, version, starts, ends, per, again, lasts, cap, holdout, splits } = journey;
  return {
    ...{ name, version, words: staticSummary(journey), starts: starts.name },
    ends: Object.fromEntries(Object.entries(ends).map(([outcome, event]) => [outcome, event.name])),
    ...{ per, again, lasts, cap, holdout, splits },
  };
}

/** What new runs start with, and where that comes from: the defaults in code, and what was set over them. */
function shownSettings({ settings: defaults }: JourneyDefinition, overrides: JourneySettings) {
  return { settings: { ...defaults, ...overrides }, defaults, overrides };
}
