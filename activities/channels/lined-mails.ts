import { grouped } from '../../src/domain/grouped.ts';
import type { EmailContent } from './channel.ts';
import type { FactoredMails, SubstitutionBounds } from './factored-mails.ts';

/** A mail by its lines: the subject is the first, the others stand as they came. */
interface Lined {
  lines: readonly string[];
  /** How many of them are the HTML's. */
  htmlLines: number;
}

/** Of a line that differs: which, and how much its beginnings and ends have in common. */
interface Difference {
  line: number;
  before: number;
  after: number;
}

/** As `factorable`, by comparing the lines of each with those of the others. */
export function factorableByLines(mails: readonly EmailContent[], bounds: SubstitutionBounds): number[][] {
  const lined = linedLike(mails);
  const shapes = grouped(
    lined.map((_, place) => place),
    (place) => `${lined[place]!.htmlLines}/${lined[place]!.lines.length}`,
  );
  return shapes.flatMap((places) => withinBounds(lined, places, bounds));
}

/** As `factorMails`, likewise. */
export function factorByLines(mails: readonly EmailContent[]): FactoredMails {
  const lined = linedLike(mails);
  const differences = differencesOf(lined);
  const tagOf = tagsFor((word) => mails.some((mail) => isWrittenIn(mail, word)));
  const [first] = lined as [Lined, ...Lined[]];
  const lines = [...first.lines];
  for (const [n, { line, before, after }] of differences.entries()) {
    const text = lines[line]!;
    lines[line] = `${text.slice(0, before)}${tagOf(n)}${text.slice(text.length - after)}`;
  }
  const tags = differences.map((_, n) => tagOf(n));
  return {
    content: contentOf({ ...first, lines }),
    substitutions: lined.map((mail) =>
      Object.fromEntries(differences.map((difference, n) => [tags[n]!, ownPart(mail, difference)])),
    ),
  };
}

/** Of each mail, as long as it is needed: whether it can be factored is asked first, and then it is. */
const known = new WeakMap<EmailContent, Lined>();

/** The mails by their lines. One that is as in the first mail is the very same text there: it need not be compared again. */
function linedLike(mails: readonly EmailContent[]): Lined[] {
  const [first] = mails;
  const model = first && (known.get(first) ?? linesOf(first, { lines: [], htmlLines: 0 }));
  return mails.map((mail) => {
    const lined = known.get(mail) ?? linesOf(mail, model!);
    known.set(mail, lined);
    return lined;
  });
}

function linesOf({ subject, html, text }: EmailContent, model: Lined): Lined {
  const htmlLines = linesLike(html, model.lines.slice(1, 1 + model.htmlLines));
  const textLines = linesLike(text, model.lines.slice(1 + model.htmlLines));
  return { lines: [subject, ...htmlLines, ...textLines], htmlLines: htmlLines.length };
}

/** The lines of a text, those of the model where they are the same. */
function linesLike(text: string, model: readonly string[]): string[] {
  const lines: string[] = [];
  for (let from = 0; from <= text.length;) {
    const like = model[lines.length];
    const end = like === undefined ? -1 : from + like.length;
    const isSame =
      like !== undefined &&
      (end === text.length || text.charCodeAt(end) === 10) &&
      text.startsWith(like, from);
    const next = isSame ? end : text.indexOf('\n', from);
    const to = next === -1 ? text.length : next;
    lines.push(isSame ? like : text.slice(from, to));
    from = to + 1;
  }
  return lines;
}

function contentOf({ lines, htmlLines }: Lined): EmailContent {
  return {
    subject: lines[0]!,
    html: lines.slice(1, 1 + htmlLines).join('\n'),
    text: lines.slice(1 + htmlLines).join('\n'),
  };
}

