import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import { forgetOnsiteStreams } from '../db/queries/onsite-streams.ts';
import { endOnsiteVisits } from '../db/queries/onsite-visits.ts';
import { bounds } from '../domain/bounds.ts';

/** Messages, or streams, that are taken away in one transaction. */
const atOnce = 500;

/** Takes away what belongs to visits that are over: their messages, of which the ledger says what became, and their streams. */
export async function endVisits({ sql, clock }: { sql: Sql; clock: Clock }): Promise<void> {
  const thereSince = clock.fromReal(new Date(clock.realNow().getTime() - bounds.onsiteVisitMs));
  let ended = atOnce;
  while (ended === atOnce) ended = await endOnsiteVisits(sql, { at: clock.now(), thereSince, limit: atOnce });
  let forgotten = atOnce;
  while (forgotten === atOnce)
    forgotten = await forgetOnsiteStreams(sql, { thereUntil: thereSince, limit: atOnce });
}
