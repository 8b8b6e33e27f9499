import type { SuppressionReason } from './suppression.ts';
import type { DeliveryState } from './delivery.ts';
import type { TraitChannel } from './task-queues.ts';

/** What is noted beside a delivery's state. */
export type Mark = 'opened' | 'clicked' | 'complained' | 'unsubscribed';

/** What a provider's word about a message means for the ledger; nothing of it: the word is heard and changes nothing. */
export interface Meaning {
  /** Where the delivery is raised to, if that is up. */
  state?: DeliveryState;
  mark?: Mark;
  /** Why the address is not written to any more. */
  suppress?: SuppressionReason;
  /** The provider's code of a failure. */
  code?: string;
}

/** What a provider told of one message. */
export interface ProviderNews extends Meaning {
  provider: 'sendgrid' | 'twilio';
  channel: TraitChannel;
  /** The provider's word for what happened, one of those that are known. */
  kind: string;
  /** The same news told again has the same. */
  fingerprint: string;
  /** Ours, as it travelled; null: the message was not Kairos's, or lost it. */
  deliveryId: string | null;
  /** The provider's name for the message. */
  providerId: string | null;
  /** Where the message went; null: not told. */
  address: string | null;
  /** When it happened, Kairos's time. */
  at: Date;
  /** The provider's reason, without any address; empty: none was given. */
  detail: string;
}

/** Whatever a reader does with a mail or message, it has arrived. */
const arrived = { state: 'delivered' } as const;

/**
 * What SendGrid's events mean. A `blocked` bounce is about this message and may pass, any other about the address. What
 * SendGrid `dropped` it never tried, for what it knows of the address from before.
 */
export function sendGridMeaning(event: string, said: { type?: string; reason?: string }): Meaning | null {
  switch (event) {
    case 'processed':
    case 'deferred':
      return { state: 'accepted' };
    case 'delivered':
      return arrived;
    case 'open':
      return { ...arrived, mark: 'opened' };
    case 'click':
      return { ...arrived, mark: 'clicked' };
    case 'bounce':
      if (said.type === 'blocked') return { state: 'failed', code: 'blocked' };
      return { state: 'bounced', suppress: 'bounced', code: 'bounce' };
    case 'dropped':
      return { state: 'failed', code: 'dropped', ...droppedFor(said.reason ?? '') };
    case 'spamreport':
      return { ...arrived, mark: 'complained', suppress: 'complained' };
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { ...arrived, mark: 'unsubscribed', suppress: 'unsubscribed' };
    case 'group_resubscribe':
      // Agreeing again is between the customer and Kairos: SendGrid's groups are not Kairos's topics.
      return {};
    default:
      return null;
  }
}

/** SendGrid's own lists, by the reasons that its reference names. */
function droppedFor(reason: string): Pick<Meaning, 'suppress'> {
  if (/^(bounced address|invalid)$/i.test(reason)) return { suppress: 'bounced' };
  if (/^spam reporting address$/i.test(reason)) return { suppress: 'complained' };
  if (/^unsubscribed address$/i.test(reason)) return { suppress: 'unsubscribed' };
  return {};
}

/**
 * What Twilio's error codes say of the number rather than of the message: who opted out there (21610), no number at all
 * (21211), one that takes no messages (21614, 30006), one that nobody has (30005), nobody on WhatsApp (63024).
 */
const twilioSuppressions: Readonly<Record<string, SuppressionReason>> = {
  '21610': 'stopped',
  '21211': 'refused',
  '21614': 'refused',
  '30005': 'refused',
  '30006': 'refused',
  '63024': 'refused',
};

/** What an error of Twilio's says of the number; null: nothing. Also of a message that it refused at once. */
export function twilioSuppression(errorCode: string | null): SuppressionReason | null {
  return twilioSuppressions[errorCode ?? ''] ?? null;
}

/** What Twilio's statuses mean, with the error code that came along; null for one that is not known. */
export function twilioMeaning(status: string, errorCode: string | null): Meaning | null {
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
    case 'sent':
      return { state: 'accepted' };
    case 'delivered':
    case 'partially_delivered':
      return arrived;
    case 'read':
      return { ...arrived, mark: 'opened' };
    case 'canceled':
      return { state: 'failed', code: 'canceled' };
    case 'undelivered':
    case 'failed': {
      const suppress = twilioSuppression(errorCode);
      return { state: 'failed', code: errorCode ?? status, ...(suppress && { suppress }) };
    }
    default:
      return null;
  }
}

const words: Record<string, string> = {
  accepted: 'the provider has it',
  delivered: 'the provider says that it arrived',
  failed: 'the provider did not deliver it',
  bounced: 'it bounced',
};

/** What an operator is told of it, as a verdict says it: the state that it leads to, and why. */
export function sayNews({ state, kind, code, detail }: ProviderNews & { state: DeliveryState }): string {
  const what = `${words[state] ?? state} (${code && code !== kind ? `${kind}, ${code}` : kind})`;
  return `${state}: ${what}${detail === '' ? '' : ` — ${detail}`}`;
}
