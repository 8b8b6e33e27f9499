import type { Clock } from '../src/clock.ts';
import type { NewSuppression } from '../src/db/queries/suppress.ts';
import { addressHash } from '../src/domain/address-hash.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { newId } from '../src/ids.ts';
import type { CallOutcome } from './channels/channel.ts';

/** A call's end with the hash of the address that it speaks against, if it does: so it may be kept until it is written. */
export function withRefusedAddress(outcome: CallOutcome, to: string, secret: string): CallOutcome {
  if (outcome.kind !== 'refused' || !outcome.suppress) return outcome;
  return { ...outcome, suppress: { ...outcome.suppress, addressHash: addressHash(to, secret) } };
}

/** What is suppressed by how calls ended on a channel: Twilio's 21610 says that the number opted out, others that there is none. */
export function suppressedBy(
  { clock }: { clock: Clock },
  channel: Channel,
  outcomes: Iterable<CallOutcome>,
): NewSuppression[] {
  return [...outcomes].flatMap((outcome) => {
    const refusal =
      outcome.kind === 'unknown' ? outcome.refusal : outcome.kind === 'refused' ? outcome : null;
    if (refusal?.suppress?.addressHash === undefined) return [];
    const { reason, addressHash: hash } = refusal.suppress;
    const source = `refused with ${refusal.code}`;
    return [{ id: newId(clock), channel, addressHash: hash, reason, source, at: clock.now() }];
  });
}
