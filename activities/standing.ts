import type { TransactionSql } from 'postgres';
import { latestGathering } from '../src/db/queries/gatherings.ts';
import { statesNow, universalEventById } from '../src/db/queries/world-now.ts';
import type { WatchRunRow } from '../src/db/queries/watch-run.ts';
import { meetsAll } from '../src/define/meets.ts';
import { placeReported, type EventCrossing } from '../src/define/universal-event.ts';
import { isEachState, type Crossing, type WatchDefinition } from '../src/define/watch.ts';
import { dayOf } from '../src/domain/local-time.ts';
import { shopScope } from '../src/domain/setting-scopes.ts';
import { spanMs } from '../src/domain/span.ts';
import { readShopSettings } from '../src/shop-settings.ts';
import { priceHolds, priceLook } from './price-look.ts';

/** How what woke a watch stands now. */
export interface Standing {
  /** Whether it is still so. */
  holds: boolean;
  /** Of an event what it said, as the newest report has it; null: it is no event, or is over. */
  data: Record<string, unknown> | null;
  /** When it happened, or was last reported. */
  at: Date;
}

interface Asked {
  watch: WatchDefinition;
  run: WatchRunRow;
  now: Date;
}

/** Of the run's last gathering. A watch that serves a waiting list asks its shelf instead: for it this always holds. */
export async function standingOf(tx: TransactionSql, asked: Asked & { runId: string }): Promise<Standing> {
  const { watch, now, runId } = asked;
  if (watch.audience === null) return { holds: true, data: null, at: now };
  const gathering = await latestGathering(tx, runId);
  const crossing = gathering && !gathering.isEnded ? watch.wakes[gathering.wake] : undefined;
  if (!gathering || !crossing) return over(now);
  const { eventId, place } = gathering;
  return standingOfWake(tx, asked, { crossing, eventId, place });
}

/** Which state it was by whose report a watch was woken that tells of each by itself; null: it is no such, or too long ago. */
export async function placeOfWake(
  tx: TransactionSql,
  { again }: WatchDefinition,
  { crossing, eventId }: { crossing: Crossing; eventId: string },
): Promise<string | null> {
  if (crossing.of !== 'event' || !isEachState(crossing, { gathers: true, again })) return null;
  const report = await universalEventById(tx, eventId);
  return report && placeReported(crossing.event, report.data);
}

/** Of something that woke it; of a state by itself of that one. */
export async function standingOfWake(
  tx: TransactionSql,
  asked: Asked,
  { crossing, eventId, place }: { crossing: Crossing; eventId: string; place: string | null },
): Promise<Standing> {
  const { run, now } = asked;
  const price = await priceLook(tx, asked);
  if (price !== null) return { holds: await priceHolds(tx, asked, price), data: null, at: now };
  if (crossing.of === 'price') return { holds: true, data: null, at: now };
  if (crossing.of === 'stock') {
    const holds = crossing.direction === 'rises' ? run.units > crossing.level : run.units <= crossing.level;
    return { holds, data: null, at: now };
  }
  return crossing.event.per === null
    ? occurrence(tx, crossing, { eventId, now })
    : nextState(tx, crossing, { run, now, place });
}

/** One that stands for itself is news for a time. */
async function occurrence(
  tx: TransactionSql,
  { fresh }: EventCrossing,
  { eventId, now }: { eventId: string; now: Date },
): Promise<Standing> {
  const event = await universalEventById(tx, eventId);
  if (!event || event.at.getTime() + spanMs(fresh) <= now.getTime()) return over(now);
  return { holds: true, data: event.data, at: event.at };
}

/**
 * Of the states that meet the condition now, or of one of them, the first by place: of forecasts that of the next such day. A day is meant in
 * its region's calendar, which nobody knows here: one that is over where the shop is counts after all others, and is past
 * only when it is past everywhere, so that nobody is left out to whom it is still to come. Far east of that it may be
 * told of when it is over.
 */
async function nextState(
  tx: TransactionSql,
  { event, where }: EventCrossing,
  { run, now, place: only }: { run: WatchRunRow; now: Date; place: string | null },
): Promise<Standing> {
  const states = await statesNow(tx, { type: event.type, subject: run.subject });
  const { timezone } = readShopSettings(run.settings[shopScope]);
  const today = dayOf(now.getTime(), timezone);
  const lastAnywhere = dayOf(now.getTime() - furthestBehindMs, 'UTC');
  const isDated = event.data[event.per!] === 'day';
  const met = states.filter(({ place, data }) => (only === null || place === only) && meetsAll(where, data));
  const found = isDated
    ? (met.find(({ place }) => place >= today) ?? met.find(({ place }) => place >= lastAnywhere))
    : met[0];
  return found ? { holds: true, data: found.data, at: found.at } : over(now);
}

/** No clock is further behind UTC. */
const furthestBehindMs = spanMs('12 hours');

const over = (now: Date): Standing => ({ holds: false, data: null, at: now });
