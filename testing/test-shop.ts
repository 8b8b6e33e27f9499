import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ChannelContent, Outbound } from '../activities/channels/channel.ts';
import type { EventType } from '../src/define/event.ts';
import type { Arm, DeliveryState, GateReason } from '../src/domain/delivery.ts';
import { spanMs, type Span } from '../src/domain/span.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { TestDatabase } from './database.ts';
import type { LocalApi, Method } from './local-api.ts';
import { untilAtRest, watchForFailure } from './rest.ts';
import { nextStartOnDate, untilDatesStarted } from './date-starts.ts';
import type { SkippedClock } from './skipped-clock.ts';

/** A user's id, or the ids that an event carries. */
export type Customer = string | { userId?: string; anonymousId?: string };

/** A line of the ledger: what was decided about one message, and what it said if it went out. */
export interface ShopDelivery {
  /** The journey. */
  name: string;
  message: string;
  channel: Channel | null;
  state: DeliveryState;
  reason: GateReason | null;
  arm: Arm | null;
  at: Date;
  said: ChannelContent | null;
}

/** A run as `/v1/runs` shows it. */
export interface ShopRun {
  name: string;
  version: number;
  key: string;
  arms: Record<string, string>;
  state: 'open' | 'closed';
  outcome: string | null;
  openedAt: Date;
  closedAt: Date | null;
}

interface Parts {
  environment: TestWorkflowEnvironment;
  client: Client;
  database: TestDatabase;
  time: SkippedClock;
  api: LocalApi;
  sent: ReadonlyMap<string, Outbound>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

/** A shop in a test: it tells Kairos what happens, lets time pass, and reads what came of it. */
export class TestShop implements AsyncDisposable {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  now(): Date {
    return this.#parts.time.clock.now();
  }

  /** Makes a customer known: with an address and consent for e-mail and SMS, unless told otherwise. */
  async identify(
    customer: Customer,
    over: { traits?: Record<string, unknown>; consents?: Record<string, boolean> } = {},
  ): Promise<void> {
    const ids = idsOf(customer);
    const name = ids.userId ?? ids.anonymousId ?? 'somebody';
    const traits = { email: `${name}@example.test`, phone: '+4915112345678', ...over.traits };
    const channels = over.consents ?? { email: true, sms: true };
    await this.#post('/v1/identify', { ...ids, traits, context: { consent: { channels } } });
  }

  /** An event happens, now or some time ago. Resolves when all that follows from it at once has followed. */
  async track<Properties>(
    customer: Customer,
    event: EventType<Properties>,
    properties: NoInfer<Properties>,
    { ago, context = {} }: { ago?: Span; context?: Record<string, unknown> } = {},
  ): Promise<void> {
    await this.#parts.time.look();
    const timestamp = new Date(this.now().getTime() - (ago === undefined ? 0 : spanMs(ago))).toISOString();
    const body = { ...idsOf(customer), event: event.name, properties, context, timestamp };
    await this.#post('/v1/track', body);
  }

  /** Something happens in the world, as the shop's systems report it: a CloudEvent about a subject. */
  async report(type: string, subject: string, data: Record<string, unknown>): Promise<void> {
    await this.#parts.time.look();
    const time = this.now().toISOString();
    const event = { specversion: '1.0', id: randomUUID(), source: '/test', type, subject, time, data };
    await this.#post('/v1/events', event, 'application/cloudevents+json');
  }

  /** Lets time pass, and everything that is due in it happen. @throws when a run fails, with what it says. */
  async pass(span: Span): Promise<void> {
    const { environment, client, database, time } = this.#parts;
    const untilMs = (await environment.currentTimeMs()) + spanMs(span);
    for (;;) {
      // Routing would start late what time is skipped over.
      const startMs = await nextStartOnDate(database.sql, untilMs);
      const leftMs = (startMs ?? untilMs) - (await environment.currentTimeMs());
      if (leftMs > 0) await this.#skip(leftMs);
      if (startMs === null) return;
      await untilDatesStarted(database.sql, time);
      await untilAtRest({ sql: database.sql, client });
    }
  }

