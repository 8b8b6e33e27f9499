import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, Context } from '@temporalio/activity';
import { clearCalling } from '../src/db/queries/call-under-way.ts';
import { raiseDelivery, type DeliveryNow, type Raise } from '../src/db/queries/raise-delivery.ts';
import type { MessageType } from '../src/define/message.ts';
import type { GateReason, Verdict } from '../src/domain/delivery.ts';
import { messages as declaredMessages } from '../src/messages/index.ts';
import { renderMessage } from '../src/messages/render.ts';
import { CallBook } from './call-book.ts';
import type { CallOutcome } from './channels/channel.ts';
import type { ChannelActivities, SendAnswer, SendInput } from './contract.ts';
import type { GateParts, RenderMessage } from './gate-look.ts';
import { passGate, type CallUnderWay, type Passage } from './pass-gate.ts';

export interface ChannelActivityParts extends Omit<GateParts, 'calls' | 'render'> {
  /** Every message that may be asked for; those of `src/messages` unless told. */
  messages?: readonly MessageType<unknown>[];
  render?: RenderMessage;
  /** Which attempt of the activity this is, from 1; Temporal's count unless told. */
  attempt?: () => number;
  /** Ends a call early when the worker stops; Temporal's signal unless told. */
  abort?: () => AbortSignal | undefined;
}

/** One look after another at a customer who is behind: real milliseconds, growing. */
const behind = { firstMs: 250, growth: 1.5, longestMs: 4_000 };

/**
 * One look after another while sending is paused: real milliseconds, growing. When it is resumed, what has waited goes
 * out over the longest of them, each at the moment at which it looks, and not all at once.
 */
const paused = { firstMs: 1_000, growth: 2, longestMs: 60_000 };

/** The calls that a provider does not take are made again: real milliseconds, growing; its own word goes before. */
const again = { firstMs: 1_000, growth: 2, longestMs: 60_000, longestAskedMs: 3_600_000 };

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
      const passage = await passGate(gate, declared(messages, input), input);
      switch (passage.kind) {
        case 'settled':
          return answer(passage.delivery);
        case 'waiting':
          throw lookAgain(passage.reason, attempt());
        case 'called':
          return settle(gate, passage.call, passage.outcome, attempt());
        case 'call':
          return settle(gate, passage.call, await call(gate, passage, abort()), attempt());
      }
    },
  };
}

function declared(
  messages: ReadonlyMap<string, MessageType<unknown>>,
  input: SendInput,
): MessageType<unknown> {
  const message = messages.get(input.message);
  if (!message) {
    throw new Error(
      `This worker knows no message ${input.message}: it knows ${[...messages.keys()].join(', ')}.`,
    );
  }
  if (message.channels.includes(input.channel)) return message;
  throw ApplicationFailure.nonRetryable(
    `The message ${message.name} has no content for ${input.channel}: its channels are ${message.channels.join(', ')}.`,
    'not-found',
  );
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
    outcome = { kind: 'unknown', detail: `the channel failed: ${String(error)}` };
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
  const news = newsOf(gate, call, outcome);
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

/** What a call's end makes of the delivery. Not accepted after all is a failure only if it was given up before. */
function newsOf(gate: GateParts, { deliveryId, channel }: CallUnderWay, outcome: CallOutcome): Raise {
  const verdict = (state: Verdict['state'], words: string): Verdict => ({
    at: gate.clock.now().toISOString(),
    channel,
    state,
    reason: null,
    words,
  });
  switch (outcome.kind) {
    case 'accepted': {
      const providerId = outcome.providerId === null ? {} : { providerId: outcome.providerId };
      const words = `accepted: the provider took it${outcome.providerId ? ` as ${outcome.providerId}` : ''}`;
      return { deliveryId, state: 'accepted', verdict: verdict('accepted', words), ...providerId };
    }
    case 'refused': {
      const words = `failed: the provider refused it with ${outcome.code} — ${outcome.detail}`;
      return { deliveryId, state: 'failed', verdict: verdict('failed', words), providerCode: outcome.code };
    }
    case 'not-accepted': {
      const words = `intended: the provider did not take it and is asked again — ${outcome.detail}`;
      return {
        deliveryId,
        state: 'failed',
        from: ['unknown'],
        verdict: verdict('intended', words),
        providerCode: 'not-accepted',
      };
    }
    case 'unknown': {
      const words = `unknown: no clear answer came, so it is not sent again — ${outcome.detail}`;
      return { deliveryId, state: 'unknown', verdict: verdict('unknown', words) };
    }
  }
}

function answer({ id, state, reason, channel, arm, at }: DeliveryNow): SendAnswer {
  return { deliveryId: id, state, reason, channel, arm, at };
}

function lookAgain(reason: GateReason, attempt: number): ApplicationFailure {
  const isPaused = reason === 'paused';
  const why = isPaused
    ? 'Paused: an operator has paused this journey or all sending.'
    : 'Behind: an event of the customer has not taken effect yet.';
  return ApplicationFailure.create({
    message: `${why} The gate looks again.`,
    type: reason,
    // Nothing is wrong: it belongs neither into the log nor among the failures.
    category: 'BENIGN',
    nextRetryDelay: growing(isPaused ? paused : behind, attempt),
  });
}

function callAgain(retryAfterMs: number | null, attempt: number): ApplicationFailure {
  const asked = retryAfterMs ? Math.min(retryAfterMs, again.longestAskedMs) : null;
  return ApplicationFailure.create({
    message: 'The provider did not take the message. It is sent again.',
    type: 'not-accepted',
    nextRetryDelay: asked ?? growing(again, attempt),
  });
}

function growing(span: { firstMs: number; growth: number; longestMs: number }, attempt: number): number {
  return Math.min(span.longestMs, span.firstMs * span.growth ** (attempt - 1));
}
