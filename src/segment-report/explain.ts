import type { ISql } from 'postgres';
import { evaluate } from '../db/queries/evaluate-predicate.ts';
import type { Predicate } from '../define/predicate.ts';
import { foundFor, type AskedLeaf } from './found.ts';
import { partOf, type OutlinedLine } from './outline.ts';

/** A part of a predicate, and whether it holds for a customer. */
export interface ExplainedLine extends OutlinedLine {
  holds: boolean;
  /** What is known of the customer there, such as `2 times`; null for what is made of parts. */
  found: string | null;
}

/**
 * Line by line which part of a predicate holds for a customer: every question with its answer and what that comes
 * from, every `all`, `any` and `not` with what its parts make of it. For one picture of one moment hand in a
 * transaction that reads repeatably.
 */
export async function explain(
  sql: ISql,
  predicate: Predicate,
  asked: { customerId: string; now: Date },
  depth = 0,
): Promise<ExplainedLine[]> {
  const { words, parts } = partOf(predicate);
  if (parts.length === 0) return [{ depth, words, ...(await answerOf(sql, predicate as AskedLeaf, asked)) }];
  const below = await Promise.all(parts.map((part) => explain(sql, part, asked, depth + 1)));
  const answers = below.map(([first]) => first!.holds);
  return [{ depth, words, holds: holdsOver(predicate, answers), found: null }, ...below.flat()];
}

function holdsOver({ kind }: Predicate, parts: readonly boolean[]): boolean {
  switch (kind) {
    case 'any':
      return parts.includes(true);
    case 'not':
      return parts.includes(false);
    default:
      return !parts.includes(false);
  }
}

async function answerOf(sql: ISql, leaf: AskedLeaf, { customerId, now }: { customerId: string; now: Date }) {
  const [[row], found] = await Promise.all([
    evaluate(sql, leaf, { who: [customerId], now }),
    foundFor(sql, leaf, { customerId, now }),
  ]);
  return { holds: row?.holds ?? false, found };
}
