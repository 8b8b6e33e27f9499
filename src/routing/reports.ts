import type { ForecastReport, PriceReport } from '../db/queries/routing-world.ts';
import type { UniversalData } from '../domain/universal-event.ts';
import type { AcceptedEvent } from './event.ts';

/** What some universal events say of prices. */
export function pricesIn(universal: readonly AcceptedEvent[]): PriceReport[] {
  return universal
    .filter(({ name }) => name === 'price.changed')
    .map(({ source, subject, occurredAt, body }) => {
      const { priceMinor, currency } = body.properties as unknown as UniversalData['price.changed'];
      return { sku: subject!, source: source!, priceMinor, currency, at: occurredAt };
    });
}

/** What some universal events say of the weather to come. */
export function forecastsIn(universal: readonly AcceptedEvent[]): ForecastReport[] {
  return universal
    .filter(({ name }) => name === 'weather.forecast')
    .map(({ source, subject, occurredAt, body }) => {
      const { day, condition, temperatureC } =
        body.properties as unknown as UniversalData['weather.forecast'];
      return { region: subject!, day, source: source!, condition, temperatureC, at: occurredAt };
    });
}
