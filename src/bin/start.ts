import { createClock } from '../clock.ts';
import { checkToListen, checkToSend } from '../check-config.ts';
import { loadConfig, type Config } from '../config.ts';
import { connect } from '../db/connect.ts';
import { openHome, type Home } from '../db/home.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { realTime } from '../domain/time-scale.ts';
import { onEmbeddedPort, type Boot } from '../embedded/boot.ts';
import { endLeftovers } from '../embedded/leftovers.ts';
import { freePort, holdPort, type HeldPort } from '../embedded/free-port.ts';
import { readHomeFile } from '../embedded/home-file.ts';
import { lockHome, makeHome } from '../embedded/home-folder.ts';
import { checkOutside } from '../embedded/outside.ts';
import { whenParentGone } from '../embedded/parents.ts';
import { bundleInto, kairosPart } from '../embedded/parts.ts';
import { portHolder } from '../embedded/port-holder.ts';
import { providePushKeys } from '../embedded/push-keys.ts';
import { withProgress, type Say } from '../embedded/progress.ts';
import { dataDirOf, provideDatabase } from '../embedded/provide-database.ts';
import { writeProcesses } from '../embedded/processes-file.ts';
import { provideSandboxKeys } from '../embedded/sandbox-keys.ts';
import { provideTemporal, type TemporalPlace } from '../embedded/provide-temporal.ts';
import { Supervisor } from '../embedded/supervisor.ts';
import { StartError } from '../errors.ts';
import { assertLinksWork } from '../public-links.ts';

/** `npm start`: everything that Kairos is made of, each part a process of its own, kept running until it is stopped. */
const say: Say = (line) => console.log(line);

/** What takes in events stops first, what others lean on stops last. */
const stopOrder = [['api', 'router'], ['worker'], ['sandbox', 'temporal'], ['postgres']];
/** A second Ctrl-C later than this means that somebody cannot wait. A terminal's comes twice: to us and through npm. */
const impatientAfterMs = 1_500;

async function start(boot: Boot): Promise<void> {
  const { config } = boot;
  assertLinksWork(config);
  const { port, letGo } = await publicPort(config);
  await checkOutside(boot);
  await endLeftovers(boot.home, dataDirOf(boot.home, boot.file));
  const [databaseUrl, temporal, bundle] = await Promise.all([
    provideDatabase(boot),
    provideTemporal(boot),
    withProgress(say, 'Bundling the workflows', () => bundleInto(boot.home)),
  ]);
  await withProgress(say, 'Bringing the database up to date', () => migrateDatabase(databaseUrl));
  const { scale } = await fixHome(databaseUrl, config);
  const url = `http://${hostInUrl(config.HOST)}:${port}`;
  const env = {
    ...withoutTemporal(boot.env),
    ...temporal.env,
    KAIROS_PUBLIC_URL: config.KAIROS_PUBLIC_URL ?? url,
    DATABASE_URL: databaseUrl,
    KAIROS_HOME: boot.home,
    KAIROS_CLOCK_SPEED: String(scale.speed),
    // For the sandbox, which has no database to ask.
    KAIROS_CLOCK_ORIGIN: String(scale.originMs),
    PORT: String(port),
    // For the sandbox, which calls back where the world may not reach Kairos yet.
    KAIROS_LOCAL_URL: url,
  };
  await startOwnParts(boot, { env, bundle, letGo });
  sayWhatIsWhere(boot, url, temporal);
  say(`ready ${url}`);
}

interface Own {
  env: NodeJS.ProcessEnv;
  /** The file of the workflows. */
  bundle: string;
  /** Lets go of the port that was held for the API. */
  letGo: () => Promise<void>;
}

async function startOwnParts(boot: Boot, { env, bundle, letGo }: Own): Promise<void> {
  const keys = boot.config.VAPID_PUBLIC_KEY ? {} : await providePushKeys(boot.home);
  const all: NodeJS.ProcessEnv = { ...env, ...keys };
  if (usesSandbox(boot.config)) {
    const { privateKey, publicKey, authToken } = await provideSandboxKeys(boot.home);
    const own = { ...env, HOST: '127.0.0.1', KAIROS_SANDBOX_KEY: privateKey, TWILIO_AUTH_TOKEN: authToken };
    const port = await onEmbeddedPort(boot, 'sandbox', 3001, (on) =>
      boot.supervisor.start(kairosPart('sandbox', boot.home, { ...own, PORT: String(on) })),
    );
    all['KAIROS_SANDBOX_URL'] = `http://127.0.0.1:${port}`;
    // What the API verifies call-backs with: the sandbox is both of the providers.
    const verified = { SENDGRID_WEBHOOK_KEY: publicKey, SENDGRID_INBOUND_KEY: publicKey };
    Object.assign(all, verified, { TWILIO_AUTH_TOKEN: authToken });
  }
  const parts = [
    kairosPart('worker', boot.home, all, ['--bundle', bundle]),
    kairosPart('router', boot.home, all),
    kairosPart('api', boot.home, all),
  ];
  await letGo();
  await withProgress(say, 'Starting worker, router and API', () =>
    Promise.all(parts.map((part) => boot.supervisor.start(part))),
  );
}

