import type { Predicate } from './predicate.ts';

/** A named predicate on customers. */
export interface Segment {
  readonly name: string;
  readonly where: Predicate;
}

export function segment(name: string, where: Predicate): Segment {
  return { name, where };
}
