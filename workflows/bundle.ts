/** All that runs in Temporal's sandbox: the journeys and watches, and what Kairos does by a schedule. */
export * from './index.ts';
export { pollWeather } from './poll-weather.ts';