/** The sandbox provider never runs beside a real one. */
function usesSandbox(config: Config): boolean {
  const { SENDGRID_API_KEY, SMTP_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } = config;
  return !SENDGRID_API_KEY && !SMTP_URL && !TWILIO_ACCOUNT_SID && !TWILIO_AUTH_TOKEN;
}

/** Held until the API starts: what comes before takes many seconds, in which somebody else could take it. */
async function publicPort({ HOST, PORT }: Config): Promise<HeldPort> {
  const held = await holdPort(PORT === 0 ? await freePort([], HOST) : PORT, HOST);
  if (typeof held !== 'string') return held;
  if (held !== 'EADDRINUSE') {
    throw new StartError(`HOST=${HOST} PORT=${PORT} cannot be listened on: ${held}. Set them to others.`);
  }
  const holder = (await portHolder(PORT)) ?? 'another process';
  throw new StartError(
    `Port ${PORT} is taken by ${holder}.\n` +
      `Stop that, or start Kairos on another port: PORT=${PORT + 1} npm start (PORT=0 takes any that is free).`,
  );
}

async function fixHome(databaseUrl: string, config: Config): Promise<Home> {
  const database = connect(databaseUrl, { max: 1, name: 'kairos-start' });
  try {
    const realNow = createClock(realTime).realNow();
    return await openHome(database.sql, { clockSpeed: config.KAIROS_CLOCK_SPEED, realNow });
  } finally {
    await database.end();
  }
}

const withoutTemporal = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));

/** What a browser on this machine can open: an address that stands for all of them is none. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function sayWhatIsWhere({ config, home, file }: Boot, url: string, temporal: TemporalPlace): void {
  const rows: [string, string | null | undefined | false][] = [
    ['API', `${url}  (/docs says what it takes and answers)`],
    ['Inbox', usesSandbox(config) && `${url}/sandbox  (e-mail and SMS that would have been sent)`],
    ['Temporal UI', temporal.uiUrl],
    ['PostgreSQL', config.DATABASE_URL ? 'as DATABASE_URL says' : `127.0.0.1:${file.ports['postgres']}`],
    ['Write key', config.KAIROS_WRITE_KEY === 'dev-write-key' && 'dev-write-key'],
    ['Admin key', config.KAIROS_ADMIN_KEY === 'dev-admin-key' && 'dev-admin-key'],
    ['Data and logs', home],
  ];
  for (const [name, value] of rows) if (value) say(`  ${name.padEnd(14)}${value}`);
}

async function main(): Promise<void> {
  // Who watched may be gone: that must not end us before the parts have stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const config = loadConfig(process.env);
  checkToListen(config);
  checkToSend(config);
  const home = await makeHome(config.KAIROS_HOME);
  const lock = await lockHome(home);
  const supervisor = new Supervisor(home, say);
  const stopped = stopOnDemand(supervisor);
  try {
    const boot = { config, env: process.env, home, file: await readHomeFile(home), supervisor, say };
    await Promise.race([start(boot), stopped]);
    await stopped;
    say('stopped');
  } catch (error) {
    // A part that does not become ready because it is being stopped is no error.
    if (supervisor.isStopping) await stopped;
    else {
      sayFailure(error);
      await supervisor.stop(stopOrder);
    }
  }
  await writeProcesses(home, {});
  await lock.release();
  process.exit();
}

function sayFailure(error: unknown): void {
  console.error(error instanceof StartError ? `\n${error.message}` : error);
  process.exitCode = 1;
}

/** Resolves when everything has stopped, because somebody asked for it or whoever started us is gone. */
function stopOnDemand(supervisor: Supervisor): Promise<void> {
  return new Promise((resolve) => {
    let since: number | null = null;
    const stop = () => {
      if (since !== null && performance.now() - since > impatientAfterMs) supervisor.kill();
      if (since !== null) return;
      since = performance.now();
      say('stopping');
      void supervisor.stop(stopOrder).then(resolve);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    void whenParentGone(stop);
  });
}

// What comes before anything is started: settings that cannot be used, a home that is in use.
await main().catch(sayFailure);
