import { Webhook } from 'standardwebhooks';
import type { Clock } from '../../src/clock.ts';
import type { CallOutcome, ChannelAdapter, Outbound } from './channel.ts';
import { post } from './post.ts';
import { retryAfterMs, type ProviderAnswer } from './provider-answer.ts';
import { callProvider, ProviderRefusal } from './provider-call.ts';

/** What a receiver knows a customer by. */
export interface CustomerNames {
  userIds: string[];
  anonymousIds: string[];
}

/** How long we ask receivers to know a delivery again by its id. Standard Webhooks has them do so, and names no time. */
const idempotent = { withinMs: 86_400_000 };

export interface WebhookOptions {
  url: string;
  /** `whsec_` and base64, as Standard Webhooks has it. */
  secret: string;
  names: (customerId: string) => Promise<CustomerNames>;
  clock: Pick<Clock, 'realNow'>;
  timeoutMs: number;
}

/**
 * Any other system, told by a signed POST as Standard Webhooks has it. `webhook-id` is the delivery's id and the same
 * whenever it is told again, so that a receiver takes it once.
 */
export function webhookChannel(options: WebhookOptions): ChannelAdapter {
  const signer = new Webhook(options.secret);
  return {
    channel: 'webhook',
    idempotent,
    send: async (outbound, signal) => {
      const body = await bodyOf(options, outbound);
      if (typeof body !== 'string') return body;
      const { timeoutMs, url } = options;
      return callProvider({ timeoutMs, signal, readError, readOutcome, address: url }, async (wiring) => {
        const at = options.clock.realNow();
        const headers = {
          'content-type': 'application/json',
          'user-agent': 'Kairos',
          'webhook-id': outbound.deliveryId,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': signer.sign(outbound.deliveryId, at, body),
        };
        const answer = await post(wiring, { url: new URL(url), headers, body });
        if (answer.status >= 300) throw new ProviderRefusal(answer);
        return { providerId: null };
      });
    },
  };
}

/** What is told. If the customer's ids cannot be read, nothing has left yet. */
async function bodyOf(
  { names, clock }: WebhookOptions,
  { deliveryId, content, about }: Outbound,
): Promise<string | CallOutcome> {
  if (!('fields' in content) || !about) throw new TypeError('A webhook needs fields, and what it is about.');
  const { message, purpose, customerId, data } = about;
  try {
    const customer = { id: customerId, ...(await names(customerId)) };
    return JSON.stringify({
      type: 'message',
      timestamp: clock.realNow().toISOString(),
      data: { deliveryId, message, purpose, customer, fields: content.fields, data },
    });
  } catch {
    // The error's words may hold what was looked for.
    return { kind: 'not-accepted', retryAfterMs: null, detail: 'the customer’s ids could not be read' };
  }
}

/** A receiver that asks for patience has not taken it, whatever the status it says so with. */
function readOutcome(answer: ProviderAnswer): CallOutcome | null {
  const wait = answer.status === 503 ? retryAfterMs(answer.headers) : null;
  if (wait === null) return null;
  return { kind: 'not-accepted', retryAfterMs: wait, detail: '503, with the wish to be asked again' };
}

/** What it says is not for the ledger: a stranger's words may hold anything. */
function readError(): { code: null; words: null } {
  return { code: null, words: null };
}
