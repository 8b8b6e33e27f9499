import { saidMail, type Said } from '../../src/messages/said.ts';
import type { EmailContent } from './channel.ts';
import type { FactoredMails, SubstitutionBounds } from './factored-mails.ts';
import { anyTag, factorableByLines, factorByLines, isWrittenIn, partsFit, tagsFor } from './lined-mails.ts';

/**
 * Mails of a page are alike, most of the time: the same words, and in the same few places something of each one's own.
 * A few of them, compared by their lines, tell those words; of every other mail it is asked whether it has them, which is
 * a fraction of the work of comparing its lines. Whatever is not alike is left to who compares lines.
 */
const fields = ['subject', 'html', 'text'] as const;

/** The words that some mails have in common, by field: around what is each one's own, so one more than there are of those. */
type SharedWords = Readonly<Record<(typeof fields)[number], readonly string[]>>;

interface Parted {
  words: SharedWords;
  /** Of one mail, in the order of the places. */
  own: readonly string[];
}

/** Of each mail as long as it is needed: whether it can be factored is asked first, and then it is. */
const parted = new WeakMap<EmailContent, Parted>();

/** How many are compared to tell the words: each more for a beginning or an end that those before happened to share. */
const mostModels = 16;

/** Whether all of them have the same words around little enough of their own: then `partsKnown` knows how to factor them. */
export function alikeMails(mails: readonly EmailContent[], bounds: SubstitutionBounds): boolean {
  if (mails.length < 3) return false;
  if (areSaidAlike(mails, bounds)) return true;
  const models = mails.slice(0, 2);
  while (models.length <= mostModels) {
    const words = wordsOf(models, bounds);
    if (words === null) return false;
    const other = mails.find((mail) => !isParted(mail, words, bounds));
    if (other === undefined) return true;
    if (models.includes(other)) return false;
    models.push(other);
  }
  return false;
}

/** Null: they are not known to be alike. */
export function partsKnown(mails: readonly EmailContent[]): FactoredMails | null {
  const [first] = mails;
  const words = first && parted.get(first)?.words;
  if (words === undefined || mails.some((mail) => parted.get(mail)?.words !== words)) return null;
  const parts = mails.map((mail) => parted.get(mail)!.own);
  const around = bordersOf(words);
  const tagOf = tagsFor(
    (word) => isWrittenIn(first!, word) || parts.some((own) => comesUp(word, own, around)),
  );
  const places = firstOfSame(parts);
  const put = fillerOf(words);
  const own = places.filter((place, n) => place === n);
  return {
    content: put(places.map(tagOf)),
    substitutions: parts.map((mine) => Object.fromEntries(own.map((place) => [tagOf(place), mine[place]!]))),
  };
}

/** Of each place the first at which everybody has the same: one tag serves for both, as for a link in HTML and text. */
function firstOfSame(parts: readonly (readonly string[])[]): number[] {
  return parts[0]!.map((_, place) => {
    const isSame = (_part: string, other: number) => parts.every((own) => own[other] === own[place]);
    return parts[0]!.findIndex(isSame);
  });
}

/** Whether they were made of the very same words. The first of a page was not known yet to be like others: it is asked whether it has them. */
function areSaidAlike(mails: readonly EmailContent[], bounds: SubstitutionBounds): boolean {
  const said = saidMail(mails.at(-1)!);
  if (said === null) return false;
  const words = { subject: said.subject.words, html: said.html.words, text: said.text.words };
  return mails.every((mail) => isSaid(mail, words, bounds) || isParted(mail, words, bounds));
}

function isSaid(mail: EmailContent, words: SharedWords, bounds: SubstitutionBounds): boolean {
  const said = saidMail(mail);
  if (said === null || !fields.every((field) => areSame(said[field].words, words[field]))) return false;
  const own = fields.flatMap((field) => said[field].own);
  if (own.some((part) => part === '' || part.includes('\n')) || !partsFit(own, bounds)) return false;
  parted.set(mail, { words, own });
  return true;
}

function areSame(some: Said['words'], others: Said['words']): boolean {
  return some === others || (some.length === others.length && some.every((word, n) => word === others[n]));
}

function wordsOf(models: readonly EmailContent[], bounds: SubstitutionBounds): SharedWords | null {
  if (factorableByLines(models, bounds).length !== 1) return null;
  const { subject, html, text } = factorByLines(models).content;
  return { subject: subject.split(anyTag), html: html.split(anyTag), text: text.split(anyTag) };
}

function isParted(mail: EmailContent, words: SharedWords, bounds: SubstitutionBounds): boolean {
  const own: string[] = [];
  for (const field of fields) {
    const found = ownIn(mail[field], words[field]);
    if (found === null) return false;
    own.push(...found);
  }
  if (!partsFit(own, bounds)) return false;
  parted.set(mail, { words, own });
  return true;
}

/**
 * What stands between these words in a text, each something within a line; null: the text does not consist of them. A
 * slice is compared, not `startsWith` asked: that goes character by character.
 */
function ownIn(text: string, words: readonly string[]): string[] | null {
  const [first, last] = [words[0]!, words.at(-1)!];
  if (words.length === 1) return text === first ? [] : null;
  const end = text.length - last.length;
  if (text.slice(0, first.length) !== first || end < 0 || text.slice(end) !== last) return null;
  const own: string[] = [];
  let from = first.length;
  for (const word of words.slice(1, -1)) {
    // Two of one's own side by side: where the one ends nothing tells, and half of a character is no text that could travel.
    if (word === '') return null;
    const to = text.indexOf(word, from + 1);
    if (to === -1) return null;
    own.push(text.slice(from, to));
    from = to + word.length;
  }
  if (end <= from) return null;
  own.push(text.slice(from, end));
  return own.some((part) => part.includes('\n')) ? null : own;
}

/** Puts parts between the words. */
function fillerOf(words: SharedWords): (parts: readonly string[]) => EmailContent {
  return (parts) => {
    let n = 0;
    const fill = (some: readonly string[]) => some.reduce((said, word) => `${said}${parts[n++]!}${word}`);
    const [subject, html, text] = [fill(words.subject), fill(words.html), fill(words.text)];
    return { subject, html, text };
  };
}

/** What stands before and after each place. */
function bordersOf(words: SharedWords): (readonly [string, string])[] {
  return fields.flatMap((field) =>
    words[field].slice(1).map((after, n) => [words[field][n]!, after] as const),
  );
}

/** Whether a word that stands in another mail's words nowhere comes up in this one: in its own parts, or where they meet those words. */
function comesUp(
  word: string,
  own: readonly string[],
  around: readonly (readonly [string, string])[],
): boolean {
  const near = word.length - 1;
  return own.some((part, n) => {
    const [before, after] = around[n]!;
    return `${before.slice(-near)}${part}${after.slice(0, near)}`.includes(word);
  });
}
