import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startKairos, testHome, untilGone, type Started, type TestHome } from '../support/started.ts';

let home: TestHome;
let kairos: Started;
let url: string;

beforeAll(async () => {
  home = await testHome();
  kairos = startKairos({ home: home.path, command: ['npm', 'run', 'demo'] });
  url = await kairos.ready();
});

afterAll(async () => {
  const pids = Object.values(await kairos.processes());
  kairos.child.kill('SIGTERM');
  await kairos.ended();
  await untilGone(pids);
  await home[Symbol.asyncDispose]();
});

interface Command {
  url: string;
  user: string;
  contentType: string | undefined;
  body: string | undefined;
}

/** The printed commands, read as a shell would. */
function printed(): Command[] {
  const lines = kairos
    .output()
    .matchAll(/^ {2}curl -u (\S+) (\S+)(?: -H 'content-type: (\S+)' -d '(.*)')?$/gm);
  return [...lines].map(([, user, url, contentType, body]) => ({
    user: user!,
    url: url!,
    contentType,
    body,
  }));
}

async function run({ url, user, contentType, body }: Command): Promise<unknown> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Basic ${btoa(user)}`,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status).toBeLessThan(300);
  return answer.json();
}

async function inbox(query: string): Promise<{ subject: string | null; deliveryId: string }[]> {
  const answer = await fetch(`${url}/sandbox/messages?${query}`);
  return ((await answer.json()) as { messages: { subject: string | null; deliveryId: string }[] }).messages;
}

test('the printed commands bring a message about the cart, why it came, and word of what is back', async () => {
  const [cart, timeline, restock] = printed();
  const { userId } = JSON.parse(cart!.body!) as { userId: string };
  await run(cart!);
  await run(restock!);
  await eventually('word that the kettle is back', async () =>
    (await inbox('limit=1000')).some(isAboutKettle),
  );
  const [mail] = await eventually(
    'the message about the cart',
    async () => {
      const messages = await inbox(`to=${userId}@example.test`);
      return messages.length > 0 && messages;
    },
    120_000,
  );
  const { items } = (await run(timeline!)) as { items: { kind: string; id: string }[] };
  expect(items.filter(({ kind }) => kind === 'delivery').map(({ id }) => id)).toContain(mail!.deliveryId);
});

const isAboutKettle = ({ subject }: { subject: string | null }) => /copper kettle/i.test(subject ?? '');
