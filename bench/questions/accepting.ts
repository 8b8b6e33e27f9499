import type { Bench, BenchDatabase } from '../bench.ts';
import { lookedAt } from '../events.ts';
import { load } from '../load.ts';
import { processorMs } from '../process-figures.ts';
import type { BenchProcess } from '../process.ts';
import { perSecond, type Finding, type Question, type Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { ratioOf, spreadOf } from '../statistics.ts';

const connections = 256;

/** (a) One event a request. */
export const accepting: Question = {
  letter: 'a',
  title: 'Accepted events per second, one event a request',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [kairosData, insertData] = [await bench.database('accepting'), await bench.database('one_insert')];
    const kairos = await bench.kairos('api', { DATABASE_URL: kairosData.url });
    const insert = await bench.part('one-insert', { DATABASE_URL: insertData.url });
    const express = await bench.part('answering', {});
    const bound = size === 'tiny' ? { requests: 2 * connections } : { seconds: 5 };
    const at = ({ url }: BenchProcess) =>
      load({ url, path: '/v1/track', body: JSON.stringify(lookedAt), connections, bound });
    // Not counted: the first requests are slow.
    for (const one of [kairos, insert, express]) await at(one);
    const before = await Promise.all([commitsOf(kairosData), commitsOf(insertData)]);
    const events = { express: 0, kairos: 0, insert: 0 };
    const processor = { express: [] as number[], kairos: [] as number[], insert: [] as number[] };
    const counted = async (name: keyof typeof events, process: BenchProcess) => {
      const before = await processorMs(process.pid);
      const { perSecond, answered } = await at(process);
      processor[name].push(((await processorMs(process.pid)) - before) / answered);
      events[name] += answered;
      return perSecond;
    };
    const rates = await inTurn(size === 'tiny' ? 1 : 7, {
      express: () => counted('express', express),
      kairos: () => counted('kairos', kairos),
      insert: () => counted('insert', insert),
    });
    for (const one of [kairos, insert, express]) await one.stop();
    const after = await Promise.all([commitsOf(kairosData), commitsOf(insertData)]);
    const commits = {
      kairos: (after[0] - before[0]) / events.kairos,
      insert: (after[1] - before[1]) / events.insert,
    };
    return finding(rates, commits, processor);
  },
};

function finding(
  rates: Record<'express' | 'kairos' | 'insert', number[]>,
  commits: Record<'kairos' | 'insert', number>,
  processor: Record<'express' | 'kairos', number[]>,
): Finding {
  const [toExpress, toInsert] = [ratioOf(rates.kairos, rates.express), ratioOf(rates.kairos, rates.insert)];
  const share = spreadOf([commits.kairos / commits.insert]);
  return {
    lines: [
      {
        what: 'Kairos against the same Express that answers and stores nothing',
        figure: toExpress,
        aim: { words: 'at least 0.5', isMet: toExpress.median >= 0.5 },
      },
      {
        what: 'Kairos against one INSERT a request',
        figure: toInsert,
        aim: { words: 'at least 1.3', isMet: toInsert.median >= 1.3 },
      },
      {
        what: 'Commits for each event: Kairos against one INSERT a request',
        figure: share,
        aim: { words: 'at most 0.1', isMet: share.median <= 0.1 },
      },
      {
        what: 'Processor time of the Node process for a request: the same Express against Kairos',
        figure: ratioOf(processor.express, processor.kairos),
      },
      perSecond('Kairos', rates.kairos),
      perSecond('The same Express', rates.express),
      perSecond('One INSERT a request', rates.insert),
    ],
    notes: [
      `${connections} connections, each with one request at a time, from a process of their own (autocannon).`,
      'Kairos is its API process on PostgreSQL; no router runs, so that accepting alone is measured.',
      'The same Express reads the JSON with `express.json()` and answers `{"success":true}`.',
      'The processor time says what the rates would be to each other where the Node process has a core to itself: on a ' +
        'machine that others use, Kairos and its database wait for each other and for them.',
      'One INSERT a request is the same API, with the same checks, whose every request writes to the same tables by ' +
        'one statement on a pool of ten connections, which is its own commit.',
      `Commits as PostgreSQL counts them: ${commits.kairos.toFixed(4)} and ${commits.insert.toFixed(4)} an event.`,
    ],
  };
}

/** Commits in a database since its beginning; those of processes that have ended are all counted. */
async function commitsOf({ sql, name }: BenchDatabase): Promise<number> {
  const [row] = await sql<{ commits: number }[]>`
    select xact_commit::float8 as commits from pg_stat_database where datname = ${name}`;
  return row!.commits;
}
