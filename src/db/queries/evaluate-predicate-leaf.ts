import type { ISql, PendingQuery, Row } from 'postgres';
import { leavesOf, type Leaf, type Tree } from '../../define/predicate-tree.ts';
import { consentLeaf } from './evaluate-predicate-consents.ts';
import { didLeaf } from './evaluate-predicate-events.ts';
import { orderedLeaf } from './evaluate-predicate-orders.ts';
import { reachableLeaf, traitLeaf } from './evaluate-predicate-traits.ts';

/** Whom is asked about, and when. */
export interface Asked {
  who: readonly string[] | 'everybody';
  /** Kairos's time. */
  now: Date;
}

type Fragment = PendingQuery<Row[]>;

/**
 * What a leaf asks. `row`: a sub-select with a row `customer_id` for those for whom it holds, and `next_at` if time may
 * change that. `flagged`: a row, also for some for whom it does not hold, with `holds` and `next_at`; who has none is as
 * `otherwise` says. `each`: those columns, from `t`, the customer. `plain`: a condition on `t`.
 */
export type CompiledLeaf =
  | { kind: 'row'; rows: Fragment; moves: boolean }
  | { kind: 'flagged'; rows: Fragment; moves: boolean; otherwise: boolean }
  | { kind: 'each'; rows: Fragment; moves: boolean }
  | { kind: 'plain'; holds: Fragment };

/** A leaf under its alias: conditions in which unknown counts as false, and the moment of its next change, or null. */
export interface JoinedLeaf {
  join: Fragment;
  /** What it is joined as, where it stands by itself: a set of customers. Null where it asks the customer's own row. */
  set: Fragment | null;
  /** Whom a row of the set is about. */
  customer: Fragment;
  /** Who has no row in the set may not come to hold it. */
  isStrict: boolean;
  holds: Fragment;
  fails: Fragment;
  mayHold: Fragment;
  mayFail: Fragment;
  next: Fragment | null;
}

/** Every leaf of a tree once, by its JSON. */
export function joinedLeaves(sql: ISql, tree: Tree, asked: Asked): Map<string, JoinedLeaf> {
  const leaves = new Map<string, JoinedLeaf>();
  for (const leaf of leavesOf(tree)) {
    const key = JSON.stringify(leaf);
    if (!leaves.has(key))
      leaves.set(key, joinedLeaf(sql, compiledLeaf(sql, leaf, asked), `l${leaves.size + 1}`));
  }
  return leaves;
}

/** A leaf by itself, as its kind of data has it. */
export function compiledLeaf(sql: ISql, leaf: Leaf, asked: Asked): CompiledLeaf {
  switch (leaf.kind) {
    case 'trait':
      return traitLeaf(sql, leaf, asked);
    case 'reachable':
      return reachableLeaf(sql, leaf);
    case 'consent':
      return consentLeaf(sql, leaf, asked);
    case 'did':
      return didLeaf(sql, leaf, asked);
    case 'ordered':
      return orderedLeaf(sql, leaf, asked);
  }
}

function joinedLeaf(sql: ISql, leaf: CompiledLeaf, alias: string): JoinedLeaf {
  if (leaf.kind === 'plain') {
    const fails = sql`(${leaf.holds}) is not true`;
    const asked = { join: sql``, set: null, customer: sql`t.id`, isStrict: false, next: null };
    return { ...asked, holds: leaf.holds, fails, mayHold: leaf.holds, mayFail: fails };
  }
  const holds = sql(`${alias}.holds`);
  const customer = sql(`${alias}.customer_id`);
  const next = leaf.moves ? sql`${sql(`${alias}.next_at`)}` : null;
  const anybody = sql`true`;
  if (leaf.kind === 'each') {
    const join = sql`left join lateral (${leaf.rows}) ${sql(alias)} on true`;
    const [is, isNot] = [sql`${holds}`, sql`${holds} is not true`];
    const may = (certain: Fragment) => (next ? sql`(${certain} or ${next} is not null)` : certain);
    const mayFail = next ? anybody : isNot;
    const asked = { join, set: null, customer: sql`t.id`, isStrict: false, next };
    return { ...asked, holds: is, fails: isNot, mayHold: may(is), mayFail };
  }
  const set = sql`(${leaf.rows}) ${sql(alias)}`;
  const from = { set, customer: sql`${customer}`, join: sql`left join ${set} on ${customer} = t.id` };
  const [isThere, isNotThere] = [sql`${customer} is not null`, sql`${customer} is null`];
  if (leaf.kind === 'row') {
    const mayFail = next ? anybody : isNotThere;
    return { ...from, isStrict: true, holds: isThere, fails: isNotThere, mayHold: isThere, mayFail, next };
  }
  return leaf.otherwise
    ? {
        ...from,
        isStrict: false,
        holds: sql`${holds} is not false`,
        fails: sql`not ${holds}`,
        mayHold: anybody,
        mayFail: isThere,
        next,
      }
    : {
        ...from,
        isStrict: true,
        holds: sql`${holds}`,
        fails: sql`${holds} is not true`,
        mayHold: isThere,
        mayFail: anybody,
        next,
      };
}
