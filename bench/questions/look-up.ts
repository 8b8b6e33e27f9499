import { createJourneyActivities } from '../../activities/journey.ts';
import type { Bench } from '../bench.ts';
import type { Finding, Question, Size } from '../question.ts';
import { growth } from '../scale/growth.ts';
import { scaleShops, type ScaleShop } from '../scale/scale-shop.ts';
import { segments } from '../scale/segments.ts';
import { msOf, quantile, spreadOf } from '../statistics.ts';

/** (j) A journey asks whether its customer is in a segment. */
export const lookUp: Question = {
  letter: 'j',
  title: 'One look-up of a segment in an activity',
  sharesBench: true,
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const shops = await scaleShops(bench, size);
    const [rounds, calls] = size === 'tiny' ? [1, segments.length] : [3, 2_000];
    const few = await lookUps(bench, shops.small, { rounds, calls });
    const many = await lookUps(bench, shops.large, { rounds, calls });
    const at = (all: number[][], share: number) => all.map((some) => quantile(some, share));
    const slowest = spreadOf(at(many, 0.99));
    return {
      lines: [
        {
          what: '99th percentile',
          figure: slowest,
          unit: 'ms',
          aim: { words: 'under 5 ms', isMet: slowest.median < 5 },
        },
        { what: 'Median', figure: spreadOf(at(many, 0.5)), unit: 'ms' },
        growth('Median', shops, { small: at(few, 0.5), large: at(many, 0.5) }),
        growth('99th percentile', shops, { small: at(few, 0.99), large: at(many, 0.99) }),
      ],
      notes: [
        `The activity \`isIn\` itself, ${rounds} rounds of ${calls} calls one after the other, of ${segments.length} segments in turn: whose the run is, ` +
          'then the predicate, evaluated for that customer now. The customers are drawn by how much they do.',
      ],
    };
  },
};

/** How long each call took, by round and sorted. */
async function lookUps(bench: Bench, shop: ScaleShop, { rounds, calls }: { rounds: number; calls: number }) {
  const activities = createJourneyActivities({ database: shop.database, clock: bench.clock, segments });
  const runIds = await runsOf(shop, 500);
  const all: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const times: number[] = [];
    // Not counted: the first of each segment on each connection is prepared.
    for (let call = -10 * segments.length; call < calls; call += 1) {
      const place = call + 10 * segments.length + round;
      const { name: segment } = segments[place % segments.length]!;
      const ms = await msOf(() => activities.isIn({ runId: runIds[place % runIds.length]!, segment }));
      if (call >= 0) times.push(ms);
    }
    all.push(times.sort((a, b) => a - b));
  }
  return all;
}

/** Runs of customers drawn by how much they do: their ids. */
async function runsOf({ database: { sql }, now, facts }: ScaleShop, count: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    insert into runs (id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
    select md5('run ' || seq)::uuid, 'benchWaiting', 1, customer_id, seq::text, 1, 'look-up/' || seq, '{}', '{}', '{}', ${now}, ${now}
    from customer_events where seq = any(array(select ${Math.floor(facts / count)}::int * g from generate_series(1, ${count}::int) g))
    returning id`;
  return rows.map(({ id }) => id);
}
