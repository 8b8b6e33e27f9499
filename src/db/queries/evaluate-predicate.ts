import type { ISql, PendingQuery, Row } from 'postgres';
import type { Predicate } from '../../define/predicate-data.ts';
import { isDated, leavesOf, treeOf, type Tree } from '../../define/predicate-tree.ts';
import { joinedZone } from './evaluate-predicate-dates.ts';
import { joinedLeaves, type Asked, type JoinedLeaf } from './evaluate-predicate-leaf.ts';

/** What a predicate comes to for one customer. */
export interface Evaluated {
  customerId: string;
  holds: boolean;
  /** Before then time alone does not change the answer; null: it never does. */
  nextAt: Date | null;
}

/**
 * Whom a predicate holds for, and who may join or leave them by time alone: others have no row. Customers who were
 * joined to others or erased have none.
 */
export async function evaluate(sql: ISql, predicate: Predicate, asked: Asked): Promise<Evaluated[]> {
  const rows = await sql<{ customer_id: string; holds: boolean; next_at: Date | null }[]>`
    ${evaluation(sql, predicate, asked)}`;
  return rows.map((row) => ({ customerId: row.customer_id, holds: row.holds, nextAt: row.next_at }));
}

/** Those of some customers, or of everybody, for whom a predicate holds now. */
export async function membersOf(sql: ISql, predicate: Predicate, asked: Asked): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    select e.customer_id as id from (${evaluation(sql, predicate, asked)}) e where e.holds`;
  return new Set(rows.map(({ id }) => id));
}

/**
 * The same as a query that gives `customer_id`, `holds` and `next_at`, for an `insert … select`.
 *
 * Each leaf is a set of customers, joined to those asked about; and, or and not are conditions on the joined columns.
 * `candidate` says in conditions that are strict, as far as they can be, who may have a row at all: from them the
 * planner makes inner and anti joins of the outer ones.
 */
export function evaluation(sql: ISql, predicate: Predicate, asked: Asked): Fragment {
  const tree = treeOf(predicate);
  const leaves = joinedLeaves(sql, tree, asked);
  const compile = { sql, leaves };
  const holds = holdsOf(compile, tree);
  const next = nextOf(compile, tree);
  const candidate = next === null ? holds : candidateOf(compile, tree);
  const zone = leavesOf(tree).some(isDated) ? joinedZone(sql) : sql``;
  const from = fromOf(compile, tree, { ...asked, zone });
  // Asked once: asked again of each row, all that it looks at would be carried along until then.
  if (next === null)
    return sql`select t.id as customer_id, true as holds, null::timestamptz as next_at ${from} and ${candidate}`;
  const rows = sql`
    select t.id as customer_id, coalesce(${holds}, false) as holds, nullif(${next}, 'infinity') as next_at
    ${from} and ${candidate}`;
  return sql`select r.* from (${rows}) r where r.holds or r.next_at is not null`;
}

/**
 * Where the customers come from, `t`, with the leaves joined to them. Of everybody it begins with a set of which they have to
 * be, where nothing is asked of their own rows: these are a million wide ones, of which it is told who is gone.
 */
function fromOf(compile: Compile, tree: Tree, { who, zone }: Asked & { zone: Fragment }): Fragment {
  const { sql, leaves } = compile;
  const all = [...leaves.values()];
  const first =
    who === 'everybody' && all.every(({ set }) => set !== null) ? strictLeaf(compile, tree) : null;
  const joins = all
    .filter((leaf) => leaf !== first)
    .reduce((before, { join }) => sql`${before} ${join}`, zone);
  const among = who === 'everybody' ? sql`` : sql`and t.id = any(${[...who]}::uuid[])`;
  if (!first?.set)
    return sql`from customers t ${joins} where t.merged_into is null and t.erased_at is null ${among}`;
  return sql`
    from ${first.set} cross join lateral (select ${first.customer} as id) t ${joins}
    where not exists (
      select from customers g where g.id = t.id and (g.merged_into is not null or g.erased_at is not null))`;
}

/** A leaf without whose row nothing holds, nor ever comes to by time alone. */
function strictLeaf(compile: Compile, tree: Tree): JoinedLeaf | null {
  if (tree.op !== 'leaf') {
    if (tree.op === 'any') return null;
    return tree.of.map((one) => strictLeaf(compile, one)).find((leaf) => leaf !== null) ?? null;
  }
  const leaf = leafOf(compile, tree);
  return !tree.negated && leaf.isStrict ? leaf : null;
}

export type Fragment = PendingQuery<Row[]>;

interface Compile {
  sql: ISql;
  leaves: ReadonlyMap<string, JoinedLeaf>;
}

const leafOf = ({ leaves }: Compile, tree: Extract<Tree, { op: 'leaf' }>): JoinedLeaf =>
  leaves.get(JSON.stringify(tree.leaf))!;

/** Whether it holds; unknown counts as false. */
function holdsOf(compile: Compile, tree: Tree): Fragment {
  return conditionOf(compile, tree, (leaf, negated) => (negated ? leaf.fails : leaf.holds));
}

/** True at least for whom it holds or may hold by time alone. */
function candidateOf(compile: Compile, tree: Tree): Fragment {
  return conditionOf(compile, tree, (leaf, negated) => (negated ? leaf.mayFail : leaf.mayHold));
}

/** A condition over the whole tree, of what is asked of each leaf. */
function conditionOf(
  compile: Compile,
  tree: Tree,
  ask: (leaf: JoinedLeaf, negated: boolean) => Fragment,
): Fragment {
  if (tree.op === 'leaf') return ask(leafOf(compile, tree), tree.negated);
  const parts = tree.of.map((one) => conditionOf(compile, one, ask));
  return joined(compile.sql, tree.op, parts);
}

function joined(sql: ISql, op: 'all' | 'any', parts: readonly Fragment[]): Fragment {
  if (parts.length === 0) return op === 'all' ? sql`true` : sql`false`;
  const [first, ...others] = parts;
  const all = others.reduce(
    (before, part) => (op === 'all' ? sql`${before} and ${part}` : sql`${before} or ${part}`),
    first!,
  );
  return sql`(${all})`;
}

/**
 * The earliest moment at which time alone may change the answer, `infinity` for never; null when it never does for
 * anybody. What takes all cannot come to hold before the last of those that do not, and never if one of them never
 * does; what takes any is the contrary of that.
 */
function nextOf(compile: Compile, tree: Tree): Fragment | null {
  const { sql } = compile;
  if (tree.op === 'leaf') {
    const { next } = leafOf(compile, tree);
    return next && sql`coalesce(${next}, 'infinity')`;
  }
  const parts = tree.of.map((one) => ({ holds: holdsOf(compile, one), next: nextOf(compile, one) }));
  const moving = parts.filter((part): part is { holds: Fragment; next: Fragment } => part.next !== null);
  const fixed = parts.filter((part) => part.next === null).map((part) => part.holds);
  if (moving.length === 0) return null;
  const soonest = nextOfMoving(sql, tree.op, moving);
  if (fixed.length === 0) return soonest;
  const decides = joined(sql, tree.op, fixed);
  return tree.op === 'all'
    ? sql`(case when ${decides} then ${soonest} else 'infinity' end)`
    : sql`(case when ${decides} then 'infinity' else ${soonest} end)`;
}

function nextOfMoving(
  sql: ISql,
  op: 'all' | 'any',
  moving: readonly { holds: Fragment; next: Fragment }[],
): Fragment {
  if (moving.length === 1) return moving[0]!.next;
  const list = (parts: readonly Fragment[]) => parts.reduce((all, part) => sql`${all}, ${part}`);
  const all = joined(
    sql,
    op,
    moving.map(({ holds }) => holds),
  );
  const least = sql`least(${list(moving.map(({ next }) => next))})`;
  const last = (isOf: boolean) =>
    sql`greatest(${list(
      moving.map(({ holds, next }) =>
        isOf
          ? sql`case when ${holds} then ${next} else '-infinity' end`
          : sql`case when ${holds} then '-infinity' else ${next} end`,
      ),
    )})`;
  return op === 'all'
    ? sql`(case when ${all} then ${least} else ${last(false)} end)`
    : sql`(case when ${all} then ${last(true)} else ${least} end)`;
}
