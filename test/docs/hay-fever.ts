import { audience } from '../../src/define/audience.ts';
import { all, interestedIn, trait } from '../../src/define/predicate.ts';
import { universalEvent } from '../../src/define/universal-event.ts';
import { atLeast } from '../../src/define/value-test.ts';
import { watch } from '../../workflows/sdk/watch.ts';
import { pollenHelp } from './hay-fever-message.ts';

const pollenForecast = universalEvent('pollen.forecast', {
  subject: 'region',
  data: { day: 'day', plant: ['birch', 'grass', 'ragweed'], level: 'number' },
  per: 'day',
});

const sneezers = audience('sneezers', ({ region }: { region: string }) =>
  all(trait('region').is(region), interestedIn({ category: 'hay-fever' }).within('365 days')),
);

/** Who has hay fever hears of a day on which much flies where they live, once a season. */
export const hayFever = watch({
  subject: 'region',
  wakes: { bad: pollenForecast.when({ level: atLeast(4) }) },
  audience: sneezers,
  again: '60 days',
  holdout: 0.1,
  wave: { customers: 1_000, every: '10 minutes' },

  async run(region) {
    await region.until('bad');
    await region.serve(pollenHelp);
    return 'told';
  },
});
