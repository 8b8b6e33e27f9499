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
export function servable(watch: Pick<WatchDefinition, 'wakes'>, units: number): number {
  return units > leastRise(watch) ? units : 0;
}

/** To how many more the shelf lets a watch speak now; infinitely many where it has none, or where nothing was reported of it. */
export function roomNow(look: {
  watch: Pick<WatchDefinition, 'wakes'>;
  wave: Wave;
  run: { units: number; shelf: number | null };
}): number {
  const { watch, wave, run } = look;
  const units = isShelfWave(wave) ? servable(watch, run.units) : run.shelf;
  return wave.perUnit === undefined || units === null ? Infinity : placesOf(units, wave.perUnit);
}
