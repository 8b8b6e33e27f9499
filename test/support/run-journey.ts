import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { eq } from 'drizzle-orm';
import { inject } from 'vitest';
import type { JourneyActivities, SendInput } from '../../activities/contract.ts';
import { createJourneyActivities } from '../../activities/journey.ts';
import { createClock } from '../../src/clock.ts';
import { carts, runs } from '../../src/db/schema/index.ts';
import type { CartLine } from '../../src/domain/cart.ts';
import { dispatchSignal, type RunDispatch } from '../../src/domain/run-input.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { startWorkers, type JourneyWork } from './journey-workers.ts';
import { openRun, type OpenedRun } from './open-run.ts';
import { recordingChannels, type Decide } from './recording-channels.ts';

export interface JourneyOptions {
  device?: 'mobile' | 'desktop';
  lines?: CartLine[];
  /** How many orders the customer had before. */
  orders?: number;
  decide?: Decide;
  /** Activities of the journeys' queue in place of the real ones: a closing that something comes before, say. */
  activities?: (real: JourneyActivities) => Partial<JourneyActivities>;
  /** `abandonedCart`, if not said. */
  workflowType?: string;
  workflowBundle?: string;
  /** Starts the workflow this long after the first event, as routing does with a run that begins with a wait. */
  startDelay?: Span;
}

/** The least of a history's event that tests look at. */
export interface HistoryEvent {
  eventType: string;
  userMetadata?: { summary?: { data: string } };
  [attributes: string]: unknown;
}

/** Opens a run of a journey and starts its workflow, with workers of its own. */
export async function runJourney(
  environment: TestWorkflowEnvironment,
  options: JourneyOptions = {},
): Promise<RunningJourney> {
  const database = await testDatabase();
  const time = { ms: await environment.currentTimeMs() };
  // An activity of a queue knows the skipped time from Temporal; elsewhere it is what was last looked up.
  const clock = createClock(realTime, () => timeOfActivity() ?? time.ms);
  const workflowType = options.workflowType ?? 'abandonedCart';
  const run = await openRun(database, clock, { ...options, name: workflowType });
  const recorder = recordingChannels(clock, options.decide);
  const real = createJourneyActivities({ database, clock });
  const work: JourneyWork = {
    environment,
    workflowBundle: options.workflowBundle ?? inject('workflowBundle'),
    journey: lookingUpTheTime({ ...real, ...options.activities?.(real) }, async () => {
      time.ms = await environment.currentTimeMs();
    }),
    channel: recorder.activities,
  };
  const stop = await startWorkers(work);
  const handle = await environment.client.workflow.start(workflowType, {
    workflowId: run.workflowId,
    taskQueue: journeyQueue,
    args: [run.input],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...(options.startDelay ? { startDelay: spanMs(options.startDelay) } : {}),
  });
  return new RunningJourney({ run, handle, database, work, asked: recorder.asked, stop, time });
}

interface Parts {
  run: OpenedRun;
  handle: WorkflowHandle;
  database: TestDatabase;
  work: JourneyWork;
  asked: SendInput[];
  stop: () => Promise<void>;
  time: { ms: number };
}

