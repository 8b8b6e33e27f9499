import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** What a container of a service runs, and with what environment: as docker-compose.yml and the Dockerfile have it. */
export interface Container {
  command: string[];
  env: Record<string, string>;
  healthcheck: string[] | null;
}

interface Service {
  command: string[];
  environment: Record<string, string>;
  healthcheck: { test?: [string, ...string[]] };
}

/** The containers of `docker-compose.yml`, for an environment in which `docker compose up` is called. */
export async function composed(given: Record<string, string>): Promise<(service: string) => Container> {
  const compose = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: Record<string, Service>;
  };
  const image = imageEnvironment(await readFile('Dockerfile', 'utf8'));
  return (name) => {
    const { command, environment, healthcheck } = compose.services[name]!;
    const [how, ...test] = healthcheck.test ?? ['NONE'];
    if (how !== 'CMD' && how !== 'NONE') throw new Error(`The health check of ${name} is ${how}, not CMD.`);
    const own = Object.entries(environment).map(([key, value]) => [key, interpolated(value, given)] as const);
    return {
      command,
      env: { ...image, ...Object.fromEntries<string>(own) },
      healthcheck: how === 'CMD' ? test : null,
    };
  };
}

/** `ENV NAME=value …` of the last stage. */
function imageEnvironment(dockerfile: string): Record<string, string> {
  const last = dockerfile.split(/^FROM /m).at(-1)!;
  const pairs = [...last.matchAll(/^ENV (.+)$/gm)].flatMap(([, line]) => line!.split(' '));
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
}

/** `${NAME:?words}`, `${NAME:-default}` and `${NAME}`, as compose reads them. */
function interpolated(value: string, given: Record<string, string>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::([?-])([^}]*))?\}/g,
    (_, name: string, how?: string, rest?: string) => {
      if (given[name]) return given[name];
      if (how === '?') throw new Error(`${name} is needed: ${rest}`);
      return rest ?? '';
    },
  );
}

/** The same container where other names are known: each text that occurs in it is replaced. */
export function relocated(container: Container, places: Record<string, string>): Container {
  const move = (text: string) =>
    Object.entries(places).reduce((moved, [from, to]) => moved.replaceAll(from, to), text);
  const { command, env, healthcheck } = container;
  return {
    command: command.map(move),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, move(value)])),
    healthcheck: healthcheck && healthcheck.map(move),
  };
}

/** A container's process, with its environment and nothing else. */
export interface Running {
  child: ChildProcess;
  output(): string;
  /** How it ended: its exit code, or null when it was killed. */
  ended: Promise<number | null>;
  isHealthy(): Promise<boolean>;
}

export function run(container: Container): Running {
  const { child, output, ended } = runCommand(container.command, container.env);
  const isHealthy = async () =>
    container.healthcheck !== null && (await runCommand(container.healthcheck, container.env).ended) === 0;
  return { child, output, ended, isHealthy };
}

function runCommand([file, ...args]: string[], env: Record<string, string>) {
  const node = file === 'node' ? process.execPath : file!;
  const child = spawn(node, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => said, ended };
}
