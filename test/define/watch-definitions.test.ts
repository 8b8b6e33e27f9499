import { describe, expect, test } from 'vitest';
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
    [{ subject: 'region' }, /back\.subject: "region" came; expected 'sku'/],
    [{ wakes: {} }, /back\.wakes: nothing came; expected a crossing/],
    [{ wakes: { restocked: { name: 'x' } } }, /back\.wakes\.restocked: \{"name":"x"\} came/],
    [{ wakes: { restocked: stock.rises(-1) } }, /back\.wakes\.restocked: a level of -1 came/],
    [{ wakes: { restocked: stock.falls(1.5) } }, /a level of 1\.5 came; expected a whole number/],
    [{ waiting: { name: 'Lookers', opensOn: [productViewed] } }, /back\.waiting: .* kebab-case name/],
    [{ waiting: { name: 'lookers', opensOn: [] } }, /back\.waiting: "lookers" opens on nothing/],
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