/** One run on the time-skipping server: real database, real activities, channels that record. */
export class RunningJourney implements AsyncDisposable {
  readonly run: OpenedRun;
  readonly handle: WorkflowHandle;
  readonly database: TestDatabase;
  /** What was asked of the channels. */
  readonly asked: SendInput[];
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.run = parts.run;
    this.handle = parts.handle;
    this.database = parts.database;
    this.asked = parts.asked;
    this.#parts = parts;
  }

  /** When each message was asked for, milliseconds after the first event. */
  get askedAfter(): number[] {
    return this.asked.map((ask) => ask.askedAt - this.run.input.first.at);
  }

  /** Lets time pass, and everything that is due in it happen. */
  async pass(span: Span): Promise<void> {
    await this.#parts.work.environment.sleep(spanMs(span));
  }

  /** Something happens in the cart now, as routing writes it down. */
  async touch(lines?: CartLine[]): Promise<void> {
    const lastActivityAt = await this.#now();
    const { db } = this.database;
    await db.update(runs).set({ lastActivityAt }).where(eq(runs.id, this.run.input.runId));
    const changed = { lastActivityAt, ...(lines ? { lines } : {}) };
    await db.update(carts).set(changed).where(eq(carts.customerId, this.run.customerId));
  }

  /** Writes down that the run is owed a dispatch, as routing does; an end closes its row. Does not tell the run. */
  async owe(name: string, outcome?: string): Promise<RunDispatch> {
    const at = await this.#now();
    const { sql } = this.database;
    const id = this.run.input.runId;
    const [row] = await sql<{ seq: number }[]>`
      update runs set last_seq = last_seq + 1 where id = ${id} returning last_seq as seq`;
    if (outcome) {
      await sql`update runs set state = 'closed', outcome = ${outcome}, closed_at = ${at} where id = ${id}`;
    }
    const seq = row!.seq;
    const dispatch = {
      seq,
      eventId: `event-${seq}`,
      name,
      at: at.getTime(),
      carries: { reply: `reply-${seq}` },
    };
    return outcome ? { ...dispatch, kind: 'end', outcome } : { ...dispatch, kind: 'event' };
  }

  tell(dispatch: RunDispatch): Promise<void> {
    return this.handle.signal(dispatchSignal, dispatch);
  }

  /** The order comes that ends the run. */
  async order(): Promise<void> {
    await this.tell(await this.owe('Order Completed', 'ordered'));
  }

  async row() {
    const rows = await this.database.db.select().from(runs).where(eq(runs.id, this.run.input.runId));
    return rows[0]!;
  }

  /** The workflow's history as it stands, in Temporal's JSON. */
  async history(): Promise<{ events: HistoryEvent[] }> {
    return JSON.parse(historyToJSON(await this.handle.fetchHistory())) as { events: HistoryEvent[] };
  }

  /** Whether the history has an event of this type, such as `TIMER_STARTED`. */
  async hasHappened(type: string): Promise<boolean> {
    return (await this.countOf(type)) > 0;
  }

  async countOf(type: string): Promise<number> {
    const { events } = await this.history();
    return events.filter((event) => event.eventType === `EVENT_TYPE_${type}`).length;
  }

  async stopWorkers(): Promise<void> {
    await this.#parts.stop();
    this.#parts.stop = async () => {};
  }

  async startWorkers(): Promise<void> {
    this.#parts.stop = await startWorkers(this.#parts.work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A run that is left would wake up among the workers of the next test, who do not know it.
    await this.handle.terminate('The test is over').catch(ignoreGone);
    await this.stopWorkers();
    await this.database[Symbol.asyncDispose]();
  }

  async #now(): Promise<Date> {
    this.#parts.time.ms = await this.#parts.work.environment.currentTimeMs();
    return new Date(this.#parts.time.ms);
  }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

/** An activity in a workflow's own task is told the machine's time, not the skipped one: it looks that up. */
function lookingUpTheTime(activities: JourneyActivities, lookUp: () => Promise<void>): JourneyActivities {
  const looking = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: never): Promise<unknown> => {
      await lookUp();
      return (activity as (input: never) => Promise<unknown>)(input);
    },
  ]);
  return Object.fromEntries(looking) as JourneyActivities;
}

/** The time at which the activity that runs here was scheduled; nothing outside of one, or in a workflow's own task. */
function timeOfActivity(): number | undefined {
  try {
    const { isLocal, currentAttemptScheduledTimestampMs } = Context.current().info;
    return isLocal ? undefined : currentAttemptScheduledTimestampMs;
  } catch (error) {
    if (error instanceof Error && error.message.includes('not initialized')) return undefined;
    throw error;
  }
}
