import type { Client } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { createWeatherActivities } from '../../activities/weather.ts';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { keepWeatherSchedule, weatherSchedule } from '../../src/weather-schedule.ts';
import { startWorkers } from '../../testing/workers.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { dailyAnswer, weatherFeed } from '../support/weather-feed.ts';

const bremen = { region: 'bremen', latitude: 53.08, longitude: 8.8 };
const rome = { region: 'rome', latitude: 41.9, longitude: 12.5 };

test('Temporal polls by a schedule that follows the settings, and stays paused when somebody paused it', async () => {
  await using database = await testDatabase();
  await using temporal = await devServer();
  let refusals = 1;
  await using feed = await weatherFeed(() => {
    if ((refusals -= 1) >= 0) return { status: 429, body: { error: true, reason: 'Minutely limit' } };
    return { body: dailyAnswer(['2026-01-13', 75, -4]) };
  });
  const clock = createClock(realTime);
  const activities = createWeatherActivities({ database, clock, url: feed.url });
  const stop = await startWorkers({
    ...{ environment: temporal, workflowBundle: inject('workflowBundle') },
    ...{ journey: activities, channel: activities },
  });
  const client: Client = temporal.client;
  const handle = client.schedule.getHandle(weatherSchedule);
  const subjects = async () => {
    const rows = await database.sql<{ subject: string }[]>`select subject from events order by seq`;
    return rows.map(({ subject }) => subject);
  };

  await keepWeatherSchedule(client, []);
  await Promise.all([keepWeatherSchedule(client, [bremen]), keepWeatherSchedule(client, [bremen])]);
  await eventually('the first poll, at once, refused once and tried again', async () => {
    return (await subjects()).length === 1;
  });
  const { spec, policies } = await handle.describe();
  expect(spec.intervals).toMatchObject([{ every: 3 * 3_600_000 }]);
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });

  await handle.pause('the feed is asked too often');
  await keepWeatherSchedule(client, [bremen, rome]);
  const { state, action } = await handle.describe();
  expect(state).toMatchObject({ paused: true, note: 'the feed is asked too often' });
  expect(action).toMatchObject({ args: [{ regions: [bremen, rome] }] });
  await handle.trigger();
  await eventually('a poll of both', async () => (await subjects()).length === 3);
  expect((await subjects()).toSorted()).toEqual(['bremen', 'bremen', 'rome']);

  await keepWeatherSchedule(client, []);
  await expect(handle.describe()).rejects.toThrow(/not found|does not exist/i);
  await stop();
});
