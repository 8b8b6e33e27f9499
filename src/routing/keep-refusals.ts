/** What becomes of the words on consent of customers who become one. */
import type { TransactionSql } from 'postgres';
import {
  consentWords,
  insertKeptRefusals,
  type KeptRefusal,
  type OwnedWord,
} from '../db/queries/merge-consents.ts';
import { consentThatHolds, isOfLeaving, leavingSources, refusalsToKeep } from '../domain/consent.ts';
import { isRepeated, WordsSaid, type SourcedWord } from '../domain/words-said.ts';
import { newId } from '../ids.ts';
import { consentsIn, type JudgedConsent } from './consents.ts';
import type { MergingBatch } from './merge-people.ts';
import type { RoutingContext } from './route-batch.ts';

/** By the number of the event that says them: which of its words are new to the customer it was of then. */
export type JudgedConsents = ReadonlyMap<number, readonly JudgedConsent[]>;

/**
 * Of each channel and topic the stricter word stays, as of the newest that either has said of the channel. What the
 * batch itself says before a merge counts for that merge, though it is recorded afterwards: if it is a new word. What is
 * one is decided here for all who are joined, as each was then: recorded under the survivor, it would be told by what the
 * other had said.
 */
export async function keepRefusals(
  tx: TransactionSql,
  { clock }: RoutingContext,
  { events, people, merges }: MergingBatch,
  everyone: readonly string[],
): Promise<JudgedConsents> {
  const owners = new Map(everyone.map((id) => [id, new Owner()]));
  for (const word of await consentWords(tx, everyone)) owners.get(word.customerId)!.say(word);
  const kairosMs = (realMs: number) => clock.fromReal(new Date(realMs)).getTime();
  const judged = new Map<number, JudgedConsent[]>();
  const kept: KeptRefusal[] = [];
  for (const [index, event] of events.entries()) {
    for (const { from, into } of merges.filter(({ by }) => by === event)) {
      const [own, theirs] = [owners.get(into.id)!, owners.get(from.id)!];
      const lost = lostRefusals(own.words, theirs.words);
      const refused = lost.map((word) => ({ ...word, id: newId(clock), customerId: into.id }));
      kept.push(...refused);
      for (const word of [...theirs.words, ...refused]) own.say(word);
    }
    const owner = owners.get(people[index]!.id);
    if (!owner) continue;
    const said = consentsIn(event, kairosMs).map((word) => owner.judge(word));
    judged.set(event.seq, said);
  }
  await insertKeptRefusals(tx, kept);
  return judged;
}

/** One of those who are joined, with all that they have said so far. */
class Owner {
  readonly words: SourcedWord[] = [];
  readonly #said = new WordsSaid();

  say(word: SourcedWord): void {
    this.words.push(word);
    this.#said.say(word);
  }

  judge(word: Omit<JudgedConsent, 'isNew'>): JudgedConsent {
    const isNew = !isRepeated(word, this.#said.before(word));
    if (isNew) this.say(word);
    return { ...word, isNew };
  }
}

function lostRefusals(
  own: readonly SourcedWord[],
  theirs: readonly SourcedWord[],
): Omit<OwnedWord, 'customerId'>[] {
  const all = [...own, ...theirs];
  return [...new Set(all.map(({ channel }) => channel))].flatMap((name) => {
    const on = (words: readonly SourcedWord[]) => words.filter(({ channel }) => channel === name);
    const at = on(all).reduce((newest, word) => Math.max(newest, word.at), -Infinity);
    return refusalsToKeep(on(own), on(theirs)).map((topic) => {
      const refusals = [own, theirs].flatMap((words) => consentThatHolds(on(words), topic) ?? []);
      const left = refusals.filter(({ state }) => state === 'denied').every(isOfLeaving);
      const source = left ? leavingSources[0] : 'merge';
      return { channel: name, topic, state: 'denied' as const, source, wording: null, at };
    });
  });
}
