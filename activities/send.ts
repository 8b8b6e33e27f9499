import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, Context } from '@temporalio/activity';
import { clearCalling } from '../src/db/queries/call-under-way.ts';
import { raiseDelivery, type DeliveryNow } from '../src/db/queries/raise-delivery.ts';
import { pausedMeanwhile } from '../src/db/queries/paused-meanwhile.ts';
import type { MessageType } from '../src/define/message.ts';
import type { Verdict } from '../src/domain/delivery.ts';
import { withoutAddresses } from '../src/domain/without-addresses.ts';
import { messages as declaredMessages } from '../src/messages/index.ts';
import { renderMessage } from '../src/messages/render.ts';
import { CallBook } from './call-book.ts';
import { newsOf } from './call-news.ts';
import type { CallOutcome } from './channels/channel.ts';
import type { ChannelActivities, SendAnswer } from './contract.ts';
import { declaredMessage } from './declared-message.ts';
import type { GateParts, RenderMessage } from './gate-look.ts';
import { passGate, type CallUnderWay, type Passage } from './pass-gate.ts';
import { isStillFresh } from './still-fresh.ts';
import { callAgain, lookAgain } from './try-again.ts';

export interface ChannelActivityParts extends Omit<GateParts, 'calls' | 'render'> {
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
  const gate: GateParts = { ...parts, render: parts.render ?? renderMessage, calls: new CallBook() };
  const messages = new Map((parts.messages ?? declaredMessages).map((message) => [message.name, message]));
  const attempt = parts.attempt ?? (() => activityInfo().attempt);
  const abort = parts.abort ?? (() => Context.current().cancellationSignal);
  return {
    async sendMessage(input) {
      const passage = await passGate(gate, declaredMessage(messages, input), input);
      switch (passage.kind) {
        case 'settled':
          return answer(passage.delivery);
        case 'held':
          return { ...answer(passage.delivery), ...passage.hold };
        case 'waiting':
          throw lookAgain(passage.reason, attempt());
        case 'called':
          return settle(gate, passage.call, passage.outcome, attempt());
        case 'call':
          await unlessPaused(gate, passage.call, attempt());
          return settle(gate, passage.call, await call(gate, passage, abort()), attempt());
      }
    },
  };
}

/** Where the look that allowed a call has grown old, it is not made if sends were paused meanwhile. */
async function unlessPaused(
  { clock, database: { sql }, calls }: GateParts,
  call: CallUnderWay,
  attempt: number,
) {
  const { deliveryId, channel, callingAt } = call;
  if (isStillFresh(clock, callingAt) || !(await pausedMeanwhile(sql, [deliveryId]))) return;
  // Taken, so that no other attempt of this process makes it: certainly not called.
  if (calls.take(deliveryId, callingAt.getTime())) {
    const words = 'intended: not called yet, because an operator paused sends meanwhile';
    const verdict: Verdict = {
      at: clock.now().toISOString(),
      channel,
      state: 'intended',
      reason: 'paused',
      words,
    };
    await clearCalling(sql, { ...call, verdict });
  }
  throw lookAgain('paused', attempt);
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
    outcome = await gate.channels[channel]!.send(outbound, signal);
  } catch (error) {
    outcome = { kind: 'unknown', detail: `the channel failed: ${withoutAddresses(String(error))}` };
  }
  gate.calls.note(deliveryId, callingAt, outcome);
  return outcome;
}

/** Writes what is known of a call. If the database is away, the next attempt finds it in this process. */
async function settle(
  gate: GateParts,
  call: CallUnderWay,
  outcome: CallOutcome,
  attempt: number,
): Promise<SendAnswer> {
  const { sql } = gate.database;
  const news = newsOf({ ...call, at: gate.clock.now() }, outcome);
  if (outcome.kind === 'not-accepted' && (await clearCalling(sql, { ...call, verdict: news.verdict }))) {
    gate.calls.forget(call.deliveryId, call.callingAt.getTime());
    throw callAgain(outcome.retryAfterMs, attempt);
  }
  const delivery = await raiseDelivery(sql, news);
  gate.calls.forget(call.deliveryId, call.callingAt.getTime());
  if (!delivery) throw new Error(`The delivery ${call.deliveryId} is gone from the ledger.`);
  if (delivery.state === 'intended') throw callAgain(null, attempt);
  return answer(delivery);
}

function answer({ id, state, reason, channel, arm, at }: DeliveryNow): SendAnswer {
  return { deliveryId: id, state, reason, channel, arm, at, until: null, there: null };
}
