import { expect, test } from 'vitest';
import { audience } from '../../src/define/audience.ts';
import { trait } from '../../src/define/predicate.ts';
import { universalEvent } from '../../src/define/universal-event.ts';
import { atLeast } from '../../src/define/value-test.ts';
import { watchVersions } from '../../workflows/definitions.ts';
import { watch } from '../../workflows/sdk/watch.ts';
import { testApi } from '../support/api.ts';
import { cloudEvent, postEvents } from '../support/cloud-events.ts';
import { testDatabase } from '../support/database.ts';

const pollen = universalEvent('pollen.forecast', {
  subject: 'region',
  data: { day: 'day', plant: ['birch', 'grass'], level: 'number', note: 'text?' },
  per: 'day',
});

const rule = {
  subject: 'region',
  wakes: { high: pollen.when({ level: atLeast(3) }) },
  audience: audience('sneezers', ({ region }: { region: string }) => trait('region').is(region)),
  wave: { customers: 500, every: '10 minutes' },
  run: async () => 'told',
} as const;

test('what a watch declares is accepted over HTTP, and what is wrong with it is named', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, watches: watchVersions({ hayFever: watch(rule) }) });
  const said = { day: '2026-05-03', plant: 'birch', level: 4 };
  const post = (data: unknown) =>
    postEvents(
      api,
      cloudEvent({ id: crypto.randomUUID(), type: 'pollen.forecast', subject: 'bremen', data }),
    );
  expect((await post({ ...said, colour: 'yellow' })).body).toMatchObject({ accepted: 1, rejected: [] });
  expect(await database.sql`select name, subject, body -> 'properties' as data from events`).toEqual([
    { name: 'pollen.forecast', subject: 'bremen', data: { ...said, note: null } },
  ]);
  const refused = async (data: unknown) =>
    ((await post(data)).body['rejected'] as { detail: string }[])[0]!.detail;
  expect(await refused({ ...said, plant: 'oak' })).toMatch(/data\.plant: expected one of birch, grass/);
  expect(await refused({ ...said, level: 'high' })).toMatch(/data\.level: expected a number/);
  expect(await refused({ ...said, day: 'tomorrow' })).toMatch(/data\.day: expected a day/);
  const other = await postEvents(
    api,
    cloudEvent({ type: 'pollen.forecasts', subject: 'bremen', data: said }),
  );
  expect(other.body['detail']).toMatch(
    /moment\.occurred, pollen\.forecast, got "pollen\.forecasts"; did you mean pollen\.forecast/,
  );
});

test.each([
  [{ ...pollen, type: 'pollen' }, /the type "pollen" came; expected words with dots/],
  [{ ...pollen, type: 'weather.forecast' }, /weather\.forecast comes with Kairos/],
  [{ ...pollen, per: 'hour' }, /per "hour" came; expected one of the fields/],
  [{ ...pollen, data: { ...pollen.data, units: 'number' } }, /the field "units" came/],
  [{ ...pollen, data: { ...pollen.data, level: 'integer' } }, /the field level as "integer" came/],
])('an event that is declared wrongly is refused at start: %#', (event, sentence) => {
  const wakes = { high: { ...rule.wakes.high, where: {}, event } } as unknown as typeof rule.wakes;
  expect(() => watchVersions({ hayFever: watch({ ...rule, wakes }) })).toThrow(sentence);
});

test('one type that two watches declare in two ways is refused at start', () => {
  const { subject, data } = pollen;
  const other = universalEvent('pollen.forecast', {
    subject,
    data: { ...data, level: 'number?' },
    per: 'day',
  });
  const watches = {
    hayFever: watch(rule),
    hayFever_v2: watch({ ...rule, wakes: { high: pollen.when() } }),
    sneezes: watch({ ...rule, wakes: { high: other.when() } }),
  };
  expect(() => watchVersions(watches)).toThrow(
    'sneezes: declares pollen.forecast otherwise than hayFever; expected one declaration for both.',
  );
  const { sneezes, ...same } = watches;
  expect(sneezes).toBeDefined();
  expect(watchVersions(same)).toHaveLength(2);
});

test('an audience that cannot be asked is refused at start, by its name', () => {
  const wrong = audience('sneezers', ({ region }: { region: string }) =>
    trait('region').isOneOf(...(region.match(/x+/) as [string])),
  );
  expect(() => watchVersions({ hayFever: watch({ ...rule, audience: wrong }) })).toThrow(
    /hayFever\.audience "sneezers": it fails with \{"day":"2026-05-01".*"region":"some"\}/,
  );
});
