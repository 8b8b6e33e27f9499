import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { bounds } from '../src/domain/bounds.ts';
import type { DayForecast, WeatherRegion } from '../src/domain/weather.ts';

/** What is asked of each day: the sky, as a code of the WMO's, and how cold it gets. */
const daily = ['weather_code', 'temperature_2m_min'];

/** Answers have more than this; the rest is not read. A day without a forecast is null. */
const answerSchema = z
  .object({
    daily_units: z.object({ temperature_2m_min: z.literal('°C') }),
    daily: z.object({
      time: z.array(z.iso.date()).min(1),
      weather_code: z.array(z.int().nullable()),
      temperature_2m_min: z.array(z.number().nullable()),
    }),
  })
  .refine(
    ({ daily: { time, weather_code, temperature_2m_min } }) =>
      weather_code.length === time.length && temperature_2m_min.length === time.length,
    { path: ['daily'], error: 'expected as many codes and temperatures as days' },
  );

/**
 * The days ahead of a region in the daily forecasts of Open-Meteo (https://open-meteo.com/en/docs), the coldest hour of
 * each as its temperature, each day in the region's own calendar.
 * @throws an error that is tried again when it does not answer, answers 429, or a 5xx; else one that is not, with what came.
 */
export async function openMeteo(
  baseUrl: string,
  { region, latitude, longitude }: WeatherRegion,
): Promise<DayForecast[]> {
  const url = new URL('/v1/forecast', baseUrl);
  const asked = {
    latitude,
    longitude,
    daily: daily.join(','),
    temperature_unit: 'celsius',
    timezone: 'auto',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, String(value));
  const response = await fetch(url, { signal: AbortSignal.timeout(bounds.weatherMs), redirect: 'error' });
  const text = await boundedText(response, region);
  if (response.ok) return forecastsIn(text, region);
  const sentence = `The weather feed answered ${response.status} for ${region}: ${shortened(text)}`;
  if (response.status === 429 || response.status >= 500) throw ApplicationFailure.retryable(sentence);
  throw ApplicationFailure.nonRetryable(`${sentence} Look at WEATHER_URL and WEATHER_REGIONS.`);
}

/** @throws an error that is not tried again when the body is over its bound. */
async function boundedText(response: Response, region: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bounds.weatherBytes)
      throw ApplicationFailure.nonRetryable(
        `The weather feed answered more than ${bounds.weatherBytes} bytes for ${region}; expected forecasts of some days.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function forecastsIn(text: string, region: string): DayForecast[] {
  const parsed = answerSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw ApplicationFailure.nonRetryable(
      `The weather feed's answer for ${region} is no daily forecast of Open-Meteo's: ${path.join('.') || 'the body'}: ${message}; ${shortened(text)} came.`,
    );
  }
  const { time, weather_code, temperature_2m_min } = parsed.data.daily;
  return time.flatMap((day, place) => {
    const [code, temperatureC] = [weather_code[place] ?? null, temperature_2m_min[place] ?? null];
    return code === null || temperatureC === null ? [] : [{ day, condition: skyOf(code), temperatureC }];
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no forecast either: the schema says so.
    return text;
  }
}

/** Up to which code of WMO table 4677, as Open-Meteo uses it, the sky is called what. */
const skies: readonly [number, string][] = [
  [1, 'clear'],
  [3, 'cloudy'],
  [48, 'fog'],
  [55, 'drizzle'],
  [57, 'freezing rain'],
  [65, 'rain'],
  [67, 'freezing rain'],
  [77, 'snow'],
  [82, 'rain'],
  [86, 'snow'],
  [99, 'thunderstorm'],
];

/** The sky in a word by a WMO code; `unsettled` for a code that there is not. */
export function skyOf(code: number): string {
  return skies.find(([last]) => code >= 0 && code <= last)?.[1] ?? 'unsettled';
}

/** An answer's beginning: a feed's words hold nothing personal. */
const shortened = (text: string) => JSON.stringify(text.slice(0, 200));
