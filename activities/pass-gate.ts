import { ApplicationFailure } from '@temporalio/common';
import { markCalling } from '../src/db/queries/call-under-way.ts';
import type { DeliveryRow } from '../src/db/queries/gate-facts.ts';
import { holdIntended } from '../src/db/queries/hold-intended.ts';
import { longestQueueMs, nextTurn } from '../src/db/queries/next-turn.ts';
import { raiseDelivery, type DeliveryNow } from '../src/db/queries/raise-delivery.ts';
import { turnToNext } from '../src/db/queries/turn-to-next.ts';
import { recordRuling } from '../src/db/queries/record-ruling.ts';
import type { MessageType } from '../src/define/message.ts';
import { bounds } from '../src/domain/bounds.ts';
import { hasTurned, isFurther, nextChannelReasons, speaksAgainstChannel } from '../src/domain/delivery.ts';
import { holdOf, judge, judgeAgain, type Hold, type Ruling, type SecondRuling } from '../src/domain/gate.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { SendInput } from './contract.ts';
import { renderFor, takeLook, type GateParts, type Look } from './gate-look.ts';
import { lookInDoubt, lookAtUnknown } from './in-doubt.ts';
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

/** Passes the gate for one channel: one transaction, four statements. Repeating it is harmless. */
export async function passGate(
  parts: GateParts,
  message: MessageType<unknown>,
  input: SendInput,
): Promise<Passage> {
  let turn: ApplicationFailure | null = null;
  const passage: Passage = await parts.database.sql.begin(async (tx) => {
    const look = await takeLook(tx, parts, message, input);
    const { delivery } = look.row;
    if (!delivery) return firstLook(look, null);
    if (delivery.state === 'intended' && delivery.channel === input.channel)
      return secondLook(look, delivery);
    if (delivery.state === 'unknown' && delivery.channel === input.channel)
      return lookAtUnknown(look, delivery);
    if (delivery.state !== 'waiting')
      return { kind: 'settled', delivery: askedAnew(look, delivery) ?? delivery };
    const found = await firstLook(look, delivery);
    if (found.kind === 'waiting' && found.reason === 'pacing') turn = itsTurnLater(look);
    return found;
  });
  // After the commit, so that its turn is kept.
  if (turn) throw turn as ApplicationFailure;
  return passage;
}

/**
 * A run that is started anew begins with the first channel, which refused then, while the message is on its way by a
 * later one: it is told the same, and so comes to that one. So is whoever did not hear that a call had found the customer
 * not to be reached there. Null: there is nothing left to do there.
 */
function askedAnew({ input }: Look, delivery: DeliveryRow): DeliveryNow | null {
  const { state, channel, verdicts, callingAt, heldUntil } = delivery;
  const isOpen = state === 'intended' || (state === 'unknown' && (callingAt !== null || heldUntil !== null));
  if (!isOpen || channel === input.channel) return null;
  const refusal = verdicts.findLast((one) => one.channel === input.channel && speaksAgainstChannel(one));
  if (!refusal) return null;
  return { ...delivery, state: refusal.state, reason: refusal.reason, channel: input.channel, arm: null };
}

function itsTurnLater({ facts, parts }: Look): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'Sending was resumed, and many waited: the gate looks again when it is the turn of this one.',
    type: 'pacing',
    // Nothing is wrong: it belongs neither into the log nor among the failures.
    category: 'BENIGN',
    nextRetryDelay: parts.clock.realSpanMs(facts.releaseAt! - facts.now),
  });
}

/** Nothing was decided yet, or only that another channel will not do. */
async function firstLook(look: Look, before: DeliveryRow | null): Promise<Passage> {
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
  const delivery = await record(look, { ruling, before, call, wording });
  if (ruling.state === 'waiting') return waitFor(ruling);
  if (!call || !wording) return { kind: 'settled', delivery };
  const { content, code } = wording;
  const assigned = code === null ? [] : [{ code, deliveryId: call.deliveryId }];
  await keepCodes(look.tx, look.message, { assigned, at: now });
  return allow(look, call, content);
}

/** What is held until the same time for the same reason is not recorded again: its run was started anew, say. */
async function holdFirst(
  look: Look,
  { ruling, hold, before }: { ruling: Ruling & { state: 'waiting' }; hold: Hold; before: DeliveryRow | null },
): Promise<Passage> {
  const until = ruling.reason === 'quiet-hours' ? await turnOf(look, hold, before) : hold.until;
  const isHeld = before?.heldUntil === until && isSaid(before, look.input.channel, ruling);
  const delivery = isHeld ? before : await record(look, { ruling: { ...ruling, until }, before, call: null });
  return { kind: 'held', delivery, hold: { ...hold, until } };
}

