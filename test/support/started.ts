import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/embedded/free-port.ts';
import { readHomeFile, writeHomeFile } from '../../src/embedded/home-file.ts';
import { beganAt, isAlive } from '../../src/embedded/process-identity.ts';
import { readProcesses, type Processes } from '../../src/embedded/processes-file.ts';
import { eventually } from './eventually.ts';

const root = join(import.meta.dirname, '..', '..');
const bootWithinMs = 240_000;

/**
 * A home in a folder of its own, that goes away with everything that still runs in it. Its ports are its own too: of the
 * usual ones, those of a part that was just killed would be taken by another home that starts at that moment.
 */
export interface TestHome extends AsyncDisposable {
  path: string;
}

export async function testHome(): Promise<TestHome> {
  const path = await mkdtemp(join(tmpdir(), 'kairos-home-'));
  // Root's PostgreSQL runs as another user, who has to pass through.
  await chmod(path, 0o711);
  const ports = await Promise.all(
    ['postgres', 'temporal', 'temporal-ui', 'sandbox'].map(async (name) => [name, await freePort()] as const),
  );
  await writeHomeFile(path, { ...(await readHomeFile(path)), ports: Object.fromEntries(ports) });
  return {
    path,
    async [Symbol.asyncDispose]() {
      killPids(Object.values(await readProcesses(path)).filter((pid) => pid > 1 && isAlive(pid)));
      await rm(path, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export interface StartOptions {
  home: string;
  env?: NodeJS.ProcessEnv;
  /** What is run, `node src/bin/bootstrap.mjs src/bin/start.ts` by default. */
  command?: [string, ...string[]];
  uid?: number;
}

/** A Kairos that is starting, or was started. */
export interface Started {
  child: ChildProcess;
  /** All that it has written so far. */
  output(): string;
  /** Its URL, once it said that it is ready; fails with its output if it ends before. */
  ready(): Promise<string>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
  processes(): Promise<Processes>;
}

/** Runs `npm start` as somebody at a terminal would, with an environment of its own. */
export function startKairos({ home, env, command, uid }: StartOptions): Started {
  const [file, ...args] = command ?? [process.execPath, 'src/bin/bootstrap.mjs', 'src/bin/start.ts'];
  const child = spawn(file, args, {
    cwd: root,
    env: { ...plainEnv(), PORT: '0', KAIROS_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    output: () => output,
    ended: () => exit,
    processes: () => readProcesses(home),
    ready: () => untilReady(child, () => output),
  };
}

/** Nothing of the settings that the tests themselves run with. */
function plainEnv(): NodeJS.ProcessEnv {
  const own = /^(KAIROS_|TEMPORAL_|DATABASE_URL|PORT|HOST|SENDGRID_|TWILIO_|VITEST|NODE_OPTIONS)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

async function untilReady(child: ChildProcess, output: () => string): Promise<string> {
  const until = performance.now() + bootWithinMs;
  for (;;) {
    const url = /^ready (http\S+)$/m.exec(output())?.[1];
    if (url) return url;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended:\n${output()}`);
    if (performance.now() > until) throw new Error(`It was not ready in time:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Kills processes of a home, as its `processes.json` named them. Never 0 or less: as the target of a signal those are
 * whole groups of processes, that of the tests among them.
 * @throws Error when one is not a process id; none has been killed then.
 */
export function killPids(pids: readonly (number | undefined)[]): void {
  const isOne = (pid?: number): pid is number =>
    Number.isInteger(pid) && pid! > 1 && pid !== process.pid && pid !== process.ppid;
  const ours = pids.filter(isOne);
  if (ours.length < pids.length) throw new Error(`Among ${pids.join(', ')} is what must not be killed.`);
  for (const pid of ours) killOne(pid);
}

/** It may have ended by itself. */
function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Where the embedded database of a home that was started is. */
export async function databaseUrlOf(home: string): Promise<string> {
  const { postgres, ports } = await readHomeFile(home);
  return `postgres://postgres:${postgres.password}@127.0.0.1:${ports['postgres']}/kairos`;
}

/** The address of the embedded Temporal of a home that was started. */
export async function temporalAddressOf(home: string): Promise<string> {
  return `127.0.0.1:${(await readHomeFile(home)).ports['temporal']}`;
}

/** Waits until none of these processes lives. One that nobody collects, as in a container without an init, does not. */
export async function untilGone(pids: number[]): Promise<void> {
  await eventually(`the end of processes ${pids.join(', ')}`, async () => (await living(pids)).length === 0);
}

/** Those of these processes that live. */
export async function living(pids: number[]): Promise<number[]> {
  const began = await Promise.all(pids.map(beganAt));
  return pids.filter((_, n) => began[n] !== null);
}
