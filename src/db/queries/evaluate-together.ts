/**
 * Many predicates of a few customers at once, as routing asks after each round: one statement that asks every leaf once,
 * each of the customers whom it concerns, and the trees of `and`, `or` and `not` are put together here. A statement for
 * each predicate cost five times as much, most of it the same for whatever it asked.
 *
 * The statement is made once for a list of predicates, and has the same text whoever is asked about. It is put together
 * twice, for two groups of customers and two moments: what differs is what has to be filled in.
 */
import type { ISql, PendingQuery, Row, TransactionSql } from 'postgres';
import type { Predicate } from '../../define/predicate-data.ts';
import { isDated, treeOf, type Leaf, type Tree } from '../../define/predicate-tree.ts';
import { joinedZone } from './evaluate-predicate-dates.ts';
import { compiledLeaf, type CompiledLeaf } from './evaluate-predicate-leaf.ts';
import { evaluate, type Evaluated } from './evaluate-predicate.ts';
import { recorder, written } from './written-statement.ts';

/** Of some predicates, which customers are asked about. */
export type AskedTogether = ReadonlyMap<Predicate, ReadonlySet<string>>;

/** The same as `evaluate` of each of these predicates, of which `all` has every one that is ever asked. */
export async function evaluateTogether(
  tx: TransactionSql,
  all: readonly Predicate[],
  { asked, now }: { asked: AskedTogether; now: Date },
): Promise<Map<Predicate, Evaluated[]>> {
  if (!compiled.has(all)) compiled.set(all, compileTogether(all));
  const statement = compiled.get(all);
  if (!statement) return oneByOne(tx, asked, now);
  const whom = whomOf(statement, asked);
  const parameters = statement.parameters.map((parameter) => parameter({ whom, now, given: null }));
  // Sent at once, not when it is awaited: what sets how it is planned is sent right before and after it.
  const asking = tx.unsafe<LeafRow[]>(statement.text, parameters as never, { prepare: true }).execute();
  const rows = await asking;
  const found = new FoundLeaves(statement, rows);
  return new Map([...asked].map(([predicate, who]) => [predicate, found.evaluated(predicate, who)]));
}

async function oneByOne(
  tx: TransactionSql,
  asked: AskedTogether,
  now: Date,
): Promise<Map<Predicate, Evaluated[]>> {
  const found = new Map<Predicate, Evaluated[]>();
  for (const [predicate, who] of asked)
    found.set(predicate, await evaluate(tx, predicate, { who: [...who], now }));
  return found;
}

/** What a leaf came to for a customer. */
export interface LeafRow {
  place: number;
  customer_id: string;
  holds: boolean | null;
  next_at: Date | null;
}

/** A predicate's tree over the leaves of the statement, each by its place. */
type PlacedTree =
  { op: 'all' | 'any'; of: readonly PlacedTree[] } | { op: 'leaf'; place: number; negated: boolean };

/** The statement that some predicates make, and what has to be filled in. */
export interface Compiled {
  text: string;
  parameters: readonly Parameter[];
  trees: ReadonlyMap<Predicate, PlacedTree>;
  /** By the leaf's place: what holds of who has no row of it. */
  otherwise: readonly boolean[];
}

/** `whom` by the leaf's place; behind the last leaf, everybody who is asked about at all. `given`: by what they are found else. */
type Parameter = (asked: { whom: readonly string[][]; now: Date; given: unknown }) => unknown;

const compiled = new WeakMap<readonly Predicate[], Compiled | null>();

function whomOf({ trees, otherwise }: Compiled, asked: AskedTogether): string[][] {
  const whom = Array.from({ length: otherwise.length + 1 }, () => new Set<string>());
  const add = (tree: PlacedTree, who: ReadonlySet<string>): void => {
    if (tree.op !== 'leaf') for (const one of tree.of) add(one, who);
    else for (const id of who) whom[tree.place]!.add(id);
  };
  for (const [predicate, who] of asked) {
    add(trees.get(predicate)!, who);
    for (const id of who) whom.at(-1)!.add(id);
  }
  return whom.map((ids) => [...ids]);
}

