import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import { deleteOldRejections } from '../db/queries/rejections.ts';
import { Wakeup } from './wakeup.ts';

const everyMs = 60_000;

/** Once a minute of real time takes away what has been kept for as long as it is promised. */
export async function runHousekeeping(
  parts: { sql: Sql; clock: Clock; log: Logger },
  stop: AbortSignal,
): Promise<void> {
  const wakeup = new Wakeup();
  while (!stop.aborted) {
    try {
      await deleteOldRejections(parts.sql, parts.clock.now());
    } catch (error) {
      parts.log.error({ err: error }, 'housekeeping failed and will be tried again');
    }
    await wakeup.pause(everyMs, stop);
  }
}
