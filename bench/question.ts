import type { Bench } from './bench.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** How much is measured: `full` for figures, `tiny` to see that a benchmark still runs. */
export type Size = 'full' | 'tiny';

/** One line of the results. */
export interface Line {
  /** What is compared with what. */
  what: string;
  figure: Spread;
  /** What the figure is: a ratio unless said. */
  unit?: 'ratio' | 'per second' | 'ms' | 'MB' | 'bytes' | 'calls';
  /** What was hoped for, and whether it came true. */
  aim?: { words: string; isMet: boolean };
}

/** A rate, as its line. */
export function perSecond(what: string, values: readonly number[]): Line {
  return { what, figure: spreadOf(values), unit: 'per second' };
}

/** What one question's run has shown. */
export interface Finding {
  lines: Line[];
  /** What the contenders are and what else there is to know, in sentences. */
  notes: string[];
}

export interface Question {
  letter: string;
  title: string;
  /** It is asked of what others that say so have loaded: one bench for all of them. */
  sharesBench?: boolean;
  measure(bench: Bench, size: Size): Promise<Finding>;
}
