import { giveUpCall, markCalling, markResend } from '../src/db/queries/call-under-way.ts';
import type { DeliveryRow } from '../src/db/queries/gate-facts.ts';
import type { MessageType } from '../src/define/message.ts';
import { mayResend, type Verdict } from '../src/domain/delivery.ts';
import { holdOf, judgeAgain } from '../src/domain/gate.ts';
import { spanMs } from '../src/domain/span.ts';
import type { Clock } from '../src/clock.ts';
import type { CallOutcome, ChannelAdapter, ChannelContent } from './channels/channel.ts';
import { renderFor, type Look } from './gate-look.ts';
import { allow, movedMeanwhile, verdictOf, waitFor, type CallUnderWay, type Passage } from './passage.ts';

/**
 * What becomes of a delivery whose call may have handed the message over, and nobody can tell.
 *
 * - Its provider knows deliveries by their ids: the call is repeated with the same id, as long as the provider
 *   remembers it and nothing speaks against the message by now. Until it is taken, `callingAt` stays: that a repetition
 *   was not taken says nothing of the call before it.
 * - Otherwise it is `unknown`, for good, unless the provider's news settle it.
 * - Of a message that `resendsUnknown` it is looked at once more at that time: if it still is unknown and nothing speaks
 *   against it, it is sent again, once.
 */
export async function lookInDoubt(look: Look, delivery: DeliveryRow, call: CallUnderWay): Promise<Passage> {
  if (!mayRepeat(look.parts, look.input, delivery)) return giveUp(look, delivery, call);
  const again = await judgedAgain(look);
  if ('against' in again) {
    const isForNow = again.against.state === 'waiting' && holdOf(again.against) === null;
    return isForNow ? waitFor(again.against) : giveUp(look, delivery, call);
  }
  const verdict = verdictOf(look, { state: 'intended', reason: null, words: repeatedWords });
  const next: CallUnderWay = { ...call, callingAt: look.now, after: 'repeated' };
  if (!(await markCalling(look.tx, { ...next, was: call.callingAt, verdict }))) throw movedMeanwhile();
  return allow(look, next, again.content);
}

/** What an operator is told of a call that is repeated. */
export const repeatedWords =
  'intended: the call before ended in doubt, and the provider knows the delivery by its id: so it is made again';

/** Whether another call with the id of this delivery makes no second message. It was not called before its would-send. */
export function mayRepeat(
  { channels, clock }: { channels: Look['parts']['channels']; clock: Clock },
  { channel }: Pick<ChannelAdapter, 'channel'>,
  delivery: { at: number },
): boolean {
  const withinMs = channels[channel]?.idempotent?.withinMs ?? 0;
  return clock.realSpanMs(clock.now().getTime() - delivery.at) < withinMs;
}

/**
 * What a call after one that ended in doubt says of the message: only that it was taken is certain. A repetition that
 * was not taken is made again; one that was refused, or found nobody, tells no more, however often it is made: a receiver may say so of
 * what it has already.
 */
export function afterDoubt(after: CallUnderWay['after'], outcome: CallOutcome): CallOutcome {
  if (after === undefined) return outcome;
  if (outcome.kind === 'refused' || outcome.kind === 'unreachable') {
    const { code } = outcome;
    const detail = `the call before ended in doubt, and the one after it was refused with ${code}: ${outcome.detail}`;
    const suppress = outcome.kind === 'refused' && outcome.suppress ? { suppress: outcome.suppress } : {};
    return { kind: 'unknown', detail, refusal: { code, ...suppress } };
  }
  if (outcome.kind !== 'not-accepted' || after === 'resent') return outcome;
  return { kind: 'unknown', detail: outcome.detail, retryAfterMs: outcome.retryAfterMs };
}

/** Until when the provider's news are waited for before the message is sent again; null when it is not. */
export function resendAt(
  { resendsUnknown }: MessageType<unknown>,
  verdicts: readonly Pick<Verdict, 'state'>[],
  now: Date,
): Date | null {
  if (resendsUnknown === undefined || !mayResend(verdicts)) return null;
  return new Date(now.getTime() + spanMs(resendsUnknown));
}

/** A delivery that is `unknown`: its second call may be under way, or its time to be sent again has come. */
export async function lookAtUnknown(look: Look, delivery: DeliveryRow): Promise<Passage> {
  const { parts, input, now } = look;
  const settled: Passage = { kind: 'settled', delivery };
  if (delivery.callingAt !== null) {
    const call = { deliveryId: delivery.id, callingAt: new Date(delivery.callingAt), channel: input.channel };
    const outcome = parts.calls.outcomeOf(delivery.id, delivery.callingAt);
    if (outcome) return { kind: 'called', call, outcome };
    // Nobody called, though it was allowed: so it is still to be done.
    return parts.calls.takeBack(delivery.id, delivery.callingAt)
      ? resend(look, delivery, call.callingAt)
      : giveUp(look, delivery, call);
  }
  if (delivery.heldUntil === null) return settled;
  if (delivery.heldUntil > now.getTime()) return heldUntil(delivery, delivery.heldUntil);
  return resend(look, delivery, null);
}

async function resend(look: Look, delivery: DeliveryRow, was: Date | null): Promise<Passage> {
  const again = await judgedAgain(look);
  if ('against' in again) {
    const { against } = again;
    if (against.state === 'cancelled') return { kind: 'settled', delivery };
    const hold = holdOf(against);
    return hold ? heldUntil(delivery, hold.until) : waitFor(against);
  }
  const words =
    'intended: nobody told what became of the call before, and the message is worth sending again';
  const verdict = verdictOf(look, { state: 'intended', reason: null, words });
  const call: CallUnderWay = {
    ...{ deliveryId: delivery.id, callingAt: look.now, channel: look.input.channel },
    after: 'resent',
  };
  if (!(await markResend(look.tx, { ...call, was, verdict }))) throw movedMeanwhile();
  return allow(look, call, again.content);
}

function heldUntil(delivery: DeliveryRow, until: number): Passage {
  return { kind: 'held', delivery, hold: { until, there: null } };
}

type Against = Exclude<ReturnType<typeof judgeAgain>, { state: 'intended' }>;

/** What the message says, if nothing that may have changed meanwhile speaks against it. */
async function judgedAgain(look: Look): Promise<{ content: ChannelContent } | { against: Against }> {
  const rendered = await renderFor(look);
  const ruling = judgeAgain({ ...look.facts, missing: 'missing' in rendered ? rendered.missing : null });
  if (ruling.state !== 'intended') return { against: ruling };
  if ('missing' in rendered) throw new Error('The gate let a message pass that cannot be rendered.');
  return rendered;
}

async function giveUp(look: Look, delivery: DeliveryRow, call: CallUnderWay): Promise<Passage> {
  const until = resendAt(look.message, delivery.verdicts, look.now);
  const words = `unknown: the call was under way when its attempt ended, so it is not made again${sayResend(until)}`;
  const verdict = verdictOf(look, { state: 'unknown', reason: null, words });
  if (!(await giveUpCall(look.tx, { ...call, verdict, until }))) throw movedMeanwhile();
  const unknown = { ...delivery, state: 'unknown' as const };
  return until ? heldUntil(unknown, until.getTime()) : { kind: 'settled', delivery: unknown };
}

/** What an operator is told of a second try. */
export function sayResend(until: Date | null): string {
  if (until === null) return '';
  return `; if the provider has not told by ${until.toISOString()} what became of it, it is sent once more`;
}
