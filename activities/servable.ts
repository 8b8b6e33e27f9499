import { isShelfWave, type Wave, type WatchDefinition } from '../src/define/watch.ts';
import { placesOf } from '../src/domain/places.ts';

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
function servable(watch: Pick<WatchDefinition, 'wakes'>, units: number): number {
  return units > leastRise(watch) ? units : 0;
}

interface ShelfLook {
  watch: Pick<WatchDefinition, 'wakes'>;
  wave: Wave;
  run: { units: number; shelf: number | null };
}

/** The units that bound a wave now; null: it has no shelf, or nothing was reported of it. */
export function unitsNow({ watch, wave, run }: ShelfLook): number | null {
  if (isShelfWave(wave)) return servable(watch, run.units);
  return wave.perUnit === undefined ? null : run.shelf;
}

/** To how many more the shelf lets a watch speak now; infinitely many where none bounds it. */
export function roomNow(look: ShelfLook): number {
  const units = unitsNow(look);
  return units === null ? Infinity : placesOf(units, look.wave.perUnit!);
}
