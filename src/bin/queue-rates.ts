import type { NativeConnection } from '@temporalio/worker';
import proto from '@temporalio/proto';
import type { Rates } from '../../activities/turns.ts';
import type { Sql } from '../db/connect.ts';
import { channelRates } from '../db/queries/channel-rates.ts';
import { channelQueue, channels, type Channel } from '../domain/task-queues.ts';
import type { Log } from '../log.ts';
import { Wakeup } from '../routing/wakeup.ts';

/** How often the settings are read, and how often Temporal is asked although they have not changed; real milliseconds. */
const lookMs = 2_000;
const askMs = 60_000;

const taskQueueType = proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;

/** Where the queues are. */
export interface QueuePlace {
  connection: Pick<NativeConnection, 'workflowService'>;
  namespace: string;
}

/**
 * Holds the rate limits of the channels' task queues to what operators have set. Every worker process does: each asks
 * Temporal what a queue's limit is, and sets it only if it is another. One that reads an old setting, and sets that, reads
 * the new one within two seconds. Limits that were set past Kairos are gone within a minute.
 */
export class QueueRates {
  /** As last read. */
  rates: Rates = new Map();
  readonly #place: QueuePlace;
  readonly #sql: Sql;
  readonly #log: Log;
  /** What Temporal was found or made to hold, by channel. */
  #held = new Map<Channel, number | null>();

  constructor(place: QueuePlace, { sql, log }: { sql: Sql; log: Log }) {
    this.#place = place;
    this.#sql = sql;
    this.#log = log;
  }

  /** Looks every two seconds until it is stopped. What cannot be reached is asked again. */
  async keep(stop: AbortSignal): Promise<void> {
    const wakeup = new Wakeup();
    for (let looks = 1; ; looks += 1) {
      await wakeup.wait(lookMs, stop);
      if (stop.aborted) return;
      if (looks % (askMs / lookMs) === 0) this.#held = new Map();
      await this.look().catch((error: unknown) => this.#log.warn({ err: error }, 'rates could not be read'));
    }
  }

  /** Reads the settings once, and holds Temporal to them. */
  async look(): Promise<void> {
    this.rates = await channelRates(this.#sql);
    // At once: a Temporal that is away lets one call wait as long as it may, not six.
    await Promise.all(channels.map((channel) => this.#lookAt(channel)));
  }

  async #lookAt(channel: Channel): Promise<void> {
    const perSecond = this.rates.get(channel) ?? null;
    if (this.#held.get(channel) === perSecond) return;
    // Kept also if it fails, so that a Temporal that knows no limits is asked, and complained of, once a minute.
    this.#held.set(channel, perSecond);
    await this.#hold(channel, perSecond).catch((error: unknown) =>
      this.#log.warn({ err: error, channel }, 'Temporal did not take the rate limit of a queue'),
    );
  }

  async #hold(channel: Channel, perSecond: number | null): Promise<void> {
    const { workflowService } = this.#place.connection;
    const { namespace } = this.#place;
    const name = channelQueue[channel];
    const { config } = await workflowService.describeTaskQueue({
      ...{ namespace, taskQueueType, taskQueue: { name }, reportConfig: true },
    });
    const limit = config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? null;
    if (limit === null ? perSecond === null : perSecond !== null && Math.fround(perSecond) === limit) return;
    await workflowService.updateTaskQueueConfig({
      ...{ namespace, taskQueueType, taskQueue: name, identity: 'kairos' },
      updateQueueRateLimit: {
        rateLimit: perSecond === null ? null : { requestsPerSecond: perSecond },
        reason: `PUT /v1/channels/${channel}/settings`,
      },
    });
  }
}
