import type postgres from 'postgres';
import { evaluation } from '../../src/db/queries/evaluate-predicate.ts';
import type { Bench } from '../bench.ts';
import type { Finding, Line, Question, Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { contests, type Contest } from '../scale/by-hand.ts';
import { growth } from '../scale/growth.ts';
import { keptSegments } from '../scale/kept-segments.ts';
import { scaleShops, type ScaleShop } from '../scale/scale-shop.ts';
import { msOf, ratioOf, spreadOf } from '../statistics.ts';

const names = ['kairos', 'byHand', 'members'] as const;
type Times = Record<(typeof names)[number], number[]>;

/** (h) All members of a segment, of a million customers. */
export const recompute: Question = {
  letter: 'h',
  title: 'A segment computed anew for everybody, against SQL written by hand',
  sharesBench: true,
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const { small, large } = await scaleShops(bench, size);
    const rounds = size === 'tiny' ? 1 : 3;
    const lines: Line[] = [];
    for (const contest of contests) {
      const few = await contended(small, contest, rounds);
      const many = await contended(large, contest, rounds);
      lines.push(...linesOf(contest, { few, many }, { small, large }));
    }
    lines.push(...(await inBackground(bench, small, large)));
    return { lines, notes: notes(large) };
  },
};

function linesOf(
  { what }: Contest,
  { few, many }: { few: Times; many: Times },
  shops: { small: ScaleShop; large: ScaleShop },
): Line[] {
  const ratio = ratioOf(many.kairos, many.byHand);
  return [
    { what, figure: ratio, aim: { words: 'at most 1.3', isMet: ratio.median <= 1.3 } },
    { what: `${what}: against the members alone by hand`, figure: ratioOf(many.kairos, many.members) },
    { what: `${what}: Kairos`, figure: spreadOf(many.kairos), unit: 'ms' },
    { what: `${what}: by hand`, figure: spreadOf(many.byHand), unit: 'ms' },
    growth(what, shops, { small: few.kairos, large: many.kairos }),
  ];
}

/** How long each takes to put its answer into a table, in turn; once they are seen to say the same. */
async function contended({ database, now }: ScaleShop, contest: Contest, rounds: number): Promise<Times> {
  const sql = await database.sql.reserve();
  try {
    // As the product sets them for this statement.
    await sql.unsafe(`set work_mem = '64MB'`);
    const statement = {
      kairos: () =>
        sql`create unlogged table bench_kairos as
          ${evaluation(sql, contest.segment.where, { who: 'everybody', now })}`,
      byHand: () =>
        sql.unsafe(`create unlogged table bench_by_hand as ${contest.byHand}`, [now.toISOString()]),
      members: () =>
        sql.unsafe(`create unlogged table bench_members as ${contest.membersByHand}`, [now.toISOString()]),
    };
    for (const name of names) await statement[name]();
    await compare(sql, contest);
    const timed = async (name: (typeof names)[number], table: string) => {
      await sql.unsafe(`drop table ${table}`);
      return msOf(statement[name]);
    };
    return await inTurn(rounds, {
      kairos: () => timed('kairos', 'bench_kairos'),
      byHand: () => timed('byHand', 'bench_by_hand'),
      members: () => timed('members', 'bench_members'),
    });
  } finally {
    await sql.unsafe('drop table if exists bench_kairos, bench_by_hand, bench_members');
    await sql.unsafe('reset work_mem');
    sql.release();
  }
}

/** @throws Error when Kairos and the SQL by hand have other members, or Kairos would look again later than it must. */
async function compare(sql: postgres.ReservedSql, { what }: Contest): Promise<void> {
  const [row] = await sql<{ members: number; differ: number; late: number; missed: number }[]>`
    select (select count(*) from bench_members)::int as members, count(*) filter (
        where coalesce(k.holds, false) <> coalesce(h.holds, false))::int as differ,
      count(*) filter (where coalesce(k.next_at, 'infinity') > h.next_at)::int as late,
      (select count(*) from bench_members m full join (select * from bench_kairos where holds) o using (customer_id)
        where m.customer_id is null or o.holds is null)::int as missed
    from bench_kairos k full join bench_by_hand h using (customer_id)`;
  const { members, ...wrong } = row!;
  if (members === 0) throw new Error(`Nobody: ${what}.`);
  if (Object.values(wrong).some((count) => count > 0))
    throw new Error(`Not the same: ${what}: ${JSON.stringify(row)}.`);
}

/** As the router does it: found into a table of its own, taken over from there. */
async function inBackground(bench: Bench, small: ScaleShop, large: ScaleShop): Promise<Line[]> {
  const [few, many] = [await keptSegments(bench, small), await keptSegments(bench, large)];
  const total = (all: typeof many) =>
    [...all.values()].reduce((sum, one) => sum + one.foundMs + one.takenMs, 0);
  const ofContests = contests.flatMap(({ what, segment }): Line[] => {
    const { foundMs, takenMs } = many.get(segment.name)!;
    return [
      { what: `${what}: found in the background`, figure: spreadOf([foundMs]), unit: 'ms' },
      { what: `${what}: taken over`, figure: spreadOf([takenMs]), unit: 'ms' },
    ];
  });
  return [
    ...ofContests,
    { what: `All ${many.size} segments in the background`, figure: spreadOf([total(many)]), unit: 'ms' },
    growth(`All ${many.size} segments`, { small, large }, { small: [total(few)], large: [total(many)] }),
  ];
}

const notes = ({ customers, facts, loadMs }: ScaleShop) => [
  `${customers.toLocaleString('en-US')} customers and ${facts.toLocaleString('en-US')} facts of two years, generated from a seed: log-normal ` +
    '(one customer in a hundred has more than 200 facts, the first some ten thousand), with orders, consents and traits. Loaded in ' +
    `${(loadMs / 1_000).toFixed(0)} s: without indexes, which were made at the end, and with synchronous_commit off; then vacuum analyze.`,
  'The statements by hand stand in `bench/scale/by-hand.ts`: on the same tables and indexes, both prepared, with the memory that the ' +
    'product gives this statement, each into an unlogged table. They say what Kairos says, which is checked of everybody: who is in, ' +
    'and when to look again though nothing happens. Against the members alone: without a word on when to look again.',
  'In the background: what the router does, once; found without a lock, taken over in chunks between two batches of routing.',
];
