import type { PageNews } from '../src/db/queries/page-calls.ts';
import type { Raise } from '../src/db/queries/raise-delivery.ts';
import type { Verdict } from '../src/domain/delivery.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { CallOutcome } from './channels/channel.ts';

/** A call's end that speaks against where it went, and says for certain that nothing was taken: nobody is there, or nobody may be written to. */
export type AgainstChannel = Extract<CallOutcome, { kind: 'unreachable' | 'refused' }>;

/** Whether the message may turn to the next channel after a call that ended so: what was refused for itself may not. */
export function isAgainstChannel(outcome: CallOutcome): outcome is AgainstChannel {
  return outcome.kind === 'unreachable' || (outcome.kind === 'refused' && outcome.suppress !== undefined);
}

/** Of a customer whom a call did not reach, where there is a next channel: as the gate says it of a channel. */
export function unreachedOn(channel: Channel, at: Date, { kind, code, detail }: AgainstChannel): Verdict {
  const [reason, why] =
    kind === 'unreachable'
      ? (['unreachable', `the call found that ${detail}`] as const)
      : (['suppressed', `the provider refused the address with ${code}: ${detail}`] as const);
  const words = `withheld: ${reason} — ${why}; the next channel is tried`;
  return { at: at.toISOString(), channel, state: 'withheld', reason, words };
}

/** A call, and when its end is told. */
interface Called {
  deliveryId: string;
  channel: Channel;
  callingAt: Date;
  at: Date;
}

/** What a call's end makes of the delivery. Not accepted after all is a failure only if it was given up before. */
export function newsOf({ deliveryId, channel, callingAt, at }: Called, outcome: CallOutcome): Raise {
  const verdict = (state: Verdict['state'], words: string): Verdict => ({
    at: at.toISOString(),
    channel,
    state,
    reason: null,
    words,
  });
  const failed = (words: string, providerCode: string): Raise => ({
    ...{ deliveryId, state: 'failed', verdict: verdict('failed', words), providerCode, callingAt },
  });
  switch (outcome.kind) {
    case 'accepted': {
      const providerId = outcome.providerId === null ? {} : { providerId: outcome.providerId };
      const taken = `the provider took it${outcome.providerId ? ` as ${outcome.providerId}` : ''}`;
      const words = `accepted: ${channel === 'onsite' ? "it waits on the shop's page" : taken}`;
      return { deliveryId, state: 'accepted', verdict: verdict('accepted', words), ...providerId };
    }
    case 'refused': {
      const words = `failed: the provider refused it with ${outcome.code} — ${outcome.detail}`;
      return failed(words, outcome.code);
    }
    case 'unreachable': {
      const words = `failed: the customer could not be reached — ${outcome.detail}`;
      return failed(words, outcome.code);
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

/** The same, as one of several. */
export function pageNewsOf({ deliveryId, verdict, providerId, providerCode }: Raise): PageNews {
  return {
    id: deliveryId,
    verdict,
    ...(providerId ? { providerId } : {}),
    ...(providerCode ? { providerCode } : {}),
  };
}
