import type { IRouter } from 'express';
import { z } from 'zod';
import { pauseSends, resumeSends } from '../../src/db/queries/pause-sends.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { channelScope } from '../../src/domain/setting-scopes.ts';
import { channels, type Channel } from '../../src/domain/task-queues.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { listOf } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { pauseSchema, shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

const channelSchema = pauseSchema.extend({ channel: z.enum(channels) });

/** The channels, and whether anything is sent on each. A pause stops the gate, not the clock. */
export function channelRoutes(router: IRouter, { database, clock, keys }: RouteDeps): void {
  const { sql } = database;
  const answer = { key: 'admin', answer: channelSchema, errors: ['not-found'] as ErrorCode[] } as const;
  describe(router, '/v1/channels', {
    get: {
      summary: 'The channels, and whether sends on each are paused.',
      key: 'admin',
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
      const items = channels.map((channel) => ({
        channel,
        ...shownPause(stored.get(channelScope(channel))),
      }));
      res.json({ items, cursor: null });
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

function channelOf(named: unknown): Channel {
  const channel = channels.find((one) => one === named);
  if (channel) return channel;
  throw new AppError('not-found', `There is no channel ${sayValue(named)}; there is ${channels.join(', ')}.`);
}
