import type { IRouter } from 'express';
import { z } from 'zod';
import { countRuns, type RunCounts } from '../../src/db/queries/count-runs.ts';
import { countWaiting } from '../../src/db/queries/count-waiting.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { audienceWords } from '../../src/define/audience-words.ts';
import { choices } from '../../src/define/competing.ts';
import { storedOverrides } from '../../src/define/journey-settings.ts';
import { watchSummary } from '../../src/define/watch-summary.ts';
import { lineServedBy, type Crossing, type WatchDefinition } from '../../src/define/watch.ts';
import { journeyScope } from '../../src/domain/setting-scopes.ts';
import { listOf, namedPage, pageSchema } from '../cursor.ts';
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
      z.object({
        of: z.enum(['event']),
        type: z.string(),
        where: z.record(z.string(), z.unknown()),
        fresh: z
          .string()
          .nullable()
          .describe(
            'So long after it happened an event that stands for itself is told of. Null: it reports on a state, of which the newest report counts.',
          ),
      }),
    ]),
  ),
  opens: z
    .enum(['when waited for', 'when woken'])
    .describe('When a run opens: with the first customer who waits, or with the first thing that wakes it.'),
  lasts: z
    .string()
    .nullable()
    .describe(
      'So long a customer waits at most, and a run ends with the last of them. Null: as long as it takes.',
    ),
  audience: z
    .object({
      name: z.string(),
      words: z
        .string()
        .describe(
          'Who is in it, as declared. The subject and texts of what wakes the watch stand as <name>, other fields as examples.',
        ),
    })
    .nullable()
    .describe('Who is looked for when something has woken it. Null: it serves those who wait, see waiting.'),
  again: z
    .string()
    .nullable()
    .describe(
      'Whoever was told of the same subject within this time is not told again. Null: everything that wakes it counts anew.',
    ),
  competing: z
    .object({
      within: z
        .string()
        .nullable()
        .describe(
          'So long the first wave waits for other products to come back, and a customer is passed over for another at most. Null: no wave waits.',
        ),
      combine: z.int().nullable().describe('So many products are told of in one message at most.'),
      choose: z.enum(choices).nullable().describe('Of several the best is told of first: which that is.'),
    })
    .nullable()
    .describe(
      'When several products that one customer waits for are back at once. Null: each is told of for itself.',
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
      query: pageSchema,
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
      res.json(namedPage(req.query, items, ({ name }) => name));
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
  const { name, version, subject, wakes, wave, holdout, again, audience, competing } = watch;
  const shown = Object.entries(wakes).map(([key, crossing]) => [key, shownCrossing(crossing)] as const);
  const { within = null, combine = null, choose = null } = competing ?? {};
  return {
    ...{ name, version, words: watchSummary(watch, null), subject, wakes: Object.fromEntries(shown) },
    ...{ opens: watch.opens ?? 'when woken', lasts: watch.lasts ?? null },
    audience: audience && { name: audience.name, words: audienceWords(watch) },
    ...{ again, competing: competing ? { within, combine, choose } : null, wave, holdout },
  };
}

function shownCrossing(crossing: Crossing) {
  if (crossing.of !== 'event') return crossing;
  const { of, event, where, fresh } = crossing;
  return { of, type: event.type, where, fresh: event.per === null ? fresh : null };
}
