/**
 * What a customer's words on consent come to. A word is about a channel as a whole (topic ''), or about one topic of it.
 *
 * - Of two words on the same thing the newer holds, in the order in which they were given, not that in which they
 *   came. Given at the same time, the refusal does.
 * - A refusal of the channel covers all its topics, whatever was granted before. After it, only a grant of the very
 *   topic permits that topic (or a grant of the channel): it is the later and the more specific word.
 * - A refusal of a topic is undone only by a grant of that topic: "you may write to me" does not take back "but not
 *   about this".
 * - A topic of which nothing was said goes with the channel. A grant of a topic permits nothing beside it.
 *
 * `consent-that-holds.ts` says the same in SQL; a test holds the two together.
 */
import { channels, type Channel } from './task-queues.ts';

export type ConsentState = 'granted' | 'denied';

/**
 * What an event says of a consent: true or `granted`, false or `denied`, as a text too and however it is spelt, for forms
 * write `"false"`, and a refusal is not to be lost over that. Null for anything else.
 */
export function readConsentState(said: unknown): ConsentState | null {
  if (typeof said === 'boolean') return said ? 'granted' : 'denied';
  const word = typeof said === 'string' ? said.trim().toLowerCase() : null;
  if (word === 'granted' || word === 'true') return 'granted';
  return word === 'denied' || word === 'false' ? 'denied' : null;
}

/**
 * What holds at the gate. `left`: they left the channel by a link out, which offers to end tips, reminders and offers and
 * nothing else: what is owed still comes.
 */
export type HeldConsent = ConsentState | 'left';

/** Who records a refusal that came by a link out. */
export const leavingSources = ['one-click', 'preferences'] as const;
export type LeavingSource = (typeof leavingSources)[number];

/** Whether a refusal came by a link out. */
export function isOfLeaving({ source }: { source: string }): boolean {
  return leavingSources.some((leaving) => leaving === source);
}

/** One word of a customer's on a channel. */
export interface ConsentWord {
  /** Empty: the channel as a whole. */
  topic: string;
  state: ConsentState;
  /** When it was given, epoch milliseconds. */
  at: number;
}

/** What a topic is called. */
export const topicPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The word that decides on a topic ('': messages without one), of all words on one channel; null when none does. */
export function consentThatHolds<Word extends ConsentWord>(
  words: readonly Word[],
  topic: string,
): Word | null {
  return thatHolds(newestByTopic(words), topic);
}

function thatHolds<Word extends ConsentWord>(newest: ReadonlyMap<string, Word>, topic: string): Word | null {
  const ofChannel = newest.get('') ?? null;
  const ofTopic = topic === '' ? null : newest.get(topic);
  if (!ofTopic) return ofChannel;
  const isCovered = ofTopic.state === 'granted' && ofChannel?.state === 'denied';
  return isCovered && ofChannel.at > ofTopic.at ? ofChannel : ofTopic;
}

/** The topics that have to be refused anew when two customers become one, so that the stricter word of each stays. */
export function refusalsToKeep(one: readonly ConsentWord[], other: readonly ConsentWord[]): string[] {
  const each = [newestByTopic(one), newestByTopic(other)];
  const both = newestByTopic([...one, ...other]);
  const isLost = (topic: string) =>
    each.some((newest) => thatHolds(newest, topic)?.state === 'denied') &&
    thatHolds(both, topic)?.state !== 'denied';
  return [...new Set(['', ...both.keys()])].filter(isLost);
}

function newestByTopic<Word extends ConsentWord>(words: readonly Word[]): Map<string, Word> {
  const newest = new Map<string, Word>();
  for (const word of words) {
    const best = newest.get(word.topic);
    if (!best || isNewer(word, best)) newest.set(word.topic, word);
  }
  return newest;
}

/** Whether it was given later; of one time, whether it is a refusal. */
export function isNewer(word: ConsentWord, than: ConsentWord): boolean {
  return word.at === than.at ? word.state === 'denied' : word.at > than.at;
}

/** What a consent is about: a channel, or a topic of it. */
export interface ConsentPlace {
  channel: Channel;
  topic: string;
}

/** Reads `email` or `email:new-arrivals`; null for what is neither. */
export function readConsentPlace(text: string): ConsentPlace | null {
  const [, name, topic = ''] = /^([^:]+)(?::(.*))?$/s.exec(text) ?? [];
  const channel = channels.find((known) => known === name);
  if (channel === undefined || (text.includes(':') && !topicPattern.test(topic))) return null;
  return { channel, topic };
}

/** As `readConsentPlace` reads it. */
export function sayConsentPlace({ channel, topic }: { channel: string; topic: string }): string {
  return topic === '' ? channel : `${channel}:${topic}`;
}
