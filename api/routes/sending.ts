import type { IRouter } from 'express';
import { pauseSends, resumeSends } from '../../src/db/queries/pause-sends.ts';
import { loadSettings } from '../../src/db/queries/settings.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sendingScope } from '../../src/domain/setting-scopes.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { pauseSchema, shownPause } from '../pause.ts';
import { resource } from '../resource.ts';

/** Whether anything is sent at all. Pausing stops the gate, not the clock: waits, starts and ends of runs go on. */
export function sendingRoutes(router: IRouter, { database, clock, keys }: RouteDeps): void {
  const { sql } = database;
  const answer = { key: 'admin', answer: pauseSchema } as const;
  describe(router, '/v1/sending', {
    get: { summary: 'Whether all sending is paused, and since when.', ...answer },
  });
  describe(router, '/v1/sending/pause', {
    post: { summary: 'Pauses all sending: the gate waits, the clock goes on.', ...answer },
  });
  describe(router, '/v1/sending/resume', {
    post: {
      summary: `Lets sending go on: what waited is gated again, ${bounds.releasedPerSecond} messages a second.`,
      ...answer,
    },
  });
  resource(router, '/v1/sending', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      res.json(shownPause((await loadSettings(sql, [sendingScope])).get(sendingScope)));
    },
  });
  resource(router, '/v1/sending/pause', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      res.json(shownPause(await pauseSends(sql, sendingScope, clock.now())));
    },
  });
  resource(router, '/v1/sending/resume', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      await resumeSends(sql, { scope: sendingScope, of: {}, at: clock.now() });
      res.json(shownPause(undefined));
    },
  });
}
