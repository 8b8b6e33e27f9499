import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../src/db/connect.ts';
import type { SkippedClock } from './skipped-clock.ts';

/** So often, and so many real milliseconds apart, it is looked whether routing has made the starts that are due. */
const looks = 1_500;
const lookEveryMs = 20;

/** When the next journey starts on a date up to a time, both epoch milliseconds; null when none does. */
export async function nextStartOnDate(sql: Sql, untilMs: number): Promise<number | null> {
  const [next] = await sql<{ at: Date | null }[]>`
    select min(starts_at) as at from date_starts where starts_at <= ${new Date(untilMs)}`;
  return next?.at?.getTime() ?? null;
}

/** Waits until routing has started what starts on a date up to now. */
export async function untilDatesStarted(sql: Sql, time: SkippedClock): Promise<void> {
  for (let look = 0; look < looks; look += 1) {
    // Routing looks at what is due as its clock goes on.
    await time.look();
    const [left] = await sql<{ due: boolean }[]>`
      select exists (select from date_starts where starts_at <= ${time.clock.now()} or is_stale) as due`;
    if (!left!.due) return;
    await delay(lookEveryMs);
  }
  throw new Error('What starts on a date has not been started in 30 seconds.');
}
