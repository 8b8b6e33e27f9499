import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { journeyDefinitions } from '../../workflows/definitions.ts';
import { createClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { leaveCart, restock, willHear, type DemoPlace } from '../demo/commands.ts';
import { DemoApi } from '../demo/demo-api.ts';
import { demoHistory, idleCustomers } from '../demo/history.ts';
import { demoProducts, soldOut, type DemoCustomer } from '../demo/shop.ts';
import { realTime } from '../domain/time-scale.ts';
import { StartError } from '../errors.ts';

/**
 * `npm run demo`: everything that `npm start` starts, at 60 times real speed and in a home of its own, with a small
 * shop in it; and then the commands that make something happen within a minute.
 */
const demoSpeed = '60';

/** Starts Kairos as a process of its own, says what it says, and resolves with its URL once it is ready. */
function startKairos(env: NodeJS.ProcessEnv): { child: ChildProcess; ready: Promise<string> } {
  const start = join(import.meta.dirname, 'start.ts');
  const child = spawn(process.execPath, [...process.execArgv, start], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 1));
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^ready (http\S+)$/.exec(line)?.[1];
      if (url === undefined) console.log(line);
      else resolve(url);
    });
  });
  return { child, ready };
}

async function seed(api: DemoApi): Promise<void> {
  await api.putProducts(demoProducts);
  await api.post(demoHistory(createClock(realTime).realNow().getTime()));
}

/** Somebody whom the cart's journey will write to, and has not begun for yet. */
async function someoneToTry(api: DemoApi): Promise<DemoCustomer | null> {
  const journey = journeyDefinitions().find(({ name }) => name === 'abandonedCart')!;
  for (const customer of idleCustomers.filter((each) => willHear(each, journey))) {
    if (!(await api.hasRuns(customer.userId))) return customer;
  }
  return null;
}

function sayWhatToTry(place: DemoPlace, customer: DemoCustomer | null, home: string): void {
  const id = `restock-${randomBytes(3).toString('hex')}`;
  const cart = customer
    ? [
        `${customer.firstName} leaves a teapot in the cart; 45 minutes later, that is in 45 seconds, a message is in the inbox:`,
        '',
        `  ${leaveCart(place, customer, demoProducts[2]!)}`,
        '',
        `and why ${customer.firstName} got it:`,
        '',
        `  curl -u ${place.adminKey}: ${place.url}/v1/customers/${customer.userId}/timeline`,
      ]
    : [
        `Every customer of this demo has a cart by now: stop it, remove ${home}, and start it again for new ones.`,
      ];
  const lines = [
    '',
    `A small shop is open, and an hour passes in a minute. Its inbox: ${place.url}/sandbox`,
    '',
    ...cart,
    '',
    'Three copper kettles come back; those who looked for one while it was sold out hear of it, the longest waiting first:',
    '',
    `  ${restock(place, soldOut, { available: 3, id })}`,
    '',
    `ready ${place.url}`,
  ];
  for (const line of lines) console.log(line);
}

async function main(): Promise<void> {
  const home = process.env['KAIROS_HOME'] || join('.kairos', 'demo');
  const env = { ...process.env, KAIROS_HOME: home, KAIROS_CLOCK_SPEED: demoSpeed };
  const config = loadConfig(env);
  const { child, ready } = startKairos(env);
  const url = await ready;
  const place = { url, writeKey: config.KAIROS_WRITE_KEY, adminKey: config.KAIROS_ADMIN_KEY };
  try {
    const api = new DemoApi(place);
    await seed(api);
    sayWhatToTry(place, await someoneToTry(api), home);
  } catch (error) {
    console.error(error instanceof StartError ? `\n${error.message}` : error);
    child.kill('SIGTERM');
  }
}

await main();
