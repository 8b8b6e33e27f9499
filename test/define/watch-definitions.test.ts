import { describe, expect, test } from 'vitest';
import { audience } from '../../src/define/audience.ts';
import { reachable } from '../../src/define/predicate.ts';
import { momentOccurred, weatherForecast } from '../../src/define/universal-event.ts';
import { stock } from '../../src/define/watch.ts';
import { waitingList } from '../../src/define/waiting-list.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { productViewed } from '../../src/events/product-viewed.ts';
import { journeyVersions, watchDefinitions, watchVersions } from '../../workflows/definitions.ts';
import { journey } from '../../workflows/sdk/journey.ts';
import { watch } from '../../workflows/sdk/watch.ts';

const sound = {
  subject: 'sku',
  wakes: { restocked: stock.rises(0) },
  waiting: waitingList({ name: 'lookers', opensOn: [productViewed] }),
  wave: { perUnit: 2, every: '1 hour' },
  run: async () => 'served',
} as const;

test('each watch goes by the name and version of its export; journeys are kept apart', () => {
  expect(watchDefinitions().find(({ name }) => name === 'backInStock')).toMatchObject({
    ...{ version: 1, subject: 'sku', holdout: 0.1, wave: { perUnit: 2, every: '1 hour' } },
  });
  expect(journeyVersions().map(({ name }) => name)).not.toContain('backInStock');
  const versions = { back: watch(sound), back_v2: watch(sound) };
  expect(watchDefinitions(versions).map(({ workflowType }) => workflowType)).toEqual(['back_v2']);
  expect(watchVersions(versions)).toHaveLength(2);
});

test('a name is a journey’s or a watch’s', () => {
  const cart = journey({
    ...{ starts: productAdded, lasts: '1 day', cap: { sends: 1, within: '1 day' } },
    run: async () => 'done',
  });
  expect(() => watchVersions({ back: watch(sound), back_v2: cart })).toThrow(
    /back_v2: is a journey, and back is a watch/,
  );
});

describe('refuses, and says what was expected', () => {
  const mistakes: [Record<string, unknown>, RegExp][] = [
    [{ subject: 'region' }, /back\.wakes\.restocked: it tells of a sku, and the watch is on a region/],
    [{ competing: { within: 'soon', combine: 3 } }, /back\.competing\.within: "soon" is not a span/],
    [
      { competing: { within: '1 hour', combine: 11 } },
      /back\.competing\.combine: 11 came; expected .* 2 to 10/,
    ],
    [
      { competing: { within: '1 hour', choose: 'reddest' } },
      /back\.competing\.choose: "reddest" came; expected longest/,
    ],
    [{ competing: { within: '1 hour' } }, /back\.competing: expected either combine/],
    [{ competing: { choose: 'dearest' } }, /back\.competing\.within: nothing came beside choose/],
    [{ lasts: 'a season' }, /back\.lasts: "a season" is not a span/],
    [
      { lasts: '90 days' },
      /back\.lasts: a run opens only when something wakes it, .* expected opens: 'when waited for'/,
    ],
    [
      { opens: 'when waited for', lasts: '60 minutes' },
      /back\.lasts: "60 minutes" came; expected a longer time than wave\.every, "1 hour"/,
    ],
    [
      { opens: 'when waited for', lasts: '2 hours', competing: { within: '3 hours', combine: 3 } },
      /back\.lasts: "2 hours" came; expected a longer time than competing\.within, "3 hours"/,
    ],
    [
      {
        ...{
          subject: 'topic',
          waiting: undefined,
          audience: audience('all-of-them', () => reachable('email')),
        },
        ...{
          wakes: { news: momentOccurred.when({}, { fresh: '91 days' }) },
          wave: { customers: 1, every: '1 hour' },
        },
      },
      /back\.wakes\.news\.fresh: "91 days" came; expected at most 90 days: no event is kept for longer/,
    ],
    [
      {
        ...{ waiting: undefined, audience: audience('all-of-them', () => reachable('email')) },
        competing: { within: '1 hour', combine: 3 },
      },
      /back\.competing: it came beside an audience; expected a waiting list/,
    ],
    [{ subject: 7 }, /back\.subject: 7 came; expected 'sku', or the word for what an event's subject is/],
    [{ wave: { customers: 50, every: '1 hour' } }, /back\.wave\.customers: the watch is woken by stock/],
    [{ waiting: undefined }, /back\.waiting: null came; expected a waiting list/],
    [
      { audience: audience('all-of-them', () => reachable('email')) },
      /back\.audience: it came beside a waiting list/,
    ],
    [{ again: '14 days' }, /back\.again: it came beside a waiting list; expected none/],
    [
      { waiting: undefined, audience: audience('all-of-them', () => reachable('email')), again: 'late' },
      /back\.again: "late"/,
    ],
    [
      { subject: 'region', wakes: { frost: weatherForecast.when({ cold: 1 } as object) } },
      /back\.wakes\.frost: "cold" came; expected fields of weather\.forecast, which has day, condition, temperatureC/,
    ],
    [{ wakes: {} }, /back\.wakes: nothing came; expected a crossing/],
    [{ wakes: { restocked: { name: 'x' } } }, /back\.wakes\.restocked: \{"name":"x"\} came/],
    [{ wakes: { restocked: stock.rises(-1) } }, /back\.wakes\.restocked: a level of -1 came/],
    [{ wakes: { restocked: stock.falls(1.5) } }, /a level of 1\.5 came; expected a whole number/],
    [{ waiting: { name: 'Lookers', opensOn: [productViewed] } }, /back\.waiting: .* kebab-case name/],
    [{ waiting: { name: 'lookers', opensOn: [] } }, /back\.waiting: "lookers" opens on nothing/],
    [
      {
        waiting: {
          ...sound.waiting,
          substitutes: { named: true, else: { sameCategory: true, priceWithin: -1 } },
        },
      },
      /back\.waiting\.substitutes: .* came; expected \{ named: true, else/,
    ],
    [
      { waiting: { ...sound.waiting, substitutes: { named: 'yes', else: false } } },
      /back\.waiting\.substitutes: /,
    ],
    [{ wave: undefined }, /back\.wave: nothing came/],
    [{ wave: { perUnit: 0, every: '1 hour' } }, /back\.wave\.perUnit: 0 came; expected a number above 0/],
    [{ wave: { perUnit: 2, every: '0 hours' } }, /back\.wave\.every: "0 hours" came/],
    [{ holdout: 2 }, /back\.holdout: 2 came; expected a share/],
    [{ settings: { patience: 'long' } }, /back\.settings\.patience: "long" is not a span/],
  ];
  test.each(mistakes)('%j', (mistake, sentence) => {
    const back = watch({ ...sound, ...mistake });
    expect(() => watchVersions({ back })).toThrow(sentence);
  });
});
