import { batchOf, lookedAt } from '../events.ts';
import { load } from '../load.ts';
import { perSecond, type Question } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { ratioOf } from '../statistics.ts';

const eventsInBatch = 100;

/** (b) A hundred events a request, beside one. */
export const batches: Question = {
  letter: 'b',
  title: `Accepted events per second, ${eventsInBatch} events a request`,
  async measure(bench, size) {
    const database = await bench.database('batches');
    const { url } = await bench.kairos('api', { DATABASE_URL: database.url });
    const bound = size === 'tiny' ? { requests: 200 } : { seconds: 4 };
    const batch = { url, path: '/v1/batch', body: batchOf(eventsInBatch), connections: 16, bound };
    const one = { url, path: '/v1/track', body: JSON.stringify(lookedAt), connections: 128, bound };
    const rates = await inTurn(size === 'tiny' ? 1 : 5, {
      batch: async () => (await load(batch)).perSecond * eventsInBatch,
      one: async () => (await load(one)).perSecond,
    });
    return {
      lines: [
        { what: 'Batches of 100 against one event a request', figure: ratioOf(rates.batch, rates.one) },
        perSecond('Events in batches of 100', rates.batch),
        perSecond('Events one by one', rates.one),
      ],
      notes: [
        `Batches of ${Math.round(batch.body.length / 1_024)} KB over ${batch.connections} connections, single events over ${one.connections}.`,
      ],
    };
  },
};
