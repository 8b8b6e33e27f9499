import { ApplicationFailure } from '@temporalio/common';
import { markCalling } from '../src/db/queries/call-under-way.ts';
import type { DeliveryRow } from '../src/db/queries/gate-facts.ts';
import { holdIntended } from '../src/db/queries/hold-intended.ts';
import { raiseDelivery, type DeliveryNow } from '../src/db/queries/raise-delivery.ts';
import { turnToNext } from '../src/db/queries/turn-to-next.ts';
import type { MessageType } from '../src/define/message.ts';
import { hasTurned, nextChannelReasons, speaksAgainstChannel } from '../src/domain/delivery.ts';
import { holdOf, judgeAgain, type Hold, type SecondRuling } from '../src/domain/gate.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { SendInput } from './contract.ts';
import { firstLook, passageOf, recordAll, turnOf, type Ruled } from './first-look.ts';
import { renderFor, takeLooks, type GateParts, type Look } from './gate-look.ts';
import { lookInDoubt, lookAtUnknown } from './in-doubt.ts';
import { allow, movedMeanwhile, nextOf, verdictOf, waitFor, type Passage } from './passage.ts';

/** Passes the gate for one channel. Repeating it is harmless. */
export async function passGate(
  parts: GateParts,
  message: MessageType<unknown>,
  input: SendInput,
): Promise<Passage> {
  const [passed] = await passTogether(parts, message, [input]);
  // After the commit, so that its turn is kept.
  if (passed!.laterMs !== null) throw itsTurnLater(passed!.laterMs);
  return passed!.passage;
}

/** What the gate made of an order; `laterMs`: it is to look again when its turn comes, in real milliseconds. */
export interface Passed {
  passage: Passage;
  laterMs: number | null;
}

/**
 * Lets orders of one message pass the gate for one channel in one transaction: their customers' locks, all that the gate
 * looks at, rulings. Null for one that is to pass by itself, as if it had come a moment later: it shares its customer with
 * another, or what is known of its call matters, which only one transaction at a time may take. If it fails, nothing was
 * done for any of them.
 */
export async function passTogether(
  parts: GateParts,
  message: MessageType<unknown>,
  inputs: readonly SendInput[],
): Promise<(Passed | null)[]> {
  return parts.database.sql.begin(async (tx) => {
    const looks = await takeLooks(tx, parts, message, inputs);
    const alone = inputs.length === 1;
    const found: (Passed | Ruled | null)[] = [];
    for (const look of looks) {
      const one = look && (alone || !isCalled(look)) ? await lookAt(look) : null;
      // Its turn was counted from what is written, and the one before it in this batch is not: it goes alone, after it.
      found.push(one && isHeld(one) && found.some((before) => before && isHeld(before)) ? null : one);
    }
    await recordAll(
      tx,
      found.filter((one) => one !== null && 'record' in one),
    );
    const passed: (Passed | null)[] = [];
    for (const one of found)
      passed.push(one && 'record' in one ? paced(one.look, await passageOf(one)) : one);
    return passed;
  });
}

const isHeld = (one: Passed | Ruled): boolean =>
  'record' in one && one.hold !== undefined && one.hold !== null;

/** A call of it is under way, or was. */
function isCalled({ row: { delivery } }: Look): boolean {
  return delivery?.state === 'intended' || delivery?.state === 'unknown';
}

async function lookAt(look: Look): Promise<Passed | Ruled> {
  const { input } = look;
  const { delivery } = look.row;
  const now = (passage: Passage): Passed => ({ passage, laterMs: null });
  if (!delivery) return lookFirst(look, null);
  if (delivery.state === 'intended' && delivery.channel === input.channel)
    return now(await secondLook(look, delivery));
  if (delivery.state === 'unknown' && delivery.channel === input.channel)
    return now(await lookAtUnknown(look, delivery));
  if (delivery.state !== 'waiting')
    return now({ kind: 'settled', delivery: askedAnew(look, delivery) ?? delivery });
  return lookFirst(look, delivery);
}

async function lookFirst(look: Look, before: DeliveryRow | null): Promise<Passed | Ruled> {
  const found = await firstLook(look, before);
  return 'record' in found ? found : paced(look, found);
}

/** What waits for its turn after a pause looks again when that comes. */
function paced({ facts, parts }: Look, passage: Passage): Passed {
  const isPaced = passage.kind === 'waiting' && passage.reason === 'pacing';
  return { passage, laterMs: isPaced ? parts.clock.realSpanMs(facts.releaseAt! - facts.now) : null };
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

/** Sending was resumed, and many waited. */
export function itsTurnLater(laterMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'Sending was resumed, and many waited: the gate looks again when it is the turn of this one.',
    type: 'pacing',
    // Nothing is wrong: it belongs neither into the log nor among the failures.
    category: 'BENIGN',
    nextRetryDelay: laterMs,
  });
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
