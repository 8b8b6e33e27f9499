import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll } from 'vitest';
import type { JourneyActivities } from '../activities/contract.ts';
import type { RenderMessage } from '../activities/gate-look.ts';
import { createJourneyActivities } from '../activities/journey.ts';
import { createChannelActivities } from '../activities/send.ts';
import { createPageActivities } from '../activities/serve-page.ts';
import { createWatchActivities } from '../activities/watch.ts';
import { saveOverrides, saveShopSettings } from '../src/db/queries/save-settings.ts';
import { describeWorkflows } from '../src/define/describe-workflow.ts';
import { journeyScope, shopScope } from '../src/domain/setting-scopes.ts';
import type { QuietSettings } from '../src/domain/quiet-rules.ts';
import type { MessageType } from '../src/define/message.ts';
import { messages as declaredMessages } from '../src/messages/index.ts';
import { renderMessage } from '../src/messages/render.ts';
import { silentLog } from '../src/log.ts';
import { indexJourneys } from '../src/routing/journey-index.ts';
import { indexHearers } from '../src/routing/product-hearers.ts';
import { indexSegments } from '../src/routing/segment-index.ts';
import { startRouting } from '../src/routing/start-routing.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { declaredIn, type Declared, type DeclaredOptions } from './declared.ts';
import { keptMessages, type KeptMessages } from './kept-messages.ts';
import { startLocalApi } from './local-api.ts';
import { skippedClock, type SkippedClock } from './skipped-clock.ts';
import { TestShop } from './test-shop.ts';
import { timeSkippingEnvironment } from './time-skipping.ts';
import { startWorkers } from './workers.ts';

export interface TestShopOptions extends DeclaredOptions {
  /** Settings of journeys and watches that differ from their defaults, by name. */
  settings?: Record<string, Record<string, string | number>>;
  /** By channel, when customers are left in peace; never if not said: then it is no matter at what time a test runs. */
  quietHours?: Partial<QuietSettings>;
  /** The arm that everybody is in, by the split's name; drawn as ever if not said. */
  arms?: Record<string, string>;
  /** Messages that `src/messages` does not list, for journeys of a test's own: they say nothing but their name. */
  messages?: readonly MessageType<unknown>[];
}

/** One for the tests of a file, which run one after the other: its time is global to it. */
let shared: Promise<TestWorkflowEnvironment> | null = null;
afterAll(async () => (await shared)?.teardown());

/** What a shop sets that writes at any hour. */
const noNights = { email: [], sms: [], whatsapp: [], push: [] };

interface Parts {
  environment: TestWorkflowEnvironment;
  /** In a namespace of the shop's own: watches of the same product have the same id in every shop. */
  client: Client;
  declared: Declared;
  database: TestDatabase;
  time: SkippedClock;
  kept: KeptMessages;
}

/** A shop with a Kairos of its own: PostgreSQL, Temporal, API, routing, gate; the providers take everything. */
export async function startTestShop(options: TestShopOptions = {}): Promise<TestShop> {
  const environment = await (shared ??= timeSkippingEnvironment());
  const [declared, time] = [await declaredIn(options), await skippedClock(environment)];
  const database = await testDatabase();
  const { clock } = time;
  const kept = keptMessages();
  const client = new Client({ connection: environment.connection, namespace: `shop-${randomUUID()}` });
  const parts: Parts = { environment, client, declared, database, time, kept };
  for (const [name, overrides] of Object.entries(options.settings ?? {}))
    await saveOverrides(database.sql, { scope: journeyScope(name), overrides, at: clock.now() });
  const value = { quietHours: { ...noNights, ...options.quietHours } };
  await saveShopSettings(database.sql, { scope: shopScope, value, at: clock.now() });
  const [workers, routing, api] = await Promise.all([
    workersOn(parts, options),
    routingOn(parts),
    startLocalApi({ database, clock, secret: 'secret of the test', ...declared.started }),
  ]);
  let stopWorkers = workers;
  return new TestShop({
    ...{ environment, client, database, time, api, sent: kept.sent },
    async restart() {
      await stopWorkers();
      stopWorkers = await workersOn(parts, options);
    },
    stop: async () => {
      await routing.stop();
      await stopWorkers();
      await api.stop();
      await database[Symbol.asyncDispose]();
    },
  });
}

/** The activities of production, with providers that keep what they are given. */
function workersOn(
  { environment, client, declared, database, time, kept }: Parts,
  { arms = {}, messages = [] }: TestShopOptions,
) {
  const { journeys, watches } = declared.versions;
  const common = { database, clock: time.clock, watches };
  const sending = {
    ...common,
    secret: 'secret of the test',
    channels: kept.channels,
    ...sayingNames(messages),
  };
  return startWorkers({
    environment,
    namespace: client.options.namespace,
    workflowBundle: declared.bundle,
    journey: time.lookingFirst({
      ...pinned(createJourneyActivities({ ...common, segments: declared.kept.segments }), arms),
      ...createWatchActivities(common),
    }),
    channel: time.lookingFirst({
      ...createChannelActivities({ ...sending, definitions: journeys }),
      ...createPageActivities(sending),
    }),
  });
}

function routingOn({ client, declared, database, time }: Parts) {
  const { journeys, watches } = declared.started;
  const { kept } = declared;
  return startRouting({
    routing: {
      ...{ sql: database.sql, clock: time.clock, currency: 'USD', secret: 'secret of the test' },
      ...{
        journeys: indexJourneys(journeys),
        watches,
        hearers: indexHearers(declared.versions.journeys),
        segments: indexSegments(kept.segments, kept.personas),
      },
    },
    // By a clock that stands still between two looks every call would be late when ten seconds have passed since one.
    dispatching: { client, describe: describeWorkflows(declared.versions), timeoutMs: 600_000 },
    log: silentLog,
  });
}

/** The messages there are, with content of their own, and a test's. */
function sayingNames(messages: readonly MessageType<unknown>[]) {
  const render: RenderMessage = (asked) => {
    if (!messages.includes(asked.message)) return renderMessage(asked);
    const { name } = asked.message;
    return asked.channel === 'email' ? { subject: name, html: name, text: name } : { text: name };
  };
  return { messages: [...declaredMessages, ...messages], render };
}

/** Everybody is in the arm that the test names. */
function pinned(activities: JourneyActivities, arms: Record<string, string>): JourneyActivities {
  return {
    ...activities,
    drawArm: async (input) => {
      const arm = arms[input.split];
      return activities.drawArm(arm === undefined ? input : { ...input, shares: { [arm]: 1 } });
    },
  };
}
