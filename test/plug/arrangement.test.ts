import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { connect, type Database } from '../../src/db/connect.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import { bareDevServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { testSandbox, type TestSandbox } from '../support/sandbox.ts';
import { Backend, tellUntil } from './backend.ts';
import { chanceOfThisRun, type Chance } from './chance.ts';
import { composed, relocated, run, type Container, type Running } from './compose.ts';
import { wrongUnknowns, type Killed } from './kills.ts';
import { callsUnderWay, leftToDo, readFindings } from './ledger.ts';
import {
  wrongDecisions,
  wrongEvents,
  wrongFacts,
  wrongMessages,
  wrongRuns,
  type Reckoning,
} from './reckoning.ts';
import { leavesNow, stories, type Story } from './stories.ts';

/** What `docker compose up` is told. */
const given = {
  POSTGRES_PASSWORD: randomBytes(12).toString('hex'),
  KAIROS_PUBLIC_URL: 'https://kairos.shop.example',
  KAIROS_WRITE_KEY: 'write-of-arrangement',
  KAIROS_ADMIN_KEY: 'admin-of-arrangement',
  KAIROS_EMAIL_FROM: 'The shop <hello@shop.example>',
};
/** A whole deployment may take long to be there on a busy machine. */
const healthyWithinMs = 120_000;
/** What the dead worker was at is tried again after a minute. */
const drainedWithinMs = 240_000;
/** What one worker has under way at a time: 40 on each of two channels. */
const mostCallsAtOnce = 80;
const clock = createClock(realTime);

/** A database with an owner of its own who is nobody else's master, in the test cluster: as a managed one is. */
async function emptyDatabase() {
  const template = new URL(inject('postgresUrl'));
  template.searchParams.delete('template');
  template.pathname = '/postgres';
  const admin = postgres(template.href, { max: 1, onnotice: () => {} });
  const name = `kairos_${randomBytes(6).toString('hex')}`;
  await admin.unsafe(`create role ${name} login password '${given.POSTGRES_PASSWORD}'`);
  await admin.unsafe(`create database ${name} owner ${name}`);
  const url = new URL(template.href);
  Object.assign(url, { username: name, password: given.POSTGRES_PASSWORD, pathname: `/${name}` });
  const drop = async () => {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.unsafe(`drop role ${name}`);
    await admin.end();
  };
  return { url: url.href, drop };
}

/** The Temporal of the arrangement: the namespace is there and empty, as its job in docker-compose.yml leaves it. */
const emptyTemporal = () => bareDevServer('kairos');

