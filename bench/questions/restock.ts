import { journeyQueue } from '../../src/domain/task-queues.ts';
import { bareNamespace, type Bench } from '../bench.ts';
import { perSecond, type Finding, type Line, type Question, type Size } from '../question.ts';
import { post, recordRequests, type RecordedRequest } from '../sending/recorded-requests.ts';
import { RestockedShop, type WaveFigures } from '../sending/restocked-shop.ts';
import { closedOf, inLanes, type BenchShop } from '../shop.ts';
import { ratioOf, rateOf, spreadOf } from '../statistics.ts';
import { until } from '../until.ts';

const sizes = {
  tiny: { customers: 1_300, few: 20, many: 1_100, recorded: 50, flows: 3 },
  full: { customers: 1_000_000, few: 10_000, many: 100_000, recorded: 2_000, flows: 400 },
};
type Sizes = (typeof sizes)[Size];

/** (g) A watch serves a waiting list. */
export const restock: Question = {
  letter: 'g',
  title: 'A restock reaches a hundred thousand waiting customers of a million in one workflow',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const of = sizes[size];
    const { customers, recorded, few, many } = of;
    const products = { recorded, few, many };
    const restocked = await RestockedShop.open(bench, customers, products);
    const bodies = await bodiesOf(restocked, recorded);
    const { url } = await bench.kairos('sandbox', { DATABASE_URL: restocked.database.url });
    const ofFew = await restocked.restock('few', few, url);
    const bareBefore = await barePosts(bodies, url, ofFew.sent);
    const ofMany = await restocked.restock('many', many, url);
    const bareAfter = await barePosts(bodies, url, ofFew.sent);
    const flows = await oneEach(restocked.shop, url, of.flows);
    await bench.endParts();
    const figures = { ofFew, ofMany, bare: [bareBefore, bareAfter], flows };
    return { lines: linesOf(of, figures), notes: notesOf(of, figures) };
  },
};

interface Figures {
  ofFew: WaveFigures;
  ofMany: WaveFigures;
  /** Mails a second. */
  bare: number[];
  /** Customers a second, one workflow for each. */
  flows: number;
}

const say = (count: number) => count.toLocaleString('en-US');

function linesOf({ few, many }: Sizes, { ofFew, ofMany, bare, flows }: Figures): Line[] {
  const mails = ofMany.sent / (ofMany.ms / 1_000);
  const customers = many / (ofMany.ms / 1_000);
  const against = ratioOf([mails, mails], bare);
  const perCustomer = ofMany.ms / many / (ofFew.ms / few);
  const memory = ofMany.memoryMb / ofFew.memoryMb;
  const one = (what: string, value: number, unit: NonNullable<Line['unit']>): Line => {
    return { what, figure: spreadOf([value]), unit };
  };
  return [
    {
      what: `${say(many)} customers: mails a second against a bare script that posts the same bodies`,
      figure: against,
      aim: { words: 'at least 0.5', isMet: against.median >= 0.5 },
    },
    {
      what: `${say(many)} customers: customers a second against one workflow for each`,
      figure: spreadOf([customers / flows]),
    },
    {
      what: `Time for each customer: ${say(many)} against ${say(few)}`,
      figure: spreadOf([perCustomer]),
      aim: { words: 'at most 1', isMet: perCustomer <= 1 },
    },
    {
      what: `Greatest memory of the worker: ${say(many)} against ${say(few)}`,
      figure: spreadOf([memory]),
      aim: { words: 'at most 1.2', isMet: memory <= 1.2 },
    },
    {
      ...one(`Events in the history of the episode of ${say(many)}`, ofMany.events, 'calls'),
      aim: { words: 'under 500', isMet: ofMany.events < 500 },
    },
    one(`${say(many)} customers served`, customers, 'per second'),
    perSecond('Bare script: mails', bare),
    one('One workflow for each customer', flows, 'per second'),
    one(`${say(many)} customers, from the report to the end of the wave`, ofMany.ms, 'ms'),
    one('Requests to the provider', ofMany.requests, 'calls'),
    one('Calls to Temporal but for long polls', ofMany.calls, 'calls'),
    one(`Greatest memory of the worker, ${say(few)}`, ofFew.memoryMb, 'MB'),
    one(`Greatest memory of the worker, ${say(many)}`, ofMany.memoryMb, 'MB'),
  ];
}

function notesOf({ customers, recorded, flows }: Sizes, { ofMany }: Figures): string[] {
  return [
    `${say(customers)} customers. From \`stock.changed\` over HTTP through router, workflow, gate and SendGrid’s own client to the sandbox’s inbox, each wave by a worker of its own, in a shop whose router has computed its segments before; a tenth is held out.`,
    `${say(ofMany.sent)} mails were taken, ${say(ofMany.heldOut)} customers held out, nobody twice and nobody passed over: else there would be no figures.`,
    `The bare script posts what SendGrid’s client posted of a wave for ${say(recorded)}, over and over, one request after the other over a connection that it keeps, before the great wave and after it; it asks nothing and writes nothing down.`,
    'The memory is the most that the process ever had, with what nobody needs any more and V8 has not collected yet: that is first done after some twenty pages. From there on it goes up and down and no higher, however long the line.',
    `One workflow for each customer: ${flows} bare workflows whose one activity calls the provider through the same client, with a fixed text, no gate before and no ledger behind.`,
  ];
}

/** What the client posts in a wave. */
async function bodiesOf(restocked: RestockedShop, count: number): Promise<RecordedRequest[]> {
  await using recorder = await recordRequests();
  await restocked.restock('recorded', count, recorder.url);
  return recorder.requests.splice(0);
}

/** Mails a second of posting the bodies until there are so many mails. */
async function barePosts(bodies: readonly RecordedRequest[], url: string, mails: number): Promise<number> {
  const sizesOf = bodies.map(
    ({ body }) => (JSON.parse(body) as { personalizations: unknown[] }).personalizations.length,
  );
  const posts: RecordedRequest[] = [];
  let count = 0;
  for (let n = 0; count < mails; n += 1) {
    posts.push(bodies[n % bodies.length]!);
    count += sizesOf[n % bodies.length]!;
  }
  return rateOf(count, async () => {
    for (const one of posts) await post(url, one);
  });
}

/** Customers a second where each has a workflow that sends one mail. */
async function oneEach(shop: BenchShop, url: string, count: number): Promise<number> {
  await shop.startWorker({ KAIROS_SANDBOX_URL: url, TEMPORAL_NAMESPACE: bareNamespace }, ['--bare']);
  const { bare } = shop.temporal;
  let named = 0;
  const send = async (some: number) => {
    const before = await closedOf(bare, 'bareOnce');
    const ids = Array.from({ length: some }, () => `one-${(named += 1)}`);
    await inLanes(ids, (id) => {
      const args = [{ to: `${id}@example.test`, id }];
      return bare.workflow.start('bareOnce', { workflowId: id, taskQueue: journeyQueue, args });
    });
    const ended = async () => (await closedOf(bare, 'bareOnce')) >= before + some;
    await until('the end of the bare workflows', ended);
  };
  // Not counted: the first of everything is slow.
  await send(Math.ceil(count / 20));
  return rateOf(count, () => send(count));
}