/** As they are if they fit, else parted by the line of which there are fewest kinds: those of one kind have it in common. */
function withinBounds(all: readonly Lined[], places: number[], bounds: SubstitutionBounds): number[][] {
  const mails = places.map((place) => all[place]!);
  const differences = differencesOf(mails);
  if (places.length === 1 || fits(mails, differences, bounds)) return [places];
  const kinds = differences.map(({ line }) => new Set(mails.map(({ lines }) => lines[line]!)).size);
  const fewest = differences[kinds.indexOf(Math.min(...kinds))]!;
  return grouped(places, (place) => all[place]!.lines[fewest.line]!).flatMap((part) =>
    withinBounds(all, part, bounds),
  );
}

function fits(
  mails: readonly Lined[],
  differences: readonly Difference[],
  bounds: SubstitutionBounds,
): boolean {
  if (differences.length > bounds.tags) return false;
  return mails.every((mail) =>
    partsFit(
      differences.map((difference) => ownPart(mail, difference)),
      bounds,
    ),
  );
}

/** Longer than any tag of ours, and what JSON puts around a tag and its text. */
const bytesAroundPart = 32;

/** Whether a provider takes these as one mail's substitutions. */
export function partsFit(parts: readonly string[], { tags, bytes }: SubstitutionBounds): boolean {
  const own = parts.reduce((sum, part) => sum + bytesAroundPart + jsonBytes(part), 0);
  return parts.length <= tags && own <= bytes;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function ownPart({ lines }: Lined, { line, before, after }: Difference): string {
  const text = lines[line]!;
  return text.slice(before, text.length - after);
}

function differencesOf(mails: readonly Lined[]): Difference[] {
  const [first, ...others] = mails as [Lined, ...Lined[]];
  return first.lines.flatMap((text, line) => {
    const different = others.map(({ lines }) => lines[line]!).filter((other) => other !== text);
    return different.length > 0 ? [{ line, ...inCommon(text, different) }] : [];
  });
}

/**
 * How many characters a text and the others begin with alike, and how many of the rest they end with alike. Each is
 * left a character of its own, if it has any: a substitution with nothing is easily taken for none.
 */
function inCommon(text: string, others: readonly string[]): { before: number; after: number } {
  const shortest = others.reduce((least, { length }) => Math.min(least, length), text.length);
  let before = Math.max(shortest - 1, 0);
  for (const other of others) before = sameBeginning(text, other, before);
  if (isHighSurrogate(text, before - 1)) before -= 1;
  let after = Math.max(shortest - 1 - before, 0);
  for (const other of others) after = sameEnd(text, other, after);
  if (isLowSurrogate(text, text.length - after)) after -= 1;
  return { before, after };
}

function sameBeginning(one: string, other: string, most: number): number {
  let same = 0;
  while (same < most && one.charCodeAt(same) === other.charCodeAt(same)) same += 1;
  return same;
}

function sameEnd(one: string, other: string, most: number): number {
  const [oneEnd, otherEnd] = [one.length - 1, other.length - 1];
  let same = 0;
  while (same < most && one.charCodeAt(oneEnd - same) === other.charCodeAt(otherEnd - same)) same += 1;
  return same;
}

/** Half of a character is no text that could travel. */
function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

/**
 * The n-th tag, `-kairos0x3-`: letters and digits between hyphens, as SendGrid advises. Its first word stands in no
 * mail, so that nothing that anybody wrote is taken for a tag: not in a line, not in what comes into one, and not where
 * the two meet.
 */
export function tagsFor(isWritten: (word: string) => boolean): (n: number) => string {
  let salt = 0;
  while (isWritten(`kairos${salt}x`)) salt += 1;
  return (n) => `-kairos${salt}x${n}-`;
}

/** A tag, in what `factorByLines` made. */
export const anyTag = /-kairos\d+x\d+-/;

/** Whether a word stands in a mail. */
export function isWrittenIn({ subject, html, text }: EmailContent, word: string): boolean {
  return [subject, html, text].some((part) => part.includes(word));
}
