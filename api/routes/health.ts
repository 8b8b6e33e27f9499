import type { IRouter } from 'express';
import { z } from 'zod';
import { pendingMigrations } from '../../src/db/queries/pending-migrations.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import type { RouteDeps } from '../deps.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';
import { withinTime } from '../within-time.ts';

/** Alive; and ready for work. Neither needs a key. */
export function healthRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/healthz', {
    get: {
      summary: 'Alive, with the clock.',
      key: 'none',
      answer: z.object({ status: z.literal('ok'), now: z.iso.datetime(), clockSpeed: z.number() }),
    },
  });
  resource(router, '/healthz', {
    get: (_req, res) => {
      res.json({ status: 'ok', now: deps.clock.now(), clockSpeed: deps.clock.scale.speed });
    },
  });
  describe(router, '/readyz', {
    get: {
      summary: 'Ready: database, migrations and Temporal are there.',
      key: 'none',
      answer: z.object({ status: z.literal('ready') }),
    },
  });
  resource(router, '/readyz', {
    get: async (_req, res) => {
      const missing = (await Promise.all([missingInDatabase(deps), missingInTemporal(deps)])).filter(
        (sentence) => sentence !== null,
      );
      if (missing.length > 0) throw new AppError('unavailable', missing.join(' '));
      res.json({ status: 'ready' });
    },
  });
}

async function missingInDatabase({ database, log }: RouteDeps): Promise<string | null> {
  try {
    const pending = await withinTime(pendingMigrations(database.sql), bounds.readyMs);
    return pending === 0 ? null : `The database lacks ${pending} migrations of this release.`;
  } catch (error) {
    log.warn({ err: error }, 'the database is not ready');
    return 'The database does not answer.';
  }
}

async function missingInTemporal({ temporal, clock, log }: RouteDeps): Promise<string | null> {
  if (!temporal) return null;
  try {
    // With a deadline the client ends its own tries; tries that outlive the connection would end the process.
    const deadline = clock.realNow().getTime() + bounds.readyMs;
    await temporal.withDeadline(deadline, () => temporal.workflowService.getSystemInfo({}));
    return null;
  } catch (error) {
    log.warn({ err: error }, 'Temporal is not ready');
    return 'Temporal does not answer; events are accepted and take effect later.';
  }
}
