/** A figure measured in several rounds: its median, and the least and the greatest. */
export interface Spread {
  median: number;
  least: number;
  greatest: number;
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('Nothing was measured.');
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), least: sorted[0]!, greatest: sorted.at(-1)! };
}

/** A quantile of sorted values, between two of them by proportion. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** The ratios of pairs measured one right after the other: what the machine does meanwhile falls on both. */
export function ratioOf(these: readonly number[], those: readonly number[]): Spread {
  return spreadOf(these.map((value, round) => value / those[round]!));
}

/** How long some work takes, milliseconds. */
export async function msOf(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

/** How many of a count come about in a second of some work. */
export async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  return count / ((await msOf(work)) / 1_000);
}
