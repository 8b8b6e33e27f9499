import type { IRouter } from 'express';
import { z } from 'zod';
import { perSecondOf } from '../../src/db/queries/channel-rates.ts';
import { pauseSends, resumeSends } from '../../src/db/queries/pause-sends.ts';
import { saveChannelRate } from '../../src/db/queries/save-settings.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { channelScope } from '../../src/domain/setting-scopes.ts';
import { channels, type Channel } from '../../src/domain/task-queues.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { readJson } from '../body.ts';
import { listOf, namedPage, pageSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { pauseSchema, shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

const settingsSchema = onlyNamed({
  perSecond: z
    .number()
    .min(bounds.leastPerSecond)
    .max(bounds.mostPerSecond)
    .nullable()
    .describe('How many messages a second its provider is given at most; null: as many as there are.'),
});

const switchSchema = pauseSchema.extend({ channel: z.enum(channels) });
const channelSchema = switchSchema.extend(settingsSchema.shape);

/** The channels, whether anything is sent on each, and how fast. A pause stops the gate, not the clock. */
export function channelRoutes(router: IRouter, deps: RouteDeps): void {
  rateOf(router, deps);
  const { database, clock, keys } = deps;
  const { sql } = database;
  const answer = { key: 'admin', answer: switchSchema, errors: ['not-found'] as ErrorCode[] } as const;
  describe(router, '/v1/channels', {
    get: {
      summary: 'The channels, whether sends on each are paused, and how many it may take a second.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(channelSchema),
    },
  });
  describe(router, '/v1/channels/:channel/pause', {
    post: {
      summary: "Pauses a channel's sends: the gate waits, and does not turn to a message's next channel.",
      ...answer,
    },
  });
  describe(router, '/v1/channels/:channel/resume', {
    post: {
      summary: `Lets a channel's sends go on: what waited is gated again, ${bounds.releasedPerSecond} messages a second.`,
      ...answer,
    },
  });
  resource(router, '/v1/channels', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const stored = await loadSettings(sql, channels.map(channelScope));
      const items = channels.map((channel) => shownChannel(channel, stored.get(channelScope(channel))));
      res.json(namedPage(req.query, items, ({ channel }) => channel));
    },
  });
  resource(router, '/v1/channels/:channel/pause', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const channel = channelOf(req.params['channel']);
      res.json({ channel, ...shownPause(await pauseSends(sql, channelScope(channel), clock.now())) });
    },
  });
  resource(router, '/v1/channels/:channel/resume', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const channel = channelOf(req.params['channel']);
      await resumeSends(sql, { scope: channelScope(channel), of: { channel }, at: clock.now() });
      res.json({ channel, ...shownPause(undefined) });
    },
  });
}

/** A provider's rate: workers look every two seconds. */
function rateOf(router: IRouter, { database, clock, keys }: RouteDeps): void {
  describe(router, '/v1/channels/:channel/settings', {
    put: {
      summary: 'Sets how many messages a second the provider of a channel is given, from now on.',
      key: 'admin',
      body: settingsSchema,
      answer: channelSchema,
      errors: ['not-found'],
    },
  });
  resource(router, '/v1/channels/:channel/settings', {
    put: async (req, res) => {
      requireAdmin(keys, req);
      const channel = channelOf(req.params['channel']);
      const { perSecond } = parse(
        settingsSchema,
        await readJson(req, res, bounds.bodyBytes),
        'malformed-body',
      );
      const [at, realNow] = [clock.now(), clock.realNow()];
      res.json(
        shownChannel(channel, await saveChannelRate(database.sql, { channel, perSecond, at, realNow })),
      );
    },
  });
}

function shownChannel(channel: Channel, stored: Record<string, unknown> | undefined) {
  return { channel, ...shownPause(stored), perSecond: perSecondOf(stored) };
}

function channelOf(named: unknown): Channel {
  const channel = channels.find((one) => one === named);
  if (channel) return channel;
  throw new AppError('not-found', `There is no channel ${sayValue(named)}; there is ${channels.join(', ')}.`);
}
