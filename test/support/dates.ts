import { journeyVersions, type Exported } from '../../workflows/definitions.ts';
import { indexJourneys } from '../../src/routing/journey-index.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { startDatesDue } from '../../src/routing/dates-due.ts';
import { reckonEverybody } from '../../src/routing/reckon-everybody.ts';
import { testDatabase } from './database.ts';
import { routingOver, type GivenEvent } from './routing.ts';

/** Routing over journeys that start on dates, whose clock the test moves; what is due is done when time passes. */
export async function datesOver(exported: Exported, startAt = '2026-05-01T12:00:00.000Z') {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, journeyVersions(exported), startAt);
  /** What is due now, and everybody's dates, until nothing is left to do. */
  async function settle(context = routing.context) {
    for (let turns = 0; turns < 100; turns += 1) {
      const turn = await takeDueTurn(context, [startDatesDue, reckonEverybody]);
      if (turn.errors.length > 0) throw turn.errors[0];
      if (!turn.isMore) return;
    }
    throw new Error('There is more to do after 100 turns: a work that never comes to its end.');
  }
  await settle();
  return {
    ...routing,
    sql,
    settle,
    /** A router of a release with these journeys, over the same database. */
    router: (journeys: Exported) => ({
      ...routing.context,
      journeys: indexJourneys(journeyVersions(journeys)),
    }),
    /** Events that are routed, and what is due then. */
    async happen(...given: GivenEvent[]) {
      await routing.acceptAndRoute(...given);
      await settle();
    },
    async passTo(at: string) {
      routing.moveTo(at);
      await settle();
    },
    /** The runs as they stand, the oldest first: `2026-05-10 open`. */
    async runs(name?: string) {
      const rows = await sql<{ name: string; key: string; state: string; outcome: string | null }[]>`
        select name, key, state, outcome from runs order by id`;
      return rows
        .filter((row) => name === undefined || row.name === name)
        .map(({ key, state, outcome }) => `${key} ${outcome ?? state}`);
    },
    /** The starts to come, and why there are none: `2026-05-10 at 2026-05-03T07:00Z`. */
    async starts() {
      const rows = await sql<{ occasion: string | null; startsAt: Date | null; problem: string | null }[]>`
        select occasion::text, starts_at as "startsAt", problem from date_starts order by name, customer_id`;
      return rows.map(({ occasion, startsAt, problem }) => {
        const at = startsAt?.toISOString().replace(':00.000Z', 'Z') ?? 'never';
        return problem === null ? `${occasion} at ${at}` : `${occasion} at ${at}: ${problem}`;
      });
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
