/**
 * What the sources of one customer's consents have said, to tell a new word from one that is only repeated. What a source
 * says that said the same last, in the same words, is no new word: a page says it at every visit, and knows nothing of
 * what the customer refused elsewhere since. It is one if that source refused the topic or its channel in between, or if
 * it comes with a later time of its own. A refusal is always one: a permission given before it may come late, and must
 * not outlive it.
 *
 * `db/queries/consents.ts` says the same in SQL.
 */
import { isNewer, type ConsentWord } from './consent.ts';

/** A word with who said it, and in which words it was asked for. */
export interface SourcedWord extends ConsentWord {
  channel: string;
  source: string;
  wording: string | null;
}

/** Whether it says nothing beside the last of its source; `hasOwnTime`: it says itself when it was given. */
export function isRepeated(word: SourcedWord & { hasOwnTime: boolean }, before: SourcedWord | null): boolean {
  if (before === null || word.state === 'denied') return false;
  const isSame =
    word.topic === before.topic && word.state === before.state && word.wording === before.wording;
  return isSame && !(word.hasOwnTime && word.at > before.at);
}

/** The words of one customer, in any order. */
export class WordsSaid {
  /** By channel, topic and source, in the order of their times. */
  readonly #words = new Map<string, SourcedWord[]>();
  /** The refusals of a channel among them, likewise. */
  readonly #refusals = new Map<string, SourcedWord[]>();

  say(word: SourcedWord): void {
    insert(this.#words, keyOf(word, word.topic), word);
    if (word.topic === '' && word.state === 'denied') insert(this.#refusals, keyOf(word, ''), word);
  }

  /** What the source of a word said last before it, or with it, on its topic or in refusal of its channel. */
  before(word: SourcedWord): SourcedWord | null {
    const ofTopic = lastUntil(this.#words.get(keyOf(word, word.topic)), word.at);
    const refusal = lastUntil(this.#refusals.get(keyOf(word, '')), word.at);
    if (!ofTopic || !refusal) return ofTopic ?? refusal;
    return isNewer(refusal, ofTopic) ? refusal : ofTopic;
  }
}

const keyOf = ({ channel, source }: SourcedWord, topic: string) => [channel, topic, source].join('\0');

function insert(lists: Map<string, SourcedWord[]>, key: string, word: SourcedWord): void {
  const list = lists.get(key);
  if (!list) {
    lists.set(key, [word]);
    return;
  }
  const place = list.findLastIndex((other) => !isNewer(other, word)) + 1;
  list.splice(place, 0, word);
}

function lastUntil(list: readonly SourcedWord[] | undefined, at: number): SourcedWord | null {
  return list?.findLast((word) => word.at <= at) ?? null;
}
