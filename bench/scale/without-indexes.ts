import type { Sql } from '../../src/db/connect.ts';

interface Index {
  drop: string;
  make: string;
}

/**
 * Does some work while tables have no index, and makes their indexes anew after it, two at a time: what fills a table
 * from nothing is several times as fast so.
 */
export async function withoutIndexes(
  sql: Sql,
  tables: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const indexes = await sql<Index[]>`
    select
      case when c.conname is null then format('drop index %I', i.relname)
        else format('alter table %I drop constraint %I', t.relname, c.conname) end as drop,
      case when c.conname is null then pg_get_indexdef(i.oid)
        else format('alter table %I add constraint %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) end as make
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    left join pg_constraint c on c.conindid = i.oid
    where t.relnamespace = 'public'::regnamespace and t.relname = any(${[...tables]}::text[])
    order by t.relname <> 'customer_events', i.relname`;
  for (const { drop } of indexes) await sql.unsafe(drop);
  await work();
  const queue = indexes.values();
  const lane = async () => {
    for (const { make } of queue) {
      await sql.begin(async (tx) => {
        await tx`select set_config('maintenance_work_mem', '512MB', true), set_config('synchronous_commit', 'off', true)`;
        await tx.unsafe(make);
      });
    }
  };
  await Promise.all([lane(), lane()]);
}
