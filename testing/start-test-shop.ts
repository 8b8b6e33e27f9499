import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, inject } from 'vitest';
import { createJourneyActivities } from '../activities/journey.ts';
import { createChannelActivities } from '../activities/send.ts';
import type { JourneyActivities } from '../activities/contract.ts';
import { journeyScope } from '../src/domain/setting-scopes.ts';
import { saveOverrides } from '../src/db/queries/save-settings.ts';
import type { JourneyDefinition } from '../src/define/journey.ts';
import { staticSummary } from '../src/define/journey-summary.ts';
import { silentLog } from '../src/log.ts';
import { indexJourneys } from '../src/routing/journey-index.ts';
import { startRouting } from '../src/routing/start-routing.ts';
import { journeyDefinitions, journeyVersions } from '../workflows/definitions.ts';
import type { JourneyWorkflow } from '../workflows/sdk/journey.ts';
import { bundleOf } from './bundle.ts';
import { testDatabase } from './database.ts';
import { keptMessages } from './kept-messages.ts';
import { startLocalApi } from './local-api.ts';
import { skippedClock } from './skipped-clock.ts';
import { TestShop } from './test-shop.ts';
import { timeSkippingEnvironment } from './time-skipping.ts';
import { startWorkers } from './workers.ts';

export interface TestShopOptions {
  /** The module that exports the journeys; `workflows/index.ts` if not said. */
  workflows?: URL;
  /** The journeys that start, by their names; all of them if not said. Others would share the customer's caps. */
  only?: readonly string[];
  /** Every customer is held out; if not said none is, so that a test knows whom it tells of. */
  heldOut?: boolean;
  /** Settings of journeys that differ from their defaults, by the journey's name. */
  settings?: Record<string, Record<string, string | number>>;
  /** The arm that everybody is in, by the split's name; drawn as ever if not said. */
  arms?: Record<string, string>;
  /** Whether a run that begins with a wait sleeps it away before its first task, as in production; so if not said. */
  asleep?: boolean;
}

/** One for the tests of a file, which run one after the other: its time is global to it. */
let shared: Promise<TestWorkflowEnvironment> | null = null;
afterAll(async () => (await shared)?.teardown());

/** A shop with a Kairos of its own: PostgreSQL, Temporal, API, routing, gate; the providers take everything. */
export async function startTestShop(options: TestShopOptions = {}): Promise<TestShop> {
  const environment = await (shared ??= timeSkippingEnvironment());
  const journeys = await journeysOf(options);
  const [database, time] = [await testDatabase(), await skippedClock(environment)];
  const { clock } = time;
  const { channels, sent } = keptMessages();
  const common = { database, clock };
  for (const [name, overrides] of Object.entries(options.settings ?? {}))
    await saveOverrides(database.sql, { scope: journeyScope(name), overrides, at: clock.now() });
  const [stopWorkers, routing, api] = await Promise.all([
    startWorkers({
      environment,
      workflowBundle: journeys.bundle,
      journey: time.lookingFirst(pinned(createJourneyActivities(common), options.arms ?? {})),
      channel: time.lookingFirst(
        createChannelActivities({ ...common, channels, definitions: journeys.versions }),
      ),
    }),
    startRouting({
      routing: {
        ...{ sql: database.sql, clock, currency: 'USD', secret: 'secret of the test' },
        journeys: indexJourneys(journeys.newest),
        watches: [],
      },
      dispatching: { client: environment.client, describe: describer(journeys.versions) },
      log: silentLog,
    }),
    startLocalApi({ ...common, journeys: journeys.newest }),
  ]);
  return new TestShop({
    ...{ environment, database, time, api, sent },
    stop: async () => {
      await routing.stop();
      await stopWorkers();
      await api.stop();
      await database[Symbol.asyncDispose]();
    },
  });
}

interface Journeys {
  bundle: string;
  versions: JourneyDefinition[];
  newest: JourneyDefinition[];
}

async function journeysOf(options: TestShopOptions): Promise<Journeys> {
  const { workflows, only, heldOut = false, asleep = true } = options;
  const module = workflows ?? new URL('../workflows/index.ts', import.meta.url);
  const exported = (await import(module.href)) as Record<string, JourneyWorkflow>;
  const adapted = (definition: JourneyDefinition): JourneyDefinition => ({
    ...definition,
    holdout: heldOut ? 1 : 0,
    ...(asleep ? {} : { firstWait: async () => null }),
  });
  return {
    bundle: workflows ? await bundleOf(workflows) : inject('workflowBundle'),
    versions: journeyVersions(exported).map(adapted),
    newest: started(journeyDefinitions(exported), only).map(adapted),
  };
}

function started(definitions: JourneyDefinition[], only: readonly string[] | undefined): JourneyDefinition[] {
  const names = definitions.map(({ name }) => name);
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`There is no journey ${unknown.join(', ')}; there is ${names.join(', ')}.`);
  }
  return definitions.filter(({ name }) => only?.includes(name) ?? true);
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

function describer(versions: readonly JourneyDefinition[]) {
  return (name: string, version: number) => {
    const found = versions.find((one) => one.name === name && one.version === version);
    return found ? { workflowType: found.workflowType, summary: staticSummary(found) } : null;
  };
}
