import type { Sql } from '../connect.ts';

/** How far the starts of a journey on a date have been reckoned for everybody. */
export interface DateProgress {
  /** Customers reckoned so far, of how many: the same when it is through. */
  done: number;
  total: number;
  /** When everybody last was; null: never. */
  reckonedAt: Date | null;
}

/** By the name of the journey; what starts on no date has none. */
export async function dateProgress(sql: Sql, names: readonly string[]): Promise<Map<string, DateProgress>> {
  const rows = await sql<(DateProgress & { name: string })[]>`
    select name, done::float8 as done, total::float8 as total, reckoned_at as "reckonedAt"
    from date_reckonings where name = any(${[...names]})`;
  return new Map(rows.map(({ name, ...progress }) => [name, progress]));
}
