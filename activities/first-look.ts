import type { TransactionSql } from 'postgres';
import type { DeliveryRow } from '../src/db/queries/gate-facts.ts';
import { longestQueueMs, nextTurn } from '../src/db/queries/next-turn.ts';
import type { DeliveryNow } from '../src/db/queries/raise-delivery.ts';
import { recordRulings, type RuledDelivery } from '../src/db/queries/record-ruling.ts';
import { bounds } from '../src/domain/bounds.ts';
import { isFurther, speaksAgainstChannel } from '../src/domain/delivery.ts';
import { holdOf, judge, type Hold, type Ruling } from '../src/domain/gate.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { renderFor, type Look } from './gate-look.ts';
import {
  allow,
  movedMeanwhile,
  nextOf,
  verdictOf,
  waitFor,
  type CallUnderWay,
  type Passage,
} from './passage.ts';
import { keepCodes, type Wording } from './wording.ts';

/** What the gate rules of a delivery that nothing was decided about yet: to be written, and what it leads to then. */
export interface Ruled {
  look: Look;
  record: RuledDelivery;
  /** As whoever asked is told of it: about this channel, or about all of them when this is the last. */
  told: DeliveryNow;
  ruling: Ruling;
  /** The call that is allowed, and what it says. */
  call: CallUnderWay | null;
  wording: Wording | null;
  hold: Hold | null;
}

/** Nothing was decided yet, or only that another channel will not do. What is known already needs no writing. */
export async function firstLook(look: Look, before: DeliveryRow | null): Promise<Ruled | Passage> {
  const { facts, input, now } = look;
  let ruling = judge(facts);
  let wording: Wording | null = null;
  if (ruling.reason === null) {
    const rendered = await renderFor(look);
    if ('missing' in rendered) ruling = judge({ ...facts, missing: rendered.missing });
    else wording = rendered;
  }
  if (ruling.state === 'waiting' && ruling.until !== undefined)
    return holdFirst(look, { ruling, hold: holdOf(ruling)!, before });
  if (ruling.state === 'waiting' && isSaid(before, input.channel, ruling)) return waitFor(ruling);
  if (hasNext(look, ruling) && isSaid(before, input.channel, ruling)) {
    return { kind: 'settled', delivery: { ...before!, ...shownFor(look, ruling, before) } };
  }
  const call =
    ruling.state === 'intended'
      ? { deliveryId: look.deliveryId, callingAt: now, channel: input.channel }
      : null;
  return ruled(look, { ruling, before, call, wording, hold: null });
}

/** What is held until the same time for the same reason is not recorded again: its run was started anew, say. */
async function holdFirst(
  look: Look,
  { ruling, hold, before }: { ruling: Ruling & { state: 'waiting' }; hold: Hold; before: DeliveryRow | null },
): Promise<Ruled | Passage> {
  const until = ruling.reason === 'quiet-hours' ? await turnOf(look, hold, before) : hold.until;
  const held = { ...hold, until };
  if (before?.heldUntil === until && isSaid(before, look.input.channel, ruling))
    return { kind: 'held', delivery: before, hold: held };
  return ruled(look, { ruling: { ...ruling, until }, before, call: null, wording: null, hold: held });
}

/** Writes what was ruled. @throws ApplicationFailure `moved` when one of them is no longer as the gate saw it. */
export async function recordAll(tx: TransactionSql, all: readonly Ruled[]): Promise<void> {
  const written = await recordRulings(
    tx,
    all.map(({ record }) => record),
  );
  if (written.size < all.length) throw movedMeanwhile();
}

/** What a ruling leads to, once it is written. */
export async function passageOf({ look, told, ruling, call, wording, hold }: Ruled): Promise<Passage> {
  if (hold) return { kind: 'held', delivery: told, hold };
  if (ruling.state === 'waiting') return waitFor(ruling);
  if (!call || !wording) return { kind: 'settled', delivery: told };
  const { content, code } = wording;
  const assigned = code === null ? [] : [{ code, deliveryId: call.deliveryId }];
  await keepCodes(look.tx, look.message, { assigned, at: look.now });
  return allow(look, call, content);
}

/** In the morning they go one after the other, at the rate at which what waited for a pause is let go. */
export async function turnOf(look: Look, hold: Hold, before: DeliveryRow | null): Promise<number> {
  const opensAt = hold.until;
  const had = before?.heldUntil ?? null;
  if (had !== null && had >= opensAt && had < opensAt + longestQueueMs) return had;
  const everyMs = (1_000 / bounds.releasedPerSecond) * look.parts.clock.scale.speed;
  return nextTurn(look.tx, { customerId: look.customerId, opensAt, everyMs });
}

/** What was found last is not recorded again: a wait on each look, an answer that never reached the workflow. */
function isSaid(before: DeliveryRow | null, channel: Channel, ruling: Ruling): boolean {
  const last = before?.verdicts.at(-1);
  return last?.channel === channel && last.state === ruling.state && last.reason === ruling.reason;
}

function ruled(
  look: Look,
  found: Pick<Ruled, 'ruling' | 'call' | 'wording' | 'hold'> & { before: DeliveryRow | null },
): Ruled {
  const { input, message, now, row } = look;
  const { name, subject } = row;
  const { before, ...rest } = found;
  const { ruling, call, wording } = rest;
  const shown = shownFor(look, ruling, before);
  const told: DeliveryNow = { ...shown, id: look.deliveryId, arm: ruling.arm, at: now.getTime() };
  const record: RuledDelivery = {
    ...{ ...told, at: now, state: hasNext(look, ruling) ? 'waiting' : told.state },
    ...{ runId: input.runId, customerId: look.customerId, name, subject },
    ...{ message: message.name, nth: input.nth },
    ownChannel: before?.ownChannel ?? (input.each ? input.channel : ''),
    ...{ purpose: message.purpose, topic: message.topic ?? '', priority: look.facts.priority },
    variant: wording?.variant ?? null,
    verdict: verdictOf(look, ruling),
    callingAt: call?.callingAt ?? null,
    heldUntil: ruling.state === 'waiting' && ruling.until !== undefined ? new Date(ruling.until) : null,
  };
  return { look, record, told, ...rest };
}

/** As long as a channel is left to be asked, nothing is withheld from the customer: the delivery waits. */
function hasNext({ message, input }: Look, ruling: Ruling): boolean {
  return speaksAgainstChannel(ruling) && nextOf(message, input) !== null;
}

/** Of several channels' refusals the one that got furthest in the gate's order; of two that got as far, the first. */
function shownFor(
  look: Look,
  ruling: Ruling,
  before: DeliveryRow | null,
): Pick<DeliveryNow, 'state' | 'reason' | 'channel'> {
  const own = { state: ruling.state, reason: ruling.reason, channel: look.input.channel };
  if (!speaksAgainstChannel(ruling) || hasNext(look, ruling)) return own;
  const refusals = (before?.verdicts ?? []).filter(speaksAgainstChannel);
  return [...refusals, own].reduce((best, one) => (isFurther(one.reason!, best.reason!) ? one : best));
}
