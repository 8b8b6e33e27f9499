import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the feed answers: a status and a body. */
export interface FeedAnswer {
  status?: number;
  body: unknown;
}

/** A small server that speaks the format of Open-Meteo's daily forecasts. */
export interface WeatherFeed extends AsyncDisposable {
  url: string;
  /** The queries that came, as the search of each URL. */
  asked: URLSearchParams[];
  answer: (asked: URLSearchParams) => FeedAnswer;
}

export async function weatherFeed(answer: WeatherFeed['answer']): Promise<WeatherFeed> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://feed');
    feed.asked.push(searchParams);
    const said =
      pathname === '/v1/forecast' ? feed.answer(searchParams) : { status: 404, body: 'no such path' };
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const feed: WeatherFeed = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return feed;
}

/** An answer as Open-Meteo gives it: days with the code of the sky and the lowest temperature of each. */
export function dailyAnswer(...days: [day: string, code: number | null, temperatureC: number | null][]) {
  return {
    ...{ latitude: 53.08, longitude: 8.8, generationtime_ms: 0.04, utc_offset_seconds: 3_600 },
    ...{ timezone: 'Europe/Berlin', timezone_abbreviation: 'CET', elevation: 4 },
    daily_units: { time: 'iso8601', weather_code: 'wmo code', temperature_2m_min: '°C' },
    daily: {
      time: days.map(([day]) => day),
      weather_code: days.map(([, code]) => code),
      temperature_2m_min: days.map(([, , temperatureC]) => temperatureC),
    },
  };
}
