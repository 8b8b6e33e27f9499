import type { WatchDefinition } from '../src/define/watch.ts';

/** The units that a product has to rise above at least to wake the watch; 0 where no rise of stock does. */
export function leastRise({ wakes }: Pick<WatchDefinition, 'wakes'>): number {
  const levels = Object.values(wakes).flatMap((crossing) =>
    crossing.of === 'stock' && crossing.direction === 'rises' ? [crossing.level] : [],
  );
  return levels.length === 0 ? 0 : Math.min(...levels);
}

/**
 * What of the units on the shelf may be served. Too few to wake the watch are too few to go on with: they are as good as
 * none, until the shelf rises above that level again, which wakes it.
 */
export function servable(watch: Pick<WatchDefinition, 'wakes'>, units: number): number {
  return units > leastRise(watch) ? units : 0;
}
