import type { Sql } from 'postgres';
import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, Context } from '@temporalio/activity';
import { clearCalling, giveUpCall } from '../src/db/queries/call-under-way.ts';
import { deliveryInDoubt } from '../src/db/queries/delivery-in-doubt.ts';
import { RecentSizes } from '../src/db/queries/kept-plan.ts';
import { raiseDelivery, type DeliveryNow, type Raise } from '../src/db/queries/raise-delivery.ts';
import { pausedMeanwhile } from '../src/db/queries/paused-meanwhile.ts';
import { suppress, type NewSuppression } from '../src/db/queries/suppress.ts';
import type { MessageType } from '../src/define/message.ts';
import { turnToNext } from '../src/db/queries/turn-to-next.ts';
import type { Verdict } from '../src/domain/delivery.ts';
import { withoutAddresses } from '../src/domain/without-addresses.ts';
import { messages as declaredMessages } from '../src/messages/index.ts';
import { renderMessage } from '../src/messages/render.ts';
import { CallBook } from './call-book.ts';
import { isAgainstChannel, newsOf, unreachedOn, type AgainstChannel } from './call-news.ts';
import type { CallOutcome } from './channels/channel.ts';
import type { ChannelActivities, SendAnswer, SendInput } from './contract.ts';
import { declaredMessage } from './declared-message.ts';
import type { GateParts, RenderMessage } from './gate-look.ts';
import { afterDoubt, mayRepeat, resendAt, sayResend } from './in-doubt.ts';
import { suppressedBy, withRefusedAddress } from './refused-address.ts';
import { nextOf, verdictOf, type CallUnderWay, type Passage } from './passage.ts';
import { singleGate, type SingleGate } from './single-gate.ts';
import { isStillFresh } from './still-fresh.ts';
import { callAgain, Looks } from './try-again.ts';
import { turnTaken, unbounded } from './turns.ts';

export interface ChannelActivityParts extends Omit<GateParts, 'calls' | 'render' | 'sizes'> {
  /** Every message that may be asked for; those of `src/messages` unless told. */
  messages?: readonly MessageType<unknown>[];
  render?: RenderMessage;
  /** Which attempt of the activity this is, from 1; Temporal's count unless told. */
  attempt?: () => number;
  /** Ends a call early when the worker stops; Temporal's signal unless told. */
  abort?: () => AbortSignal | undefined;
}

/**
 * The activity of the channels: the gate's transaction, the provider's call, and what is known of it, each committed
 * before the next begins. No repetition of it makes a second call, unless the first was certainly not taken.
 */
export function createChannelActivities(parts: ChannelActivityParts): ChannelActivities {
  const own = { calls: new CallBook(), sizes: new RecentSizes(parts.clock) };
  const gate: GateParts = { ...parts, ...own, render: parts.render ?? renderMessage };
  const single = singleGate(gate);
  const messages = new Map((parts.messages ?? declaredMessages).map((message) => [message.name, message]));
  const looks = new Looks(parts.clock);
  const attempt = parts.attempt ?? (() => activityInfo().attempt);
  const abort = parts.abort ?? (() => Context.current().cancellationSignal);
  const turns = parts.turns ?? unbounded;
  return {
    async sendMessage(input) {
      const message = declaredMessage(messages, input);
      // Before the gate, so that nothing changes between its look and the call.
      const laterMs = await turns.take(input.channel, 1, abort());
      if (laterMs > 0) throw turnTaken(laterMs);
      const passage = await single.pass(message, input);
      // What the gate holds or withholds, a paused journey's say, slows down nobody.
      if (passage.kind !== 'call') await turns.giveBack(input.channel, 1);
      const settling = { gate, single, message, input, attempt: attempt() };
      switch (passage.kind) {
        case 'settled':
          return answer(passage.delivery);
        case 'held':
          return { ...answer(passage.delivery), ...passage.hold };
        case 'waiting':
          throw looks.again(passage.reason, settling.attempt);
        case 'called':
          return settle(settling, passage.call, passage.outcome);
        case 'call':
          if (await isPausedMeanwhile(gate, passage.call)) throw looks.again('paused', settling.attempt);
          return settle(settling, passage.call, await call(gate, passage, abort()));
      }
    },
  };
}

/** Where the look that allowed a call has grown old, it is not made if sends were paused meanwhile: then true. */
async function isPausedMeanwhile(
  { clock, database: { sql }, calls }: GateParts,
  call: CallUnderWay,
): Promise<boolean> {
  const { deliveryId, channel, callingAt } = call;
  if (isStillFresh(clock, callingAt) || !(await pausedMeanwhile(sql, [deliveryId]))) return false;
  // Taken, so that no other attempt of this process makes it: certainly not called. What was in doubt before stays so.
  if (calls.takeBack(deliveryId, callingAt.getTime())) {
    const words = 'intended: not called yet, because an operator paused sends meanwhile';
    const found = { state: 'intended', reason: 'paused', words } as const;
    const verdict = verdictOf({ now: clock.now(), input: { channel } }, found);
    await clearCalling(sql, { ...call, verdict });
  }
  return true;
}