/** In the morning they go one after the other, at the rate at which what waited for a pause is let go. */
async function turnOf(look: Look, hold: Hold, before: DeliveryRow | null): Promise<number> {
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

/** Writes the verdict. The answer is about this channel, or about all of them when this is the last. */
async function record(
  look: Look,
  found: { ruling: Ruling; before: DeliveryRow | null; call: CallUnderWay | null; wording?: Wording | null },
): Promise<DeliveryNow> {
  const { input, message, now, row } = look;
  const { name, subject } = row;
  const { ruling, before, call, wording } = found;
  const shown = shownFor(look, ruling, before);
  const delivery: DeliveryNow = { ...shown, id: look.deliveryId, arm: ruling.arm, at: now.getTime() };
  const isRecorded = await recordRuling(look.tx, {
    ...delivery,
    state: hasNext(look, ruling) ? 'waiting' : delivery.state,
    runId: input.runId,
    customerId: look.customerId,
    name,
    subject,
    message: message.name,
    nth: input.nth,
    ownChannel: before?.ownChannel ?? (input.each ? input.channel : ''),
    ...{ purpose: message.purpose, topic: message.topic ?? '', priority: look.facts.priority },
    variant: wording?.variant ?? null,
    verdict: verdictOf(look, ruling),
    callingAt: call?.callingAt ?? null,
    heldUntil: ruling.state === 'waiting' && ruling.until !== undefined ? new Date(ruling.until) : null,
    at: now,
  });
  if (!isRecorded) throw movedMeanwhile();
  return delivery;
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

/**
 * The delivery is `intended`. Who finds a call under way that this process did not make, or does not know the end
 * of, does not call. Otherwise the message was certainly not taken, and what may have changed meanwhile is asked
 * again.
 */
async function secondLook(look: Look, delivery: DeliveryRow): Promise<Passage> {
  const { parts, input } = look;
  if (delivery.callingAt === null) return askAgain(look, delivery, null);
  const was = new Date(delivery.callingAt);
  const call = { deliveryId: delivery.id, callingAt: was, channel: input.channel };
  const outcome = parts.calls.outcomeOf(delivery.id, was.getTime());
  if (outcome) return { kind: 'called', call, outcome };
  // Taken, not only looked at: an attempt that was given up may be about to make this very call.
  if (!parts.calls.takeBack(delivery.id, was.getTime())) return lookInDoubt(look, delivery, call);
  const giveBack = () => parts.calls.permit(delivery.id, was.getTime());
  try {
    const passage = await askAgain(look, delivery, was);
    if (passage.kind === 'waiting') giveBack();
    return passage;
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** What may have changed meanwhile is asked again. `was`: when a call that was not made had been allowed. */
async function askAgain(look: Look, delivery: DeliveryRow, was: Date | null): Promise<Passage> {
  const { input, now } = look;
  const rendered = await renderFor(look);
  const facts = { ...look.facts, missing: 'missing' in rendered ? rendered.missing : null };
  const ruling = judgeAgain(facts, { hasTurned: hasTurned(delivery.verdicts) });
  if (ruling.state === 'cancelled') {
    const next = turnsTo(look, delivery, ruling);
    return next ? turn(look, { delivery, was, ruling, next }) : cancel(look, delivery, ruling);
  }
  if (ruling.state === 'waiting') {
    const hold = holdOf(ruling);
    return hold ? holdAgain(look, { delivery, was, ruling, hold }) : waitFor(ruling);
  }
  if ('missing' in rendered) throw new Error('The gate let a message pass that cannot be rendered.');
  const call = { deliveryId: delivery.id, callingAt: now, channel: input.channel };
  if (!(await markCalling(look.tx, { ...call, was }))) throw movedMeanwhile();
  return allow(look, call, rendered.content);
}

/** It was decided on, and its time is over meanwhile: a provider that was away in the evening is back at night. */
async function holdAgain(
  look: Look,
  held: { delivery: DeliveryRow; was: Date | null; ruling: SecondRuling & { state: 'waiting' }; hold: Hold },
): Promise<Passage> {
  const { delivery, was, hold } = held;
  const { reason, words } = held.ruling;
  const until = new Date(reason === 'quiet-hours' ? await turnOf(look, hold, delivery) : hold.until);
  // As a verdict it is what the delivery waits for; the delivery itself stays what it was decided to be.
  const verdict = verdictOf(look, { state: 'waiting', reason, words });
  const isHeld = was === null && delivery.heldUntil === until.getTime();
  if (!isHeld && !(await holdIntended(look.tx, { deliveryId: delivery.id, was, until, verdict })))
    throw movedMeanwhile();
  const answer: DeliveryNow = { ...delivery, state: 'waiting', reason };
  return { kind: 'held', delivery: answer, hold: { ...hold, until: until.getTime() } };
}

/** A call found one channel not to reach: what speaks against the next leads to the one after that. */
function turnsTo(
  { message, input }: Look,
  { verdicts }: DeliveryRow,
  { reason }: SecondRuling & { state: 'cancelled' },
): Channel | null {
  return hasTurned(verdicts) && nextChannelReasons.includes(reason) ? nextOf(message, input) : null;
}

async function turn(
  look: Look,
  turning: {
    delivery: DeliveryRow;
    was: Date | null;
    ruling: SecondRuling & { state: 'cancelled' };
    next: Channel;
  },
): Promise<Passage> {
  const { delivery, was, ruling, next } = turning;
  const { reason } = ruling;
  const words = ruling.words.replace(/^cancelled/, 'withheld');
  const verdict = verdictOf(look, { state: 'withheld', reason, words });
  if (!(await turnToNext(look.tx, { ids: [delivery.id], was, next, verdict })).has(delivery.id))
    throw movedMeanwhile();
  return {
    kind: 'settled',
    delivery: { ...delivery, state: 'withheld', reason, channel: look.input.channel },
  };
}

/** What would stop the message now stops it: it was certainly not taken. */
async function cancel(
  look: Look,
  delivery: DeliveryRow,
  ruling: SecondRuling & { state: 'cancelled' },
): Promise<Passage> {
  const verdict = verdictOf(look, ruling);
  const now = await raiseDelivery(look.tx, { deliveryId: delivery.id, ...ruling, verdict });
  return { kind: 'settled', delivery: now ?? delivery };
}
