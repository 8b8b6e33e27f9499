/**
 * Universal events as they are stored: kind `universal`, `name` the type, `source` and `subject` of the CloudEvent,
 * `body.properties` the data below. They are state, not deltas: per source, subject and place the greatest time wins.
 */
export type UniversalType = keyof UniversalData;

/** What each type that comes with Kairos says of its subject: a sku, a sku, a region, a topic. */
export interface UniversalData {
  /** Units on the shelf, an integer of 0 or more; the location is empty where none was named. */
  'stock.changed': { available: number; location: string };
  'price.changed': { priceMinor: number; currency: string };
  /** The day as `YYYY-MM-DD` in the region's own calendar. */
  'weather.forecast': { day: string; condition: string; temperatureC: number | null };
  'moment.occurred': { title: string; categories: string[]; regions: string[] };
}

/** The source of the events that a put of products makes. */
export const catalogueSource = 'kairos:products';
