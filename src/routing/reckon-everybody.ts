/**
 * Reckons the dates of everybody, some at a time, for a journey whose date is new or another, when the shop's zone is,
 * and once a day: a zone may mean other times than it did when a start in a year was reckoned. Nothing is started that
 * lies in the past. Killed at any point it goes on where it was.
 *
 * Of two routers with other definitions the one that came later decides: a router begins only with what it has never
 * seen reckoned by its own definition, or when no router of the other has been at work for ten minutes.
 */
import type { TransactionSql } from 'postgres';
import {
  advanceReckoning,
  beginReckoning,
  customersAfter,
  finishReckoning,
  forgetReckonings,
  loadReckonings,
  tendReckonings,
  type DateReckoning,
} from '../db/queries/date-reckonings.ts';
import { dateJourneysOf, type DateJourney } from './date-journeys.ts';
import type { DueWork } from './due.ts';
import { reckonDates, shopZone } from './reckon-dates.ts';
import type { RoutingContext } from './route-batch.ts';

/** Everybody's dates are reckoned again so long after the last time, Kairos's milliseconds. */
const everyMs = 86_400_000;

/** So many customers in one turn: zones are reckoned in here, and routing waits for it. */
const atOnce = 100;

/** So often a router says that it is at work, and so long after the last time it is not; real milliseconds. */
const tendEveryMs = 60_000;
const goneMs = 600_000;

/** Of each router the journeys that it has seen reckoned by its own definition. */
const seen = new WeakMap<RoutingContext, Set<string>>();

/** A `DueWork`: some customers of one journey. */
export const reckonEverybody: DueWork = async (tx, context, limit) => {
  const journeys = dateJourneysOf(context.journeys);
  const known = seen.get(context) ?? (await firstLook(tx, context, journeys));
  if (journeys.length === 0) return { done: 0, dispatches: 0 };
  const names = journeys.map(({ name }) => name);
  const zone = await shopZone(tx);
  const states = await loadReckonings(tx, names);
  const nowMs = context.clock.now().getTime();
  const realNow = context.clock.realNow();
  const realNowMs = realNow.getTime();
  await tend(tx, journeys, { states, realNow });
  for (const journey of journeys) {
    const state = states.get(journey.name);
    if (isOurs(journey, state)) known.add(journey.name);
    if (isToBegin(journey, state, { zone, nowMs, realNowMs, isKnown: known.has(journey.name) })) {
      await beginReckoning(tx, { ...journey, zone, realNow: context.clock.realNow() });
      return { done: limit, dispatches: 0 };
    }
    if (state?.nextDefinition === journey.definition) return goOn(tx, context, { journey, state, limit });
  }
  return { done: 0, dispatches: 0 };
};

/** Who starts anew knows which journeys there are. */
async function firstLook(
  tx: TransactionSql,
  context: RoutingContext,
  journeys: readonly DateJourney[],
): Promise<Set<string>> {
  await forgetReckonings(
    tx,
    journeys.map(({ name }) => name),
  );
  const known = new Set<string>();
  seen.set(context, known);
  return known;
}

function isOurs({ definition }: DateJourney, state: DateReckoning | undefined): boolean {
  return state?.definition === definition || state?.nextDefinition === definition;
}

/** What is known when it is decided whether to begin with everybody. */
interface Now {
  zone: string;
  nowMs: number;
  realNowMs: number;
  /** This router has seen the journey reckoned by its own definition. */
  isKnown: boolean;
}

function isToBegin({ definition }: DateJourney, state: DateReckoning | undefined, now: Now): boolean {
  if (!state) return true;
  if (state.nextDefinition === definition) return state.nextZone !== now.zone;
  const isGone = now.realNowMs >= state.tendedAt.getTime() + goneMs;
  if (state.definition !== definition) return !now.isKnown || isGone;
  // Another router is at it with its own.
  if (state.nextDefinition !== null) return isGone;
  return state.zone !== now.zone || now.nowMs >= (state.reckonedAt?.getTime() ?? 0) + everyMs;
}

/** Says that a router with the definition that counts is at work: of two that is the one that began last. */
async function tend(
  tx: TransactionSql,
  journeys: readonly DateJourney[],
  { states, realNow }: { states: ReadonlyMap<string, DateReckoning>; realNow: Date },
): Promise<void> {
  const names = journeys.flatMap(({ name, definition }) => {
    const state = states.get(name);
    const isCounting = (state?.nextDefinition ?? state?.definition) === definition;
    return isCounting && realNow.getTime() >= state!.tendedAt.getTime() + tendEveryMs ? [name] : [];
  });
  if (names.length > 0) await tendReckonings(tx, names, realNow);
}

async function goOn(
  tx: TransactionSql,
  context: RoutingContext,
  { journey, state, limit }: { journey: DateJourney; state: DateReckoning; limit: number },
): Promise<{ done: number; dispatches: number }> {
  const customerIds = await customersAfter(tx, state.upTo, Math.min(limit, atOnce));
  if (customerIds.length === 0) {
    await finishReckoning(tx, journey.name, context.clock.now());
    // There may be another journey.
    return { done: limit, dispatches: 0 };
  }
  const why = state.definition === journey.definition ? 'again' : 'new-rule';
  const dispatches = await reckonDates(tx, context, { journeys: [journey], customerIds, why });
  await advanceReckoning(tx, journey.name, { upTo: customerIds.at(-1)!, done: customerIds.length });
  return { done: limit, dispatches };
}