  async #skip(ms: number): Promise<void> {
    const { environment, client, database, time } = this.#parts;
    const over = new AbortController();
    const parts = { sql: database.sql, client };
    const failure = watchForFailure(parts, over.signal);
    // Heard of below; a failure that comes when time has passed already is found by the wait for rest.
    failure.catch(() => over.abort());
    const passed = environment.sleep(ms);
    await Promise.race([passed, failure]).finally(() => over.abort());
    await untilAtRest(parts);
    await time.look();
  }

  /** Stops the workers, and starts others, which have nothing in memory. */
  async restartWorkers(): Promise<void> {
    await this.#parts.restart();
  }

  /** What was decided about messages to a customer, in the order in which it was. */
  async deliveries(customer: string): Promise<ShopDelivery[]> {
    const path = `/v1/deliveries?customer=${encodeURIComponent(customer)}&limit=1000`;
    type Shown = Omit<ShopDelivery, 'at' | 'said'> & { id: string; at: string };
    const { items } = await this.admin<{ items: Shown[] }>('GET', path);
    return items.reverse().map(({ id, name, message, channel, state, reason, arm, at }) => ({
      ...{ name, message, channel, state, reason, arm },
      at: new Date(at),
      said: this.#parts.sent.get(id)?.content ?? null,
    }));
  }

  /** A customer's runs, in the order in which they were opened. */
  async runs(customer: string): Promise<ShopRun[]> {
    const path = `/v1/runs?customer=${encodeURIComponent(customer)}&limit=1000`;
    type Shown = Omit<ShopRun, 'openedAt' | 'closedAt'> & { openedAt: string; closedAt: string | null };
    const { items } = await this.admin<{ items: Shown[] }>('GET', path);
    return items.reverse().map(({ name, version, key, arms, state, outcome, openedAt, closedAt }) => ({
      ...{ name, version, key, arms, state, outcome },
      openedAt: new Date(openedAt),
      closedAt: closedAt === null ? null : new Date(closedAt),
    }));
  }

  /** Anything else that Kairos answers an operator, by its path. Resolves when what follows from it has followed. */
  async admin<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const { api, client, database, time } = this.#parts;
    if (method !== 'GET') await time.look();
    const answer = await api.ask<T>(method, path, body);
    if (method !== 'GET') await untilAtRest({ sql: database.sql, client });
    return answer;
  }

  /**
   * The history of the newest run of a journey or watch, in Temporal's JSON. Of one that went on as new, every part,
   * the newest first.
   */
  async histories(name: string): Promise<string[]> {
    const [run] = await this.#parts.database.sql<{ workflowId: string }[]>`
      select workflow_id as "workflowId" from runs where name = ${name} order by id desc limit 1`;
    if (!run) throw new Error(`There is no run of ${name}: post the event that starts it first.`);
    const parts: string[] = [];
    let runId: string | null | undefined;
    do {
      const handle = this.#parts.client.workflow.getHandle(run.workflowId, runId ?? undefined);
      const history = await handle.fetchHistory();
      parts.push(historyToJSON(history));
      runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    } while (runId);
    return parts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { client, database, stop } = this.#parts;
    const runs = await database.sql<{ workflowId: string }[]>`select workflow_id as "workflowId" from runs`;
    // A run that is left would wake up among the workers of the next shop, who do not know it.
    for (const { workflowId } of runs) {
      const handle = client.workflow.getHandle(workflowId);
      await handle.terminate('The test is over').catch(ignoreGone);
    }
    await stop();
  }

  async #post(path: string, body: unknown, type?: string): Promise<void> {
    const { api, client, database, time } = this.#parts;
    await time.look();
    await api.ask('POST', path, body, type);
    await untilAtRest({ sql: database.sql, client });
  }
}

function idsOf(customer: Customer): { userId?: string; anonymousId?: string } {
  return typeof customer === 'string' ? { userId: customer } : customer;
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