/** What the leaves came to, by customer. */
export class FoundLeaves {
  private readonly statement: Compiled;
  private readonly byLeaf: Map<string, LeafRow>[];

  constructor(statement: Compiled, rows: readonly LeafRow[]) {
    this.statement = statement;
    this.byLeaf = Array.from({ length: statement.otherwise.length + 1 }, () => new Map<string, LeafRow>());
    for (const row of rows) this.byLeaf[row.place]!.set(row.customer_id, row);
  }

  /** Who was asked about. */
  asked(): string[] {
    return [...this.byLeaf.at(-1)!.keys()];
  }

  /** Who was joined to others or erased has no row. */
  evaluated(predicate: Predicate, who: Iterable<string>): Evaluated[] {
    const tree = this.statement.trees.get(predicate)!;
    const there = this.byLeaf.at(-1)!;
    return [...who]
      .filter((customerId) => there.get(customerId)?.holds)
      .map((customerId) => {
        const { holds, next } = this.standing(tree, customerId);
        return { customerId, holds, nextAt: next === Infinity ? null : new Date(next) };
      })
      .filter(({ holds, nextAt }) => holds || nextAt !== null);
  }

  /** As `evaluation` says it in SQL. The next change in epoch milliseconds. */
  private standing(tree: PlacedTree, customerId: string): { holds: boolean; next: number } {
    if (tree.op === 'leaf') {
      const row = this.byLeaf[tree.place]!.get(customerId);
      const holds = row?.holds ?? this.statement.otherwise[tree.place]!;
      return { holds: holds !== tree.negated, next: row?.next_at?.getTime() ?? Infinity };
    }
    const parts = tree.of.map((one) => this.standing(one, customerId));
    const isAll = tree.op === 'all';
    const holds = isAll ? parts.every((part) => part.holds) : parts.some((part) => part.holds);
    // What takes all cannot come to hold before the last of those that do not; what takes any is the contrary of that.
    const decisive = holds === isAll ? parts : parts.filter((part) => part.holds !== isAll);
    const times = decisive.map(({ next }) => next);
    return { holds, next: holds === isAll ? Math.min(...times) : Math.max(...times) };
  }
}

const samples = [
  { who: 'customer a', now: new Date('2001-01-01T00:00:00.000Z') },
  { who: 'customer b', now: new Date('2002-03-04T05:06:07.089Z') },
] as const;

/**
 * Null when a parameter follows from what is asked in a way that is not known here.
 * @param whose A sub-select that gives the ids of all who are asked about, found by `$1`; null: they are filled in.
 */
export function compileTogether(all: readonly Predicate[], whose: string | null = null): Compiled | null {
  const leaves = new Map<string, { leaf: Leaf; place: number }>();
  const trees = new Map(all.map((predicate) => [predicate, placed(treeOf(predicate), leaves)]));
  const statement = new Writing(whose);
  const otherwise = [...leaves.values()].map(({ leaf, place }) => {
    statement.add((sql, asked) =>
      rowsOf(sql, compiledLeaf(sql, leaf, asked), { leaf, who: asked.who, place }),
    );
    const sample = compiledLeaf(recorder, leaf, { who: [], now: samples[0].now });
    return sample.kind === 'flagged' && sample.otherwise;
  });
  statement.add((sql, { who }) => thereOf(sql, who, leaves.size));
  const { text, parameters } = statement;
  if (parameters.includes(null)) return null;
  return { text, parameters: parameters as Parameter[], trees, otherwise };
}

function placed(tree: Tree, leaves: Map<string, { leaf: Leaf; place: number }>): PlacedTree {
  if (tree.op !== 'leaf') return { op: tree.op, of: tree.of.map((one) => placed(one, leaves)) };
  const key = JSON.stringify(tree.leaf);
  const known = leaves.get(key) ?? { leaf: tree.leaf, place: leaves.size };
  leaves.set(key, known);
  return { op: 'leaf', place: known.place, negated: tree.negated };
}

