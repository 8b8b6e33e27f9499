import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runs, stock, waves } from '../../src/db/schema/index.ts';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import { newId } from '../../src/ids.ts';
import { eventually } from '../support/eventually.ts';
import { testSandbox, type TestSandbox } from '../support/sandbox.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';
import { sku, startWatching, type Watching } from '../support/watching.ts';
import { carryOut, hello, type Asked, type Step } from './killed/steps.ts';
import type { Dying } from './killed/dying-worker.ts';

/**
 * A worker's process that is killed (SIGKILL) between any two steps of the real activity, and another process that takes
 * over. One process stands still in all of them at once, each before another step, and one kill ends it.
 */
interface Scenario {
  name: string;
  asked: Asked;
  databaseUrl: string;
  runId: string;
  ledger: Sending['ledger'];
  sandbox: TestSandbox;
  stopAt: number;
  /** What the deliveries are to come to, sorted; and how many messages arrive. */
  states: DeliveryState[];
  arrived: number;
}

const sendSteps: Step[] = ['begin', 'commit', 'call', 'write', 'end'];
const pageSteps: Step[] = [
  ...(['look', 'begin', 'commit'] as const),
  ...(['mark', 'call', 'write', 'mark', 'call', 'write'] as const),
  'end',
];
const silences = ['timeout', 'accept-then-timeout'] as const;
const neverReached = 99;

const taken = (n: number): DeliveryState[] => Array<DeliveryState>(n).fill('accepted');
const doubt = (n: number): DeliveryState[] => Array<DeliveryState>(n).fill('unknown');

/** Of a send that is stopped before a step: only from its commit to what came of its call is it in doubt. */
function ofSend(stopAt: number): Pick<Scenario, 'states' | 'arrived'> {
  const step = sendSteps[stopAt];
  if (step === 'call') return { states: doubt(1), arrived: 0 };
  return { states: step === 'write' ? doubt(1) : taken(1), arrived: 1 };
}

/** Of a page: only those of the call under way, two by the first and one by the second. */
function ofPage(stopAt: number): Pick<Scenario, 'states' | 'arrived'> {
  const step = pageSteps[stopAt];
  if (step !== 'call' && step !== 'write') return { states: taken(3), arrived: 3 };
  const lost = stopAt < 6 ? 2 : 1;
  return { states: [...taken(3 - lost), ...doubt(lost)], arrived: step === 'call' ? 3 - lost : 3 };
}

/** Everybody is sent to by the next process, and nobody has two messages in mind: their id is the same. */
const known = (count: number) => ({ states: taken(count), arrived: count });

type Ask = (asking: { sandboxUrl: string; knowsIds: boolean }) => Promise<Pick<Scenario, 'asked' | 'runId'>>;

const asksSend =
  (it: Sending): Ask =>
  async (asking) => {
    const { ask, runId } = await addRun(it, await addCustomer(it));
    return { runId, asked: { ...asking, send: ask({ message: hello.name }) } };
  };

/** Each page is of a watch of its own: three who wait for three that are there. */
const asksPage =
  (it: Watching): Ask =>
  async (asking) => {
    const { db, sql } = it.database;
    const [first] = await db.select().from(runs);
    const [runId, own, now] = [newId(it.clock), newId(it.clock), it.clock.now()];
    await db.insert(runs).values({ ...first!, id: runId, subject: own, workflowId: `backAgain/${own}//1` });
    await db.insert(stock).values({ sku: own, units: 3, at: now, soldOutAt: null });
    const wave = { runId, wave: 1, beganAt: now, nextAt: now, units: 3, places: 3, allowed: 3 };
    await db.insert(waves).values(wave);
    await it.line(3);
    await sql`update waiting_entries set sku = ${own} where sku = ${sku}`;
    return { runId, asked: { ...asking, page: it.page({ runId, message: hello.name }) } };
  };

