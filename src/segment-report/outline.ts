import type { Predicate } from '../define/predicate.ts';
import { sentence } from '../define/sentence.ts';

/** A part of a predicate in words. */
export interface OutlinedLine {
  /** 0: the whole; the parts of a line follow it, one deeper. */
  depth: number;
  words: string;
}

/** A part of a predicate: a question by itself, or what is made of parts of its own. */
export interface Part<Of> {
  words: string;
  parts: readonly Of[];
}

/** What stands on the line of a predicate, and what stands below it. */
export function partOf(predicate: Predicate): Part<Predicate> {
  switch (predicate.kind) {
    case 'all':
      return { words: 'all of', parts: predicate.of };
    case 'any':
      return { words: 'any of', parts: predicate.of };
    case 'not':
      return { words: 'not', parts: [predicate.of] };
    case 'segment':
      return { words: `is in ${predicate.name}`, parts: [predicate.where] };
    case 'persona':
      return { words: `is ${predicate.name}`, parts: [predicate.where] };
    default:
      return { words: sentence(predicate), parts: [] };
  }
}

/** A predicate line by line, each question and each `all`, `any` and `not` on one of its own. */
export function outline(predicate: Predicate, depth = 0): OutlinedLine[] {
  const { words, parts } = partOf(predicate);
  return [{ depth, words }, ...parts.flatMap((part) => outline(part, depth + 1))];
}
