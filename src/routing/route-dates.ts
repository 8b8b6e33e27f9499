import type { TransactionSql } from 'postgres';
import { changeOf, dateJourneysOf } from './date-journeys.ts';
import { reckonDates } from './reckon-dates.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';

/**
 * Reckons anew the dates that a batch changes: after its traits, facts and runs, so that a run which the batch ends for
 * a reason of its own ends for that one. Answers how many dispatches were written.
 */
export async function routeDates(
  tx: TransactionSql,
  context: RoutingContext,
  owned: readonly OwnedEvent[],
): Promise<number> {
  const journeys = dateJourneysOf(context.journeys);
  if (journeys.length === 0) return 0;
  const touched = new Map<string, Set<string>>();
  for (const { event, customerId } of owned) {
    for (const journey of journeys) {
      const change = changeOf(journey, event);
      if (change === null) continue;
      const brought = touched.get(customerId) ?? new Set();
      // What is imported starts nothing by itself.
      if (change === 'date' && !event.imported) brought.add(journey.name);
      touched.set(customerId, brought);
    }
  }
  return reckonDates(tx, context, {
    journeys,
    customerIds: [...touched.keys()],
    why: 'change',
    isBrought: (name, customerId) => touched.get(customerId)?.has(name) ?? false,
  });
}
