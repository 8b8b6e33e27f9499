import type { IRouter } from 'express';
import { z } from 'zod';
import { pauseSends, resumeSends } from '../src/db/queries/pause-sends.ts';
import { saveOverrides } from '../src/db/queries/save-settings.ts';
import { overridesSchema, type Configurable, type JourneySettings } from '../src/define/journey-settings.ts';
import { bounds } from '../src/domain/bounds.ts';
import { sayValue } from '../src/domain/say-value.ts';
import { journeyScope } from '../src/domain/setting-scopes.ts';
import { AppError, type ErrorCode } from '../src/errors.ts';
import { readJson } from './body.ts';
import type { RouteDeps } from './deps.ts';
import { requireAdmin } from './keys.ts';
import { describe } from './openapi/describe.ts';
import { parse } from './parse.ts';
import { pauseSchema, shownPause } from './pause.ts';
import { resource } from './resource.ts';

/** What operators can set and stop: the journeys, or the watches. */
export interface Operated {
  /** Under which each stands by its name. */
  path: '/v1/journeys' | '/v1/watches';
  noun: 'journey' | 'watch';
  /** What a setting does when it is changed, for the page of the API. */
  settingsSummary: string;
  definitions: readonly (Configurable & { name: string })[];
}

const settingsSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const shownSettingsSchema = z.object({
  settings: settingsSchema,
  defaults: settingsSchema,
  overrides: settingsSchema,
});
/** What is shown of each of them. */
export const operatedSchema = z.object({
  name: z.string(),
  version: z.int().describe('That new runs take.'),
  words: z.string(),
  holdout: z.number(),
  ...shownSettingsSchema.shape,
  runs: z.object({
    open: z.int(),
    held: z.int().describe('Of the open ones those that wait for somebody to be able to reach the visitor.'),
    closed: z.int(),
  }),
  ...pauseSchema.shape,
});

const switchSchema = pauseSchema.extend({ name: z.string() });

/** Their settings over the defaults in code, and their switch. */
export function operatingRoutes(router: IRouter, deps: RouteDeps, operated: Operated): void {
  settingsOf(router, deps, operated);
  switchOf(router, deps, operated);
}

/** What is in force, and where that comes from: the defaults in code, and what was set over them. */
export function shownSettings({ settings: defaults }: Configurable, overrides: JourneySettings) {
  return { settings: { ...defaults, ...overrides }, defaults, overrides };
}

/** What is not named in a PUT is at its default again. */
function settingsOf(router: IRouter, { database, clock, keys }: RouteDeps, operated: Operated): void {
  const path = `${operated.path}/:name/settings`;
  describe(router, path, {
    put: {
      summary: `${operated.settingsSummary}; what is not named is at its default again.`,
      key: 'admin',
      body: settingsSchema,
      answer: shownSettingsSchema,
      errors: ['not-found'],
    },
  });
  resource(router, path, {
    put: async (req, res) => {
      requireAdmin(keys, req);
      const definition = definitionOf(operated, req.params['name']);
      const came = await readJson(req, res, bounds.bodyBytes);
      const overrides = parse(overridesSchema(definition), came, 'malformed-body');
      await saveOverrides(database.sql, { scope: journeyScope(definition.name), overrides, at: clock.now() });
      res.json(shownSettings(definition, overrides));
    },
  });
}

/** Stops sends, not the clock: waits, starts and ends of runs go on. */
function switchOf(router: IRouter, { database, clock, keys }: RouteDeps, operated: Operated): void {
  const { path, noun } = operated;
  const answer = { key: 'admin', answer: switchSchema, errors: ['not-found'] as ErrorCode[] } as const;
  describe(router, `${path}/:name/pause`, {
    post: { summary: `Pauses a ${noun}'s sends: waits, starts and ends of its runs go on.`, ...answer },
  });
  describe(router, `${path}/:name/resume`, {
    post: {
      summary: `Lets a ${noun}'s sends go on: what waited is gated again, ${bounds.releasedPerSecond} messages a second.`,
      ...answer,
    },
  });
  resource(router, `${path}/:name/pause`, {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const { name } = definitionOf(operated, req.params['name']);
      res.json({ name, ...shownPause(await pauseSends(database.sql, journeyScope(name), clock.now())) });
    },
  });
  resource(router, `${path}/:name/resume`, {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const { name } = definitionOf(operated, req.params['name']);
      await resumeSends(database.sql, { scope: journeyScope(name), of: { name }, at: clock.now() });
      res.json({ name, ...shownPause(undefined) });
    },
  });
}

function definitionOf({ definitions, noun }: Operated, name: unknown): Operated['definitions'][number] {
  const found = definitions.find((one) => one.name === name);
  if (found) return found;
  const known = definitions.map((one) => one.name).join(', ');
  throw new AppError(
    'not-found',
    `There is no ${noun} ${sayValue(name)}; there is ${known || 'none at all'}.`,
  );
}
