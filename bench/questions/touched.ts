import { noSegments } from '../../src/routing/segment-index.ts';
import { routeBatch, type RoutingContext } from '../../src/routing/route-batch.ts';
import { routingBatch } from '../../src/routing/router.ts';
import type { Bench } from '../bench.ts';
import type { Finding, Question, Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { growth } from '../scale/growth.ts';
import { indexOf, keptSegments, routingContext } from '../scale/kept-segments.ts';
import { scaleShops, type ScaleShop } from '../scale/scale-shop.ts';
import { segments } from '../scale/segments.ts';
import { Stream } from '../scale/stream.ts';
import { msOf, ratioOf, spreadOf } from '../statistics.ts';

/** (i) What segments cost a batch of routing. */
export const touched: Question = {
  letter: 'i',
  title: `Memberships that a batch of ${routingBatch} events touches, with ${segments.length} segments`,
  sharesBench: true,
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const shops = await scaleShops(bench, size);
    const rounds = size === 'tiny' ? 1 : 15;
    const few = await batches(bench, shops.small, rounds);
    const many = await batches(bench, shops.large, rounds);
    const added = spreadOf(many.added);
    return {
      lines: [
        {
          what: `What the segments add to a batch`,
          figure: added,
          unit: 'ms',
          aim: { words: 'under 100 ms', isMet: added.median < 100 },
        },
        { what: 'A batch with segments', figure: spreadOf(many.with), unit: 'ms' },
        { what: 'A batch without', figure: spreadOf(many.without), unit: 'ms' },
        { what: 'A batch with segments against one without', figure: ratioOf(many.with, many.without) },
        growth('A batch with segments', shops, { small: few.with, large: many.with }),
      ],
      notes: [
        'Whole transactions of routing, in turn with and without segments; no journeys. What is added is looking at the touched ' +
          'customers in the touched segments, round by round, the memberships, and the events of entering and leaving that follow.',
        'The events are like the latest of the shop, of the same customers, one in ten of a new visitor; a look at a product touches ' +
          'nine segments, an order more.',
      ],
    };
  },
};

async function batches(bench: Bench, shop: ScaleShop, rounds: number) {
  await keptSegments(bench, shop);
  const stream = new Stream(bench, shop);
  const contexts = {
    with: routingContext(bench, shop, { segments: indexOf(segments) }),
    without: routingContext(bench, shop, { segments: noSegments }),
  };
  const routed = async (context: RoutingContext) => {
    await stream.accept(routingBatch);
    return msOf(() => routeAll(context));
  };
  // Not counted: the first of everything is slow.
  for (const context of Object.values(contexts)) await routed(context);
  const times = await inTurn(rounds, {
    with: () => routed(contexts.with),
    without: () => routed(contexts.without),
  });
  // Never nothing: in the least form chance may be greater than what is added.
  const added = times.with.map((ms, round) => Math.max(ms - times.without[round]!, 0.1));
  return { ...times, added };
}

/** Routes until nothing waits. @throws Error when another is at it. */
export async function routeAll(context: RoutingContext): Promise<void> {
  for (;;) {
    const outcome = await routeBatch(context, routingBatch);
    if (outcome.kind === 'locked') throw new Error('Another router is at work.');
    if (outcome.events === 0) return;
  }
}
