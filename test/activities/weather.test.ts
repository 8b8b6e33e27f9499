import { expect, test } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import { skyOf } from '../../activities/open-meteo.ts';
import { createWeatherActivities } from '../../activities/weather.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';
import { dailyAnswer, weatherFeed, type FeedAnswer } from '../support/weather-feed.ts';

const bremen = { region: 'bremen', latitude: 53.08, longitude: 8.8 };

async function setup(answer: FeedAnswer) {
  const [database, feed] = [await testDatabase(), await weatherFeed(() => answer)];
  const watches = watchDefinitions().filter(({ name }) => name === 'weather');
  const routing = routingOver(database.sql, [], '2026-01-12T08:00:00.000Z', watches);
  const activities = createWeatherActivities({ database, clock: routing.clock, url: feed.url });
  return {
    ...{ sql: database.sql, feed, routing },
    fetch: (poll = 'poll-1') => activities.fetchForecasts({ ...bremen, poll }),
    async [Symbol.asyncDispose]() {
      await feed[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a feed’s days are accepted as forecasts, each once a poll, and wake the watch', async () => {
  const body = dailyAnswer(['2026-01-12', 3, 2.5], ['2026-01-13', 75, -4.1], ['2026-01-14', null, null]);
  await using it = await setup({ body });
  expect(await it.fetch()).toEqual({ accepted: 2 });
  expect(await it.fetch(), 'an attempt that is repeated').toEqual({ accepted: 0 });
  expect(Object.fromEntries(it.feed.asked[0]!)).toEqual({
    ...{ latitude: '53.08', longitude: '8.8', daily: 'weather_code,temperature_2m_min' },
    ...{ temperature_unit: 'celsius', timezone: 'auto' },
  });
  await it.routing.route();
  expect(await it.sql`select subject, place, source, data from world_states order by place`).toEqual([
    {
      ...{ subject: 'bremen', place: '2026-01-12', source: `${it.feed.url}/v1/forecast` },
      data: { day: '2026-01-12', condition: 'cloudy', temperatureC: 2.5 },
    },
    {
      ...{ subject: 'bremen', place: '2026-01-13', source: `${it.feed.url}/v1/forecast` },
      data: { day: '2026-01-13', condition: 'snow', temperatureC: -4.1 },
    },
  ]);
  expect(await it.sql`select subject, name from runs`).toEqual([{ subject: 'bremen', name: 'weather' }]);
});

test('what went away and came back between two polls is news, word for word the same as it may be', async () => {
  const cold = { body: dailyAnswer(['2026-01-13', 71, -1]) };
  await using it = await setup(cold);
  for (const [poll, answer] of [cold, { body: dailyAnswer(['2026-01-13', 61, 1]) }, cold].entries()) {
    it.feed.answer = () => answer;
    it.routing.moveTo(`2026-01-12T1${poll}:00:00.000Z`);
    expect(await it.fetch(`poll-${poll}`)).toEqual({ accepted: 1 });
    await it.routing.route();
  }
  expect(await it.sql`select data ->> 'temperatureC' as c from world_states`).toEqual([{ c: '-1' }]);
});

test.each<[string, FeedAnswer, boolean, RegExp]>([
  [
    'too many requests',
    { status: 429, body: '{"error":true,"reason":"Minutely limit"}' },
    true,
    /429 for bremen/,
  ],
  ['a fault of its own', { status: 503, body: 'down' }, true, /answered 503 for bremen: "down"/],
  [
    'a refusal',
    { status: 400, body: { error: true, reason: 'Latitude' } },
    false,
    /400 for bremen.*Latitude/,
  ],
  ['no JSON', { body: '<html>' }, false, /no daily forecast.*the body.*"<html>" came/s],
  ['other units', { body: { ...dailyAnswer(), daily_units: { temperature_2m_min: '°F' } } }, false, /°C.*°F/],
  [
    'fewer codes than days',
    {
      body: { ...dailyAnswer(), daily: { time: ['2026-01-12'], weather_code: [], temperature_2m_min: [1] } },
    },
    false,
    /expected as many codes and temperatures as days/,
  ],
  ['no days', { body: dailyAnswer() }, false, /daily\.time/],
  ['more than its bound', { body: 'x'.repeat(300_000) }, false, /more than 262144 bytes/],
])('%s: nothing is accepted, and the error says what came', async (_, answer, isTriedAgain, sentence) => {
  await using it = await setup(answer);
  const failure: unknown = await it.fetch().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect((failure as ApplicationFailure).nonRetryable).toBe(!isTriedAgain);
  expect((failure as Error).message).toMatch(sentence);
  expect(await it.sql`select 1 from events`).toEqual([]);
});

test('each code of the WMO’s is a word', () => {
  const words = [0, 3, 45, 53, 56, 63, 66, 73, 77, 81, 86, 96].map(skyOf);
  expect(words).toEqual([
    ...['clear', 'cloudy', 'fog', 'drizzle', 'freezing rain', 'rain', 'freezing rain', 'snow', 'snow'],
    ...['rain', 'snow', 'thunderstorm'],
  ]);
  expect([skyOf(-1), skyOf(120)]).toEqual(['unsettled', 'unsettled']);
});
