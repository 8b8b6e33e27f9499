/**
 * What a customer can choose on the page that every message leads to: for each channel whether help and offers come
 * there, and for each topic of it. What they chose before they may choose again; what nobody can undo here (an address
 * that bounced, a number that said stop) is shown and cannot be ticked.
 */
import type { CurrentConsent } from '../../src/db/queries/current-consents.ts';
import type { MessageType } from '../../src/define/message.ts';
import { sayConsentPlace, type ConsentPlace } from '../../src/domain/consent.ts';
import type { SuppressionReason } from '../../src/domain/suppression.ts';
import { channels, type Channel } from '../../src/domain/task-queues.ts';

/** One thing that can be ticked. */
export interface Choice extends ConsentPlace {
  /** As the form calls it: `email`, `email:new-arrivals`. */
  name: string;
  label: string;
  isOn: boolean;
  /** Why it cannot be ticked here; null: it can. */
  fixed: string | null;
}

/** What is known of a customer's choices. */
export interface ChoiceFacts {
  messages: readonly MessageType<unknown>[];
  /** Those of the message that led here are always shown. */
  from: ConsentPlace;
  consents: Readonly<Record<string, CurrentConsent>>;
  suppressed: readonly { channel: Channel; reason: SuppressionReason; at: Date }[];
}

const ways: Record<Channel, string | null> = {
  email: 'by e-mail',
  sms: 'by text message',
  whatsapp: 'by WhatsApp',
  push: 'as notifications of your browser',
  onsite: 'on our pages while you are there',
  // Tells other systems of the shop, not the customer.
  webhook: null,
};

/** The wording of a choice, as it is shown and as it is kept with a consent. */
export function labelOf({ channel, topic }: ConsentPlace): string {
  const way = ways[channel] ?? '';
  return topic === '' ? `Tips, reminders and offers ${way}` : `${inWords(topic)} ${way}`;
}

/** `new-arrivals` as people write it. */
function inWords(topic: string): string {
  const words = topic.replaceAll(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** All choices, by channel, the channel that led here first. */
export function choicesOf(facts: ChoiceFacts): Choice[] {
  const asked = facts.messages.filter(({ purpose }) => purpose !== 'transactional');
  const used = channels.filter(
    (channel) =>
      channel === facts.from.channel || asked.some((message) => message.channels.includes(channel)),
  );
  const shown = used.filter((channel) => ways[channel] !== null);
  const inOrder = [...shown].sort(
    (a, b) => Number(b === facts.from.channel) - Number(a === facts.from.channel),
  );
  return inOrder.flatMap((channel) => {
    const topics = asked
      .filter((message) => message.channels.includes(channel))
      .map(({ topic }) => topic ?? '');
    const all = [...topics, ...(channel === facts.from.channel ? [facts.from.topic] : [])];
    return ['', ...new Set(all.filter((topic) => topic !== '').sort())].map((topic) =>
      choiceOf(facts, { channel, topic }),
    );
  });
}

function choiceOf(facts: ChoiceFacts, place: ConsentPlace): Choice {
  const name = sayConsentPlace(place);
  const fixed = fixedBy(facts, place.channel);
  const isOn = fixed === null && agreedTo(facts, place) && !unsubscribed(facts, place);
  return { ...place, name, label: labelOf(place), isOn, fixed };
}

/** On our own pages nobody is asked first. */
function agreedTo({ consents }: ChoiceFacts, place: ConsentPlace): boolean {
  const held = consents[sayConsentPlace(place)] ?? consents[place.channel];
  return place.channel === 'onsite' ? held?.state !== 'denied' : held?.state === 'granted';
}

function unsubscribed({ suppressed, consents }: ChoiceFacts, place: ConsentPlace): boolean {
  const agreed = [consents[place.channel], consents[sayConsentPlace(place)]].filter(
    (word) => word?.state === 'granted',
  );
  return suppressed.some(
    ({ channel, reason, at }) =>
      channel === place.channel && reason === 'unsubscribed' && !agreed.some((word) => word!.at > at),
  );
}

const whyFixed: Partial<Record<SuppressionReason, string>> = {
  stopped: 'You told us by message to stop. Reply START to the number to hear from us again.',
  complained: 'You reported a message of ours as unwanted, so nothing is sent there.',
};

function fixedBy({ suppressed }: ChoiceFacts, channel: Channel): string | null {
  const found = suppressed.find((one) => one.channel === channel && one.reason !== 'unsubscribed');
  if (!found) return null;
  return whyFixed[found.reason] ?? 'Nothing is sent there: our messages do not arrive, or must not.';
}