/** All of them: each step, and a provider that says nothing; with and without one that knows deliveries by their ids. */
async function scenarios(
  shop: { database: { url: string }; ledger: Sending['ledger'] },
  ask: Ask,
  of: { what: 'send' | 'page'; sandboxes: { plain: TestSandbox; open: () => Promise<TestSandbox> } },
): Promise<Scenario[]> {
  const { what, sandboxes } = of;
  const [steps, expected] = what === 'send' ? [sendSteps, ofSend] : [pageSteps, ofPage];
  const base = { databaseUrl: shop.database.url, ledger: shop.ledger };
  const made: Scenario[] = [];
  for (const knowsIds of [false, true]) {
    const who = `${what}${knowsIds ? ', known by its id' : ''}`;
    for (const [stopAt, step] of steps.entries()) {
      const sandbox = sandboxes.plain;
      const asked = await ask({ sandboxUrl: sandbox.url, knowsIds });
      const comes = knowsIds ? known(what === 'send' ? 1 : 3) : expected(stopAt);
      made.push({ ...base, ...asked, ...comes, sandbox, stopAt, name: `${who}, before ${step} (${stopAt})` });
    }
    for (const fault of silences) {
      const sandbox = await sandboxes.open();
      await sandbox.order({ channel: 'email', fault, times: 1 });
      const asked = await ask({ sandboxUrl: sandbox.url, knowsIds });
      const at = steps.indexOf('call');
      const { states, arrived } = knowsIds ? known(what === 'send' ? 1 : 3) : expected(at);
      const more = fault === 'timeout' || knowsIds ? 0 : states.filter((state) => state === 'unknown').length;
      const comes = { states, arrived: arrived + more, stopAt: neverReached, name: `${who}, ${fault}` };
      made.push({ ...base, ...asked, ...comes, sandbox });
    }
  }
  return made;
}

/** Starts the process that is to be killed, waits until all that it does stands still, and kills it. */
async function killAmid(all: readonly Scenario[], nowMs: number): Promise<void> {
  const tasks = all.map(({ databaseUrl, asked, stopAt }) => ({ databaseUrl, asked, stopAt }));
  const script = join(import.meta.dirname, 'killed/dying-worker.ts');
  const args = [
    '--import',
    import.meta.resolve('tsx'),
    script,
    JSON.stringify({ nowMs, tasks } satisfies Dying),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (words: string) => (said += words));
  try {
    const standing = all.filter(({ stopAt }) => stopAt !== neverReached).length;
    await eventually('every step', () => said.split('\n').length - 1 === standing, 120_000);
    for (const { sandbox, stopAt, name } of all) {
      if (stopAt !== neverReached) continue;
      await eventually(`the call of ${name}`, async () => {
        const answer = await fetch(`${sandbox.url}/sandbox/faults`);
        const isHeard = ((await answer.json()) as { faults: unknown[] }).faults.length === 0;
        return isHeard && (!name.includes('accept') || (await sandbox.messages()).length > 0);
      });
    }
  } finally {
    child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
}

test('a worker killed before any of its steps: the next process sends what was not, and nothing twice', async () => {
  await using sending = await startSending();
  await using watching = await startWatching();
  const open = async () => {
    const sandbox = await testSandbox();
    onTestFinished(() => sandbox[Symbol.asyncDispose]());
    return sandbox;
  };
  const sandboxes = { plain: await open(), open };
  const nowMs = sending.clock.now().getTime();
  const all = [
    ...(await scenarios(sending, asksSend(sending), { what: 'send', sandboxes })),
    ...(await scenarios(watching, asksPage(watching), { what: 'page', sandboxes })),
  ];
  await killAmid(all, nowMs);
  const sqlOf = new Map([sending, watching].map(({ database: { url, sql } }) => [url, sql]));
  const arrivedBefore = (await sandboxes.plain.messages()).length;
  expect(arrivedBefore).toBeGreaterThan(0);
  for (const { name, asked, databaseUrl, runId, ledger, sandbox, states, arrived } of all) {
    const world = { sql: sqlOf.get(databaseUrl)!, nowMs };
    await carryOut(world, asked, async () => {});
    await carryOut(world, asked, async () => {});
    const rows = (await ledger()).filter((row) => row.runId === runId);
    expect(rows.map(({ state }) => state).sort(), name).toEqual(states);
    const ids = rows.map(({ id }) => id);
    const inbox = (await sandbox.messages()).filter(({ deliveryId }) => ids.includes(deliveryId!));
    expect(new Set(inbox.map(({ deliveryId }) => deliveryId)).size, name).toBe(arrived);
    if (!asked.knowsIds) expect(inbox, name).toHaveLength(arrived);
  }
}, 180_000);

test('these are all of its steps, as the activities take them', async () => {
  await using sending = await startSending();
  await using watching = await startWatching();
  await using sandbox = await testSandbox();
  const nowMs = sending.clock.now().getTime();
  for (const [it, ask, steps] of [
    [sending, asksSend(sending), sendSteps],
    [watching, asksPage(watching), pageSteps],
  ] as const) {
    const { asked } = await ask({ sandboxUrl: sandbox.url, knowsIds: false });
    const taken: Step[] = [];
    await carryOut({ sql: it.database.sql, nowMs }, asked, async (step) => void taken.push(step));
    expect(taken).toEqual(steps);
  }
});
