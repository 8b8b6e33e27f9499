import type { InboxMessage } from './inbox-message.ts';

/**
 * What becomes of a message that was taken, as its provider tells it: it arrives, unless something else is ordered for
 * its channel like a fault, or said in the address of a mail (`ada+bounce@shop.example`). `silent`: nobody ever tells.
 */
export const fates = [
  'deliver',
  'open',
  'click',
  'defer',
  'bounce',
  'block',
  'drop',
  'spam-report',
  'unsubscribe',
  'opt-out',
  'silent',
] as const;
export type Fate = (typeof fates)[number];

/** A word of SendGrid's about a mail: an event with what it says beside. */
export type MailWord = { event: string } & Record<string, string>;

/** What SendGrid tells of a mail, in the order in which it happens. */
export function mailWords(fate: Fate, { html }: Pick<InboxMessage, 'html'>): MailWord[] {
  const processed = { event: 'processed' };
  const arrived = [processed, { event: 'delivered', response: '250 OK' }];
  const opened = [...arrived, { event: 'open' }];
  switch (fate) {
    case 'deliver':
      return arrived;
    case 'open':
      return opened;
    case 'click':
      return [...opened, { event: 'click', url: firstLink(html) }];
    case 'defer':
      return [processed, { event: 'deferred', response: '451 come back later', attempt: '1' }, arrived[1]!];
    case 'bounce':
      return [processed, { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 no such mailbox' }];
    case 'block':
      return [processed, { event: 'bounce', type: 'blocked', status: '4.7.1', reason: '421 busy' }];
    case 'drop':
      return [{ event: 'dropped', reason: 'Bounced Address' }];
    case 'spam-report':
      return [...arrived, { event: 'spamreport' }];
    case 'unsubscribe':
    case 'opt-out':
      return [...arrived, { event: 'unsubscribe' }];
    case 'silent':
      return [];
  }
}

/** A status of Twilio's, and the code of what went wrong. */
export interface TextWord {
  status: string;
  errorCode?: string;
}

/** What Twilio tells of a text message, one after the other. Nobody sees whether an SMS was read. */
export function textWords(fate: Fate, { channel }: Pick<InboxMessage, 'channel'>): TextWord[] {
  const sent = { status: 'sent' };
  const arrived = [sent, { status: 'delivered' }];
  switch (fate) {
    case 'open':
    case 'click':
      return channel === 'whatsapp' ? [...arrived, { status: 'read' }] : arrived;
    case 'bounce':
      return [sent, { status: 'undelivered', errorCode: '30005' }];
    case 'block':
    case 'spam-report':
      return [sent, { status: 'undelivered', errorCode: '30007' }];
    case 'drop':
      return [{ status: 'failed', errorCode: '30008' }];
    case 'unsubscribe':
    case 'opt-out':
      return [{ status: 'failed', errorCode: '21610' }];
    case 'silent':
      return [];
    case 'deliver':
    case 'defer':
      return arrived;
  }
}

/** The fate that a mail's address asks for; null when it asks for none. */
export function fateInAddress(to: string): Fate | null {
  const tag = /\+([a-z-]+)@/i.exec(to)?.[1]?.toLowerCase();
  return fates.find((fate) => fate === tag) ?? null;
}

function firstLink(html: string | null): string {
  return /href="(https?:[^"]+)"/i.exec(html ?? '')?.[1]?.replaceAll('&amp;', '&') ?? 'https://shop.example/';
}