/** A statement as it grows, leaf by leaf, as it is written for both samples. */
class Writing {
  readonly parameters: (Parameter | null)[];
  private readonly texts: string[] = [];
  private readonly values: readonly [unknown[], unknown[]];
  private readonly whose: string | null;

  constructor(whose: string | null) {
    this.whose = whose;
    this.parameters = whose === null ? [] : [({ given }) => given];
    this.values = whose === null ? [[], []] : [[null], [null]];
  }

  get text(): string {
    return this.texts.join('\nunion all\n');
  }

  add(make: (sql: ISql, asked: { who: string[]; now: Date }) => PendingQuery<Row[]>): void {
    const place = this.texts.length;
    const [one, other] = samples.map(({ who, now }, which) => {
      const ofSample = [`${who} ${place}`];
      const instead = (value: unknown) => (isSame(value, ofSample) ? this.whose : null);
      return written(make(recorder, { who: ofSample, now }), this.values[which]!, instead);
    });
    this.texts.push(one!);
    const [ofOne, ofOther] = this.values;
    const isOne = one === other && ofOne.length === ofOther.length;
    for (let at = this.parameters.length; at < ofOne.length; at++) {
      this.parameters.push(isOne ? parameterOf(ofOne[at], ofOther[at], place) : null);
    }
  }
}

function rowsOf(
  sql: ISql,
  compiledOne: CompiledLeaf,
  { leaf, who, place }: { leaf: Leaf; who: string[]; place: number },
): PendingQuery<Row[]> {
  const number = sql`${place}::int as place`;
  const never = sql`null::timestamptz`;
  switch (compiledOne.kind) {
    case 'plain':
      return sql`
        select ${number}, t.id as customer_id, (${compiledOne.holds}) is true as holds, ${never} as next_at
        from customers t where t.id = any(${who}::uuid[])`;
    case 'each':
      return sql`
        select ${number}, t.id as customer_id, x.holds as holds, ${compiledOne.moves ? sql`x.next_at` : never} as next_at
        from customers t ${isDated(leaf) ? joinedZone(sql) : sql``} cross join lateral (${compiledOne.rows}) x
        where t.id = any(${who}::uuid[])`;
    case 'row':
      return sql`
        select ${number}, r.customer_id, true as holds, ${compiledOne.moves ? sql`r.next_at` : never} as next_at
        from (${compiledOne.rows}) r`;
    case 'flagged':
      return sql`
        select ${number}, r.customer_id, r.holds, ${compiledOne.moves ? sql`r.next_at` : never} as next_at
        from (${compiledOne.rows}) r`;
  }
}

const thereOf = (sql: ISql, who: string[], place: number): PendingQuery<Row[]> => sql`
  select ${place}::int as place, a.id as customer_id, t.id is not null as holds, null::timestamptz as next_at
  from unnest(${who}::uuid[]) as a (id)
    left join customers t on t.id = a.id and t.merged_into is null and t.erased_at is null`;

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** How a value follows from what is asked; null: not in a way that is known here. */
function parameterOf(one: unknown, other: unknown, place: number): Parameter | null {
  if (isSame(one, other)) return () => one;
  if (Array.isArray(one)) {
    const given = samples.map(({ who }) => [`${who} ${place}`]);
    return isSame([one, other], given) ? ({ whom }) => whom[place] : null;
  }
  const [before, after] = [one, other].map((value, which) => msOf(value) - samples[which]!.now.getTime());
  if (before !== after || Number.isNaN(before)) return null;
  const moment = (now: Date) => new Date(now.getTime() + before!);
  return one instanceof Date ? ({ now }) => moment(now) : ({ now }) => moment(now).toISOString();
}

/** Of a moment, or of one in words. */
function msOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' ? Date.parse(value) : NaN;
}