describe('the processes of docker-compose.yml: one API, two routers, two workers', () => {
  const chance = chanceOfThisRun();
  let place: Awaited<ReturnType<typeof emptyDatabase>>;
  let temporal: TestWorkflowEnvironment;
  let sandbox: TestSandbox;
  let folder: string;
  let database: Database;
  let container: (service: string) => Container;
  let url: string;
  let api: Running;
  let routers: [Running, Running];
  let workers: [Running, Running];
  let backend: Backend;
  let toldBefore = 0;
  let all: Reckoning;
  let killed: Killed;

  beforeAll(async () => {
    console.log(`KAIROS_PLUG_SEED=${chance.seed} repeats this load and these kills`);
    [place, temporal, sandbox, folder] = await Promise.all([
      emptyDatabase(),
      emptyTemporal(),
      testSandbox(clock),
      mkdtemp(join(tmpdir(), 'kairos-image-')),
    ]);
    database = connect(place.url, { max: 2, name: 'plug' });
    container = await containers();
    await image();
  }, 180_000);

  afterAll(async () => {
    for (const part of [api, ...(routers ?? []), ...(workers ?? [])]) part?.child?.kill('SIGKILL');
    await database?.end();
    await place?.drop();
    await temporal?.teardown();
    await sandbox?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** As in docker-compose.yml but for what is elsewhere here: addresses, the bundle, and who stands in for providers. */
  async function containers(): Promise<(service: string) => Container> {
    const service = await composed(given);
    const port = String(await freePort([], '0.0.0.0'));
    url = `http://127.0.0.1:${port}`;
    const places = {
      [`postgres://kairos:${given.POSTGRES_PASSWORD}@postgres:5432/kairos`]: place.url,
      'temporal:7233': temporal.address,
      '127.0.0.1:3000': `127.0.0.1:${port}`,
      'dist/workflows.js': join(folder, 'workflows.js'),
    };
    return (name) => {
      const moved = relocated(service(name), places);
      if (name === 'api') moved.env['PORT'] = port;
      if (name === 'worker') moved.env['KAIROS_SANDBOX_URL'] = sandbox.url;
      return { ...moved, env: { ...moved.env, HOME: folder } };
    };
  }

  /** What the Dockerfile makes beside the code. */
  async function image(): Promise<void> {
    const command = ['node', '--import', 'tsx', 'src/bin/bundle.ts', join(folder, 'workflows.js')];
    const made = run({ command, env: {}, healthcheck: null });
    expect(await made.ended, made.output()).toBe(0);
  }

  const admin = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${given.KAIROS_ADMIN_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status, await response.clone().text()).toBe(200);
  };

  const done = (of: string[]) => async () => {
    const left = await leftToDo(database.sql);
    return of.every((what) => left[what] === 0);
  };

  test('from nothing: migrations run to their end, then every part is healthy', async () => {
    const migrations = run(container('migrations'));
    expect(await migrations.ended, migrations.output()).toBe(0);
    api = run(container('api'));
    routers = [run(container('router')), run(container('router'))];
    workers = [run(container('worker')), run(container('worker'))];
    const named = { api: [api], router: routers, worker: workers };
    for (const [name, processes] of Object.entries(named)) {
      for (const one of processes) {
        await eventually(`a healthy ${name}`, () => one.isHealthy(), healthyWithinMs).catch(
          (error: unknown) => {
            throw new Error(one.output(), { cause: error });
          },
        );
      }
    }
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await eventually('two routers', async () => (await connectionsOf('kairos router')) === 2);
  });

  /** How many processes of a name are at the database: each comes from ports of its own, so by what they listen to. */
  async function connectionsOf(name: string): Promise<number> {
    const [row] = await database.sql<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where application_name = ${name} and query ilike 'listen %' and datname = current_database()`;
    return row!.n;
  }

  test('a router and a worker are killed under load, and all goes on with the others', async () => {
    // Forty-five minutes are not waited for here; the day after the nudge is ended by an order.
    await admin('PUT', '/v1/journeys/abandonedCart/settings', { desk: '2 seconds' });
    // Nor is a morning, whenever this runs.
    await admin('PUT', '/v1/settings', { quietHours: { sms: [] } });
    backend = new Backend(url, given.KAIROS_WRITE_KEY, chance.fork());
    const stop = new AbortController();
    const source = counted(stories(chance.fork()));
    const load = tellUntil({ stop: stop.signal, quota: () => 300 }, backend, source, chance.fork());
    let told: Story[] = [];
    try {
      killed = await killTwo(chance.fork());
      toldBefore = source.count;
      await eventually(
        'as many customers again',
        () => source.count >= Math.min(280, Math.max(150, 2 * toldBefore)),
        120_000,
      );
    } finally {
      stop.abort();
      told = await load;
    }
    await eventually('every send to be decided', done(['unrouted', 'owed', 'undecided']), drainedWithinMs);
    await eventually('every cart to be decided on', () => allDecided(told), drainedWithinMs);
    for (const story of told) leavesNow(story);
    await backend.tell(told.map(({ later }) => later.slice(-1)));
    await eventually('every run to close', done(['unrouted', 'owed', 'open', 'undecided']), drainedWithinMs);
    const found = await readFindings(database.sql, sandbox.url);
    all = { told, found, answeredAt: backend.answeredAt };
    console.log(
      `${told.length} customers, ${found.events.size} events, ${found.inbox.length} messages, ` +
        `${found.deliveries.filter(({ state }) => state === 'unknown').length} unknown`,
    );
  }, 600_000);

  /** Counts what it hands out. */
  function counted(source: Iterator<Story, void>) {
    const counting = { count: 0, next: () => ((counting.count += 1), source.next()) };
    return counting;
  }

  async function killTwo(moments: Chance): Promise<Killed> {
    await eventually('a message', async () => (await sandbox.messages()).length > moments.between(10, 40));
    const [router, worker] = [moments.pick(routers), moments.pick(workers)];
    router.child.kill('SIGKILL');
    await router.ended;
    // Calls to the sandbox are short: at any moment if none can be met.
    await eventually('a call', async () => (await callsUnderWay(database.sql)).length > 0, 10_000).catch(
      () => null,
    );
    const at = clock.realNow().getTime();
    worker.child.kill('SIGKILL');
    await worker.ended;
    return { what: ['router', 'worker'], pauseMs: 0, amidCalls: true, at, leftBehind: [], broke: true };
  }

  /** Every run that is to send has a delivery: those that only wait for tomorrow are left. */
  async function allDecided(told: readonly Story[]): Promise<boolean> {
    const wanted = told.flatMap(({ runs }) => runs.filter(({ fates }) => 'cart-nudge' in fates)).length;
    const [row] = await database.sql<{ n: number }[]>`
      select count(*)::int as n from runs r
      where state = 'closed' or exists (select from deliveries d where d.run_id = r.id)`;
    const without = told.flatMap(({ runs }) => runs).length - wanted;
    return row!.n === wanted + without;
  }

  test('exactly once, as if nothing had happened', () => {
    expect(all.told.length).toBeGreaterThan(toldBefore);
    expect(wrongEvents(all)).toEqual([]);
    expect(wrongFacts(all)).toEqual([]);
    expect(wrongRuns(all)).toEqual([]);
    expect(wrongDecisions(all)).toEqual([]);
    expect(wrongMessages(all)).toEqual([]);
  });

  test('unknown is only what the dead worker was at', () => {
    expect(wrongUnknowns(all.found.deliveries, [killed], clock)).toEqual([]);
    const unknown = all.found.deliveries.filter(({ state }) => state === 'unknown');
    expect(unknown.length).toBeLessThanOrEqual(mostCallsAtOnce);
  });

  test('those left are healthy, and stop in an orderly way when told to', async () => {
    const left = [api, ...routers, ...workers].filter(({ child }) => child.signalCode === null);
    expect(left).toHaveLength(3);
    for (const one of left) expect(await one.isHealthy()).toBe(true);
    for (const { child } of left) child.kill('SIGTERM');
    for (const one of left) expect(await one.ended, one.output()).toBe(0);
  });
});
