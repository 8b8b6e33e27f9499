import { ApplicationFailure, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { WeatherActivities } from '../activities/contract.ts';
import type { WeatherPoll } from '../src/domain/weather.ts';

/** So long a feed that does not answer is asked again, at least once a minute: by then the next poll is near. */
const { fetchForecasts } = proxyActivities<WeatherActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '2 hours',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * Asks a feed for the forecasts of each region, and says how many were news. One region's failure keeps no other from its
 * forecasts; it fails the workflow when all have been asked.
 */
export async function pollWeather({ regions }: WeatherPoll): Promise<number> {
  const poll = workflowInfo().startTime.toISOString();
  const asked = await Promise.allSettled(regions.map((region) => fetchForecasts({ ...region, poll })));
  const failed = regions.filter((_, place) => asked[place]!.status === 'rejected');
  if (failed.length > 0) {
    const names = failed.map(({ region }) => region).join(', ');
    throw ApplicationFailure.nonRetryable(`No forecasts came for ${names}: see what failed above.`);
  }
  return asked.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value.accepted : 0), 0);
}
