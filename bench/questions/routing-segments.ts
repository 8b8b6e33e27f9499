import { noSegments } from '../../src/routing/segment-index.ts';
import type { RoutingContext } from '../../src/routing/route-batch.ts';
import type { Bench } from '../bench.ts';
import { perSecond, type Finding, type Question, type Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { scaleJourneys } from '../scale/journeys.ts';
import { indexOf, keptSegments, routingContext } from '../scale/kept-segments.ts';
import { scaleShops, type ScaleShop } from '../scale/scale-shop.ts';
import { segments } from '../scale/segments.ts';
import { Stream } from '../scale/stream.ts';
import { msOf, ratioOf, spreadOf } from '../statistics.ts';
import { routeAll } from './touched.ts';

/** (l) Routing with all that a shop declares. */
export const routingSegments: Question = {
  letter: 'l',
  title: `Events routed per second, with ${segments.length} segments and ${scaleJourneys.length} journeys`,
  sharesBench: true,
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const shops = await scaleShops(bench, size);
    const [rounds, events] = size === 'tiny' ? [1, 100] : [4, 4_000];
    const few = await routed(bench, shops.small, { rounds, events });
    const many = await routed(bench, shops.large, { rounds, events });
    const all = spreadOf(many.all);
    return {
      lines: [
        {
          what: 'With segments and journeys',
          figure: all,
          unit: 'per second',
          aim: { words: 'at least 2,000/s', isMet: all.median >= 2_000 },
        },
        perSecond('With journeys alone', many.journeys),
        perSecond('With neither', many.neither),
        {
          what: 'With segments and journeys against journeys alone',
          figure: ratioOf(many.all, many.journeys),
        },
        {
          what: `Rate at ${shops.large.customers.toLocaleString('en-US')} customers against ${shops.small.customers.toLocaleString('en-US')}`,
          figure: spreadOf([all.median / spreadOf(few.all).median]),
        },
      ],
      notes: [
        `A round is ${events.toLocaleString('en-US')} accepted events that wait, routed in batches until none is left: transactions of routing as the router makes ` +
          'them, in this process; no dispatcher runs, so that what runs cost Temporal is not in it (question d has that).',
        'The events are like the latest of the shop, of the same customers, one in ten of a new visitor.',
      ],
    };
  },
};

async function routed(bench: Bench, shop: ScaleShop, { rounds, events }: { rounds: number; events: number }) {
  await keptSegments(bench, shop);
  const stream = new Stream(bench, shop);
  const rate = async (context: RoutingContext) => {
    await stream.accept(events);
    return events / ((await msOf(() => routeAll(context))) / 1_000);
  };
  const journeys = scaleJourneys;
  const contexts = {
    all: routingContext(bench, shop, { segments: indexOf(segments), journeys }),
    journeys: routingContext(bench, shop, { segments: noSegments, journeys }),
    neither: routingContext(bench, shop, { segments: noSegments }),
  };
  if (events > 1_000) await rate(contexts.all);
  return inTurn(rounds, {
    all: () => rate(contexts.all),
    journeys: () => rate(contexts.journeys),
    neither: () => rate(contexts.neither),
  });
}
