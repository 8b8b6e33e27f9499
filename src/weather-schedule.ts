import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import { journeyQueue } from './domain/task-queues.ts';
import type { WeatherPoll, WeatherRegion } from './domain/weather.ts';

/** The schedule's durable name in Temporal. */
export const weatherSchedule = 'kairos-weather';

type Schedule = Pick<ScheduleOptions, 'spec' | 'policies' | 'action'> & { action: { type: 'startWorkflow' } };

/**
 * Sees to it that Temporal polls the weather of these regions, and of none where there are none. May be asked by every
 * process at every start: what there is follows the settings, but a schedule that somebody paused stays paused.
 */
export async function keepWeatherSchedule(
  { schedule: schedules }: Pick<Client, 'schedule'>,
  regions: readonly WeatherRegion[],
): Promise<void> {
  const known = schedules.getHandle(weatherSchedule);
  if (regions.length === 0) return known.delete().catch(ignoreMissing);
  const wanted = scheduleOf(regions);
  try {
    const state = { triggerImmediately: true };
    await schedules.create({ scheduleId: weatherSchedule, ...wanted, state });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await known.update(({ state }) => ({ ...wanted, state }));
  }
}

/** A poll that takes longer than the time between two is not overtaken; of those missed, only of the last hour is one made up for. */
function scheduleOf(regions: readonly WeatherRegion[]) {
  const args: [WeatherPoll] = [{ regions }];
  return {
    spec: { intervals: [{ every: '3 hours' as const }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' as const },
    action: {
      ...{ type: 'startWorkflow' as const, workflowType: 'pollWeather', workflowId: weatherSchedule },
      ...{ taskQueue: journeyQueue, args },
    },
  } satisfies Schedule;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
