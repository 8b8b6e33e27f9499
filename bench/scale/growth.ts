import type { Line } from '../question.ts';
import { spreadOf } from '../statistics.ts';
import type { ScaleShops } from './scale-shop.ts';

/** How much longer something takes in the large shop than in the small one, beside how much larger that is. */
export function growth(
  what: string,
  { small, large }: ScaleShops,
  ms: { small: readonly number[]; large: readonly number[] },
): Line {
  const times = spreadOf(ms.large).median / spreadOf(ms.small).median;
  const size = large.customers / small.customers;
  const how = times < 0.9 * size ? 'less than linear' : times <= 1.1 * size ? 'linear' : 'more than linear';
  const say = (count: number) => count.toLocaleString('en-US');
  return {
    what: `${what}: time at ${say(large.customers)} customers against ${say(small.customers)} (${say(size)} times as many): ${how}`,
    figure: spreadOf([times]),
  };
}
