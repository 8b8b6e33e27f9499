import type { Cap } from './cap-window.ts';
import { plainWord } from './plain-word.ts';
import { channels, type Channel } from './task-queues.ts';

/** What customers may state in `frequency`: how often help and offers together may come. */
export const frequencies = ['daily', 'weekly', 'monthly', 'never'] as const;
export type Frequency = (typeof frequencies)[number];

/** What a customer wishes of messages that are not owed to them, by their own word. */
export interface Wishes {
  /** Categories, topics and products that they want to hear nothing of. */
  avoids: readonly string[];
  /** By which they wish to be reached; empty: they did not say. */
  channels: readonly Channel[];
  /** Null: they did not say. */
  frequency: Frequency | null;
}

/** Of those that they may state the ones that let something through. */
export const wishedCaps: Readonly<Record<Exclude<Frequency, 'never'>, Cap>> = {
  daily: { sends: 1, within: '1 day' },
  weekly: { sends: 1, within: '7 days' },
  monthly: { sends: 1, within: '30 days' },
};

/** A trait, as far as it matters here. */
interface Said {
  readonly value: unknown;
  readonly origin: string;
}

/** What somebody wishes, by the traits that they stated: what was observed or bought in is no wish of theirs. */
export function wishesIn(traits: Readonly<Record<string, Said>>): Wishes {
  const frequency = textsIn(traits['frequency']).map(plainWord)[0];
  const wished = textsIn(traits['channels']).map((text) => plainWord(text).replace('e-mail', 'email'));
  return {
    avoids: textsIn(traits['avoids']),
    channels: channels.filter((channel) => wished.includes(channel)),
    frequency: frequencies.find((one) => one === frequency) ?? null,
  };
}

/** A text, or a list of them, that the customer has stated. */
export function textsIn(trait: Said | undefined): string[] {
  if (trait?.origin !== 'stated') return [];
  const said: unknown[] = Array.isArray(trait.value) ? trait.value : [trait.value];
  return said.filter((one): one is string => typeof one === 'string' && one.trim() !== '');
}

/** Why a channel is not the one for help and offers, in words; null: it is. What waits on the shop's own page, or is told to machines, reaches nobody. */
export function unwished({ channels: wished, frequency }: Wishes, channel: Channel): string | null {
  if (frequency === 'never') return 'the customer asked for no help and no offers';
  if (wished.length === 0 || wished.includes(channel) || channel === 'onsite' || channel === 'webhook')
    return null;
  return `the customer asked to be reached by ${wished.join(' and ')} only`;
}
