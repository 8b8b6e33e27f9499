import type { TransactionSql } from 'postgres';
import {
  beginGathering,
  endGatherings,
  firstGathered,
  gatherAudience,
  latestGathering,
  wakeOf,
} from '../src/db/queries/gatherings.ts';
import type { WatchRunRow } from '../src/db/queries/watch-run.ts';
import { gatherDearer } from '../src/db/queries/gather-dearer.ts';
import type { Audience } from '../src/define/audience.ts';
import {
  isEachState,
  isOccurrence,
  lineServedBy,
  type Crossing,
  type WatchDefinition,
} from '../src/define/watch.ts';
import { spanMs } from '../src/domain/span.ts';
import type { Gathered } from './contract.ts';
import { priceLook } from './price-look.ts';
import { placeOfWake, standingOfWake, type Standing } from './standing.ts';

interface Asked {
  run: WatchRunRow;
  watch: WatchDefinition;
  runId: string;
  /** Which dispatch woke it. */
  seq: number;
  now: Date;
  /** Of prices that came without one. */
  shopCurrency: string;
}

/**
 * Puts who is in a watch's audience now into its line, once for each thing that woke it: whoever asks again, or at the same time,
 * is told what was found. Those who were gathered for something earlier, and not served, wait no longer.
 */
export async function gather(tx: TransactionSql, asked: Asked): Promise<Gathered> {
  const { run, watch, runId, seq, now } = asked;
  const found = await wakeOf(tx, { runId, seq });
  const crossing = found && watch.wakes[found.wake];
  if (!found || !crossing || run.state === 'closed') return { customers: 0 };
  const line = { runId, list: lineServedBy(watch), subject: run.subject };
  const { eventId } = found;
  const place = await placeOfWake(tx, watch, { crossing, eventId });
  if (!(await beginGathering(tx, { ...found, place, runId, seq, at: now }))) return againOf(tx, asked);
  await endGatherings(tx, { ...line, at: now, isOver: false, except: seq });
  // After that: how a price stands is asked of those who wait in the line.
  const standing = await standingOfWake(tx, { watch, run, now }, { crossing, eventId, place });
  if (!standing.holds) return { customers: 0 };
  const price = await priceLook(tx, { watch, run, now });
  if (price?.now) {
    const { shopCurrency } = asked;
    const lookedSince = new Date(now.getTime() - spanMs(price.rule.within));
    const question = { now: price.now, rule: price.rule, lookedSince, shopCurrency };
    return { customers: await gatherDearer(tx, { ...line, seq, since: now, at: now }, question) };
  }
  const predicate = audienceOf(watch, run.subject, standing);
  const since = await toldSince(tx, asked, { crossing, standing, eventId });
  return { customers: await gatherAudience(tx, { ...line, seq, since, at: now }, predicate) };
}

/**
 * Whom the line has told since then is told no more of it: since it happened, and for as long as the watch says. Of one
 * that stands for itself, as of each state by itself, only what was told of that very event counts: an earlier one, which may still be told of, was
 * another.
 */
async function toldSince(
  tx: TransactionSql,
  { watch, run, now }: Asked,
  { crossing, standing, eventId }: { crossing: Crossing; standing: Standing; eventId: string },
): Promise<Date> {
  if (watch.again !== null)
    return new Date(Math.min(standing.at.getTime(), now.getTime() - spanMs(watch.again)));
  if (!isOccurrence(crossing) && !isEachState(crossing, { gathers: true, again: watch.again }))
    return standing.at;
  return (await firstGathered(tx, { name: run.name, eventId })) ?? now;
}

async function againOf(tx: TransactionSql, { runId }: Asked): Promise<Gathered> {
  const known = await latestGathering(tx, runId);
  return { customers: known?.customers ?? 0 };
}

/** The audience with its parameters: by the word for the subject the subject, and the data of what woke the watch. */
function audienceOf(watch: WatchDefinition, subject: string, { data }: Standing) {
  const audience = watch.audience as Audience<Record<string, unknown>>;
  return audience.where({ ...data, [watch.subject]: subject });
}
