import { ApplicationFailure } from '@temporalio/common';
import type { DeliveryNow } from '../src/db/queries/raise-delivery.ts';
import type { GateReason, Verdict } from '../src/domain/delivery.ts';
import type { Hold } from '../src/domain/gate.ts';
import { relevantData } from '../src/domain/relevance.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { channelAfter, type MessageType } from '../src/define/message.ts';
import type { CallOutcome, ChannelContent, Outbound } from './channels/channel.ts';
import type { SendInput } from './contract.ts';
import type { Look } from './gate-look.ts';
import { saysUnsubscribe } from './way-out.ts';

/**
 * The gate's transaction: what it leads to.
 *
 * - `settled`: the ledger has the answer, no call is to be made.
 * - `waiting`: wait a moment, or as long as it is paused, and look again. What is let go after a pause has its turn,
 *   and throws a failure that names it: the look after that comes at that time.
 * - `held`: the ledger says until when; whoever asked comes back then.
 * - `call`: `intended` is committed with `callingAt`, and this process holds the permit for that call.
 * - `called`: a call was made by this process, whose end the ledger does not know yet.
 */
export type Passage =
  | { kind: 'settled'; delivery: DeliveryNow }
  | { kind: 'waiting'; reason: GateReason }
  | { kind: 'held'; delivery: DeliveryNow; hold: Hold }
  | { kind: 'call'; call: CallUnderWay; outbound: Outbound }
  | { kind: 'called'; call: CallUnderWay; outcome: CallOutcome };

/** One call of a delivery's message to a provider. */
export interface CallUnderWay {
  deliveryId: string;
  callingAt: Date;
  channel: Channel;
  /** A call before it ended in doubt: it is repeated under the same id, or the message is sent once more all the same. */
  after?: 'repeated' | 'resent';
}

/** The channel that is tried if this one will not do; null: none is. Of what goes to each of its channels there is no next. */
export function nextOf(message: MessageType<unknown>, { channel, each }: SendInput): Channel | null {
  return each ? null : channelAfter(message, channel);
}

export function waitFor({ reason }: { reason: GateReason }): Passage {
  return { kind: 'waiting', reason };
}

/** Hands out the permit before the commit: if the commit's answer is lost, this process still knows that nobody called. */
export function allow(look: Look, call: CallUnderWay, content: ChannelContent): Passage {
  const { address } = look.facts;
  if ('fault' in address) throw new Error('The gate let a customer pass who cannot be reached.');
  look.parts.calls.permit(call.deliveryId, call.callingAt.getTime(), call.after === 'repeated');
  const { message, customerId, input, facts } = look;
  const data = relevantData(input.data, facts.relevance);
  const about = { message: message.name, purpose: message.purpose, customerId, data };
  const header = saysUnsubscribe(message, input) ? { unsubscribeUrl: look.unsubscribeUrl() } : {};
  const outbound = { deliveryId: call.deliveryId, to: address.to, content, about, ...header };
  return { kind: 'call', call, outbound };
}

/** What was found at a time, on the channel that is looked at. */
export function verdictOf(
  { now, input }: { now: Date; input: Pick<Look['input'], 'channel'> },
  { state, reason, words }: Pick<Verdict, 'state' | 'reason' | 'words'>,
): Verdict {
  return { at: now.toISOString(), channel: input.channel, state, reason, words };
}

/** The end of the call was told between the look and the write. */
export function movedMeanwhile(): ApplicationFailure {
  return ApplicationFailure.retryable(
    'The delivery has moved since the gate looked: it looks again.',
    'moved',
  );
}