/** Makes the call, if nobody has. An adapter that throws leaves in doubt whether the request went out. */
async function call(
  gate: GateParts,
  { call, outbound }: Extract<Passage, { kind: 'call' }>,
  signal: AbortSignal | undefined,
): Promise<CallOutcome> {
  const { deliveryId, channel } = call;
  const callingAt = call.callingAt.getTime();
  if (!gate.calls.take(deliveryId, callingAt)) {
    throw ApplicationFailure.retryable('A later attempt has taken over this call: it looks again.', 'moved');
  }
  let outcome: CallOutcome;
  try {
    const came = await gate.channels[channel]!.send(outbound, signal);
    outcome = afterDoubt(call.after, withRefusedAddress(came, outbound.to, gate.secret));
  } catch (error) {
    outcome = { kind: 'unknown', detail: `the channel failed: ${withoutAddresses(String(error))}` };
  }
  gate.calls.note(deliveryId, callingAt, outcome);
  return outcome;
}

interface Settling {
  gate: GateParts;
  single: SingleGate;
  message: MessageType<unknown>;
  input: SendInput;
  attempt: number;
}

/** Writes what is known of a call. If the database is away, the next attempt finds it in this process. */
async function settle(settling: Settling, call: CallUnderWay, outcome: CallOutcome): Promise<SendAnswer> {
  const { gate, attempt } = settling;
  const { sql } = gate.database;
  const news = newsOf({ ...call, at: gate.clock.now() }, outcome);
  if (outcome.kind === 'not-accepted' && (await clearCalling(sql, { ...call, verdict: news.verdict }))) {
    forget(gate, call);
    throw callAgain(outcome.retryAfterMs, attempt);
  }
  const turned = isAgainstChannel(outcome) ? await turnOn(settling, call, outcome) : null;
  if (turned) return turned;
  const inDoubt =
    outcome.kind === 'unknown'
      ? await settleInDoubt(settling, call, { outcome, verdict: news.verdict })
      : null;
  if (inDoubt) return inDoubt;
  const refused = suppressedBy(gate, call.channel, [outcome]);
  const delivery = await raise(settling, news, refused);
  forget(gate, call);
  if (!delivery) throw new Error(`The delivery ${call.deliveryId} is gone from the ledger.`);
  if (delivery.state === 'intended') throw callAgain(null, attempt);
  return answer(delivery);
}

/** The state of the delivery and what it says of the address, both or neither. */
async function raise(
  { gate, single }: Settling,
  news: Raise,
  refused: readonly NewSuppression[],
): Promise<DeliveryNow | null> {
  const { sql } = gate.database;
  if (refused.length > 0) return raiseRefused(sql, news, refused);
  return news.state === 'accepted' ? single.accepted(news) : raiseDelivery(sql, news);
}

async function raiseRefused(
  sql: Sql,
  news: Raise,
  refused: readonly NewSuppression[],
): Promise<DeliveryNow | null> {
  return sql.begin(async (tx) => {
    const delivery = await raiseDelivery(tx, news);
    await suppress(tx, refused);
    return delivery;
  });
}

/** The call found that the customer is not reached: the answer speaks against the channel, as the gate's does. */
async function turnOn(
  { gate, message, input }: Settling,
  call: CallUnderWay,
  outcome: AgainstChannel,
): Promise<SendAnswer | null> {
  const { sql } = gate.database;
  const { deliveryId, channel } = call;
  const next = nextOf(message, input);
  const delivery = next ? await deliveryInDoubt(sql, call) : null;
  if (!next || !delivery) return null;
  const verdict = unreachedOn(channel, gate.clock.now(), outcome);
  const turning = { ids: [deliveryId], was: call.callingAt, next, verdict };
  const turned = await sql.begin(async (tx) => {
    const ids = await turnToNext(tx, turning);
    await suppress(tx, suppressedBy(gate, channel, [outcome]));
    return ids;
  });
  if (!turned.has(deliveryId)) return null;
  forget(gate, call);
  return answer({ ...delivery, state: verdict.state, reason: verdict.reason });
}

/**
 * No clear answer came. A provider that knows deliveries by their ids is called again with the same; else it is
 * `unknown`, perhaps until a time at which it is looked at once more. Null if its end was told by somebody else.
 */
async function settleInDoubt(
  { gate, message, attempt }: Settling,
  call: CallUnderWay,
  { outcome, verdict }: { outcome: Extract<CallOutcome, { kind: 'unknown' }>; verdict: Verdict },
): Promise<SendAnswer | null> {
  const { sql } = gate.database;
  const delivery = await deliveryInDoubt(sql, call);
  if (!delivery) return null;
  if (!outcome.refusal && mayRepeat(gate, call, delivery)) {
    forget(gate, call);
    throw callAgain(outcome.retryAfterMs ?? null, attempt);
  }
  const until = resendAt(message, delivery.verdicts, gate.clock.now());
  const words = `${verdict.words}${sayResend(until)}`;
  // What the refusal of a repetition says of the address holds, whatever became of the message.
  await suppress(sql, suppressedBy(gate, call.channel, [outcome]));
  if (!(await giveUpCall(sql, { ...call, verdict: { ...verdict, words }, until }))) return null;
  forget(gate, call);
  return { ...answer({ ...delivery, state: 'unknown' }), until: until?.getTime() ?? null };
}

function forget({ calls }: GateParts, { deliveryId, callingAt }: CallUnderWay): void {
  calls.forget(deliveryId, callingAt.getTime());
}

function answer({ id, state, reason, channel, arm, at }: DeliveryNow): SendAnswer {
  return { deliveryId: id, state, reason, channel, arm, at, until: null, there: null };
}
