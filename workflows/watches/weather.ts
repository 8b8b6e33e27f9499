import { atMost } from '../../src/define/predicate.ts';
import { weatherForecast } from '../../src/define/universal-event.ts';
import { coldAhead } from '../../src/messages/cold-ahead.ts';
import { wantsWarmth } from '../../src/segments/wants-warmth.ts';
import { watch } from '../sdk/watch.ts';

/**
 * When frost is forecast for a region, tells those there who have looked for what keeps warm and have not bought it:
 * while the newest forecast says so, in the evening where they are, and once for a cold spell.
 */
export const weather = watch({
  subject: 'region',
  wakes: { frost: weatherForecast.when({ temperatureC: atMost(0) }) },
  audience: wantsWarmth,
  again: '14 days',
  holdout: 0.1,
  wave: { customers: 1_000, every: '10 minutes' },

  async run(region) {
    await region.until('frost');
    await region.serve(coldAhead);
    return 'served';
  },
});
