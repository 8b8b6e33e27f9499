import type { IRouter } from 'express';
import { z } from 'zod';
import { pendingMigrations } from '../../src/db/queries/pending-migrations.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import type { RouteDeps } from '../deps.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

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
    const pending = await inTime(pendingMigrations(database.sql));
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

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`no answer within ${bounds.readyMs} ms`)), bounds.readyMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
