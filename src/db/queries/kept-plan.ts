/**
 * Plans that are kept on their connections, for a statement that looks rows up by key and is made again and again: to plan
 * it anew takes longer than to run it. A plan that was made while a table was small reads the whole of it later, until
 * statistics catch up. So the statement bears the sizes of its tables in its text: when one has grown or shrunk fourfold
 * it is another statement, and planned anew.
 */
import type { Fragment, Sql, TransactionSql } from 'postgres';
import type { Clock } from '../../clock.ts';

/** How large some tables are, by powers of four. */
export type TableSizes = string;

/** Real milliseconds. */
const momentMs = 1_000;

export async function sizesOf(tx: TransactionSql, tables: readonly string[]): Promise<TableSizes> {
  const [row] = await tx<[{ sizes: string }]>`
    select string_agg(floor(ln(1 + pg_relation_size(t.name::regclass)::float8 / 8192) / ln(4::float8))::text, ' ' order by t.n) as sizes
    from unnest(${[...tables]}::text[]) with ordinality t (name, n)`;
  return row.sizes;
}

/** What a statement bears. */
export function bearing(sql: Sql | TransactionSql, sizes: TableSizes): Fragment {
  return sql.unsafe(`/* tables of ${sizes} */`);
}

/**
 * From now on all statements of a transaction are made by plans that are kept: each has to look rows up by key, and to bear
 * the sizes of its tables wherever there are several ways to do so.
 */
export async function keepPlans(tx: TransactionSql): Promise<void> {
  await tx`
    select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;
}

/** From now on they are planned as elsewhere: for what they are asked, each time. */
export async function planAnew(tx: TransactionSql): Promise<void> {
  await tx`
    select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true)`;
}

/** Sizes as they were a moment ago: asked for again when they are older. */
export class RecentSizes {
  readonly #clock: Clock;
  #known: { sizes: TableSizes; at: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async now(ask: () => Promise<TableSizes>): Promise<TableSizes> {
    const at = this.#clock.realNow().getTime();
    if (this.#known === null || Math.abs(at - this.#known.at) > momentMs)
      this.#known = { sizes: await ask(), at };
    return this.#known.sizes;
  }
}
