import { eventsChannel } from '../src/db/events-channel.ts';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/db/connect.ts';
import { insertEvents, type NewEvent } from '../src/db/queries/insert-events.ts';
import { weatherForecast } from '../src/define/universal-event.ts';
import { newId } from '../src/ids.ts';
import type { WeatherActivities } from './contract.ts';
import { openMeteo } from './open-meteo.ts';

export interface WeatherParts {
  database: Database;
  clock: Clock;
  /** Where the feed is. */
  url: string;
}

/**
 * Accepts a feed's forecasts as universal events, as if they had been posted: what is committed is routed. An attempt that
 * is repeated counts once, by the ids of its events: region, day and poll.
 */
export function createWeatherActivities({ database, clock, url }: WeatherParts): WeatherActivities {
  const source = new URL('/v1/forecast', url).href;
  return {
    async fetchForecasts({ poll, ...region }) {
      const forecasts = await openMeteo(url, region);
      const at = clock.now();
      const events = forecasts.map((forecast): NewEvent => {
        return {
          ...{ id: newId(clock), messageId: `${region.region}/${forecast.day}/${poll}`, kind: 'universal' },
          ...{ name: weatherForecast.type, source, subject: region.region },
          ...{ userId: null, anonymousId: null, previousId: null, admin: true },
          ...{ body: { properties: { ...forecast } }, occurredAt: at, receivedAt: at },
        };
      });
      const accepted = await database.sql.begin(async (tx) => {
        const ids = await insertEvents(tx, events);
        if (ids.size > 0) await tx`select pg_notify(${eventsChannel}, '')`;
        return ids.size;
      });
      return { accepted };
    },
  };
}
