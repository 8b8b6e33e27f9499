import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { readHomeFile } from '../../src/embedded/home-file.ts';
import { isAlive } from '../../src/embedded/process-identity.ts';
import { eventually } from '../support/eventually.ts';
import { living, startKairos, testHome, untilGone, type Started, type TestHome } from '../support/started.ts';

const parts = ['api', 'postgres', 'router', 'sandbox', 'temporal', 'worker'];

/** One home, started, killed, started again: in this order, because a start takes seconds. */
describe('npm start', () => {
  let home: TestHome;
  let kairos: Started;
  let url: string;

  beforeAll(async () => {
    home = await testHome();
    kairos = startKairos({ home: home.path, env: { KAIROS_CLOCK_SPEED: '60' } });
    url = await kairos.ready();
  });
  afterAll(async () => {
    kairos.child.kill('SIGTERM');
    await kairos.ended();
    await home[Symbol.asyncDispose]();
  });

  async function databaseRow(): Promise<unknown> {
    const { postgres: cluster, ports } = await readHomeFile(home.path);
    const sql = postgres(`postgres://postgres:${cluster.password}@127.0.0.1:${ports['postgres']}/kairos`, {
      max: 1,
    });
    try {
      return [...(await sql`select clock_origin, clock_speed, secret from home`)];
    } finally {
      await sql.end();
    }
  }

  /** Never 0: as the target of a signal that is the whole process group of the tests. */
  async function pidOf(name: string): Promise<number> {
    const pid = (await kairos.processes())[name];
    if (!pid) throw new Error(`${name} does not run.`);
    return pid;
  }

  test('says what is where, and ready last; each part is a process of its own', async () => {
    expect(kairos.output().trim().split('\n').at(-1)).toBe(`ready ${url}`);
    expect(kairos.output()).toMatch(/Temporal UI {3}http:\/\/127\.0\.0\.1:\d+/);
    const processes = await kairos.processes();
    expect(Object.keys(processes).sort()).toEqual([...parts, 'start'].sort());
    expect(new Set(Object.values(processes)).size).toBe(parts.length + 1);
    expect(Object.values(processes).every(isAlive)).toBe(true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    // What opens the database is nobody else's to read.
    expect((await stat(join(home.path, 'home.json'))).mode & 0o077).toBe(0);
  });

  test.each(parts)(
    '%s is started again within five seconds of a kill -9, and all is ready again',
    async (name) => {
      onTestFailed(() => console.log(kairos.output()));
      const before = await pidOf(name);
      const runsAgain = kairos.output().split(`${name} runs again`).length;
      const begun = performance.now();
      process.kill(before, 'SIGKILL');
      await eventually(`a new ${name}`, async () => {
        const pid = (await kairos.processes())[name];
        return pid !== before && pid;
      });
      expect(performance.now() - begun).toBeLessThan(5_000);
      await eventually(
        `${name} to be ready`,
        () => kairos.output().split(`${name} runs again`).length > runsAgain,
      );
      // Not the one that came first, maybe: a PostgreSQL waits for the last of a dead one's processes.
      const after = await pidOf(name);
      expect(after).not.toBe(before);
      expect(isAlive(after)).toBe(true);
      const isReady = () =>
        fetch(`${url}/readyz`).then(
          (answer) => answer.status === 200,
          () => false,
        );
      await eventually('readiness', isReady);
    },
  );

  test('a home in use by another Kairos is refused, naming it and the cure', async () => {
    const second = startKairos({ home: home.path });
    expect(await second.ended()).toBe(1);
    const { start } = await kairos.processes();
    expect(second.output()).toContain(`is in use by another Kairos (process ${start})`);
    expect(second.output()).toContain('KAIROS_HOME=');
  });

  test('a taken port is refused, naming whose it is and the cure', async () => {
    await using other = await testHome();
    const port = new URL(url).port;
    const second = startKairos({ home: other.path, env: { PORT: port } });
    expect(await second.ended()).toBe(1);
    const { api } = await kairos.processes();
    expect(second.output()).toContain(`Port ${port} is taken by process ${api} (`);
    expect(second.output()).toContain(`PORT=${Number(port) + 1} npm start`);
  });

  test('Ctrl-C stops all of it, and a new start finds the data', async () => {
    const data = await databaseRow();
    const pids = Object.values(await kairos.processes());
    kairos.child.kill('SIGINT');
    expect(await kairos.ended()).toBe(0);
    expect(await living(pids)).toEqual([]);
    expect(await kairos.processes()).toEqual({});
    expect(await readFile(join(home.path, 'logs', 'postgres.log'), 'utf8')).toContain(
      'database system is shut down',
    );

    kairos = startKairos({ home: home.path });
    url = await kairos.ready();
    expect(await databaseRow()).toEqual(data);
  });

  async function temporal<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    const { ports } = await readHomeFile(home.path);
    const connection = await Connection.connect({ address: `127.0.0.1:${ports['temporal']}` });
    return ask(new Client({ connection })).finally(() => connection.close());
  }

  test('a kill -9 of everything at once, and a new start goes on with the same data', async () => {
    const data = await databaseRow();
    await temporal((client) =>
      client.workflow.start('nobodys', { workflowId: 'open', taskQueue: 'nobodys', args: [] }),
    );
    const pids = Object.values(await kairos.processes());
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await kairos.ended();
    await untilGone(pids);

    kairos = startKairos({ home: home.path });
    url = await kairos.ready();
    expect(await databaseRow()).toEqual(data);
    const run = await temporal((client) => client.workflow.getHandle('open').describe());
    expect(run.status.name).toBe('RUNNING');
  });

  test('when the supervisor alone is killed, our parts end, and a new start takes over from the others', async () => {
    const programs = [await pidOf('postgres'), await pidOf('temporal')];
    const ours = Object.values(await kairos.processes()).filter((pid) => !programs.includes(pid));
    process.kill(await pidOf('start'), 'SIGKILL');
    await kairos.ended();
    await untilGone(ours);

    kairos = startKairos({ home: home.path });
    url = await kairos.ready();
    expect(await living(programs)).toEqual([]);
  });

  test('another clock speed is refused, naming both and the cure', async () => {
    kairos.child.kill('SIGINT');
    await kairos.ended();
    const other = startKairos({ home: home.path, env: { KAIROS_CLOCK_SPEED: '3600' } });
    expect(await other.ended()).toBe(1);
    expect(other.output()).toMatch(/KAIROS_CLOCK_SPEED=60, and now it is 3600[^]*KAIROS_HOME/);
    expect(await other.processes()).toEqual({});
  });

  test.each([
    ['npm alone is ended', 'SIGTERM', ['npm', 'start']],
    ['its parent is killed', 'SIGKILL', undefined],
  ] as const)('everything stops when %s', async (_, signal, command) => {
    kairos = startKairos({ home: home.path, ...(command ? { command: [...command] } : {}) });
    await kairos.ready();
    const pids = Object.values(await kairos.processes());
    kairos.child.kill(signal);
    await untilGone(pids);
    expect(await kairos.processes()).toEqual({});
  });
});
