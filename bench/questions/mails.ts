import { createChannels } from '../../activities/channels/create-channels.ts';
import { createChannelActivities } from '../../activities/send.ts';
import { createPageActivities } from '../../activities/serve-page.ts';
import type { Bench } from '../bench.ts';
import type { Finding, Line, Question, Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { atOnce } from '../sending/at-once.ts';
import { post, recordRequests, type RecordedRequest } from '../sending/recorded-requests.ts';
import { SendingShop } from '../sending/sending-shop.ts';
import { msOf, ratioOf, spreadOf } from '../statistics.ts';

/** Calls under way together, of Kairos's and of the bare script. */
const atATime = 20;

/** (o) From the order to the provider's acceptance in the ledger. */
export const mails: Question = {
  letter: 'o',
  title: 'E-mails per second into the sandbox, against a bare script that posts the same bodies',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [rounds, singly, together] = size === 'tiny' ? [1, 20, 50] : [5, 500, 5_000];
    const shop = await SendingShop.open(bench, 'mails', (rounds + 1) * (singly + together));
    const recorded = await recordingOf(shop, { singly, together });
    const { url } = await bench.kairos('sandbox', { DATABASE_URL: shop.database.url });
    const kairos = sendersOf(shop, url);
    const bare = (requests: readonly RecordedRequest[], most: number) =>
      atOnce(requests, most, (request) => post(url, request));
    const rate = (count: number, work: () => Promise<unknown>) => async () =>
      count / ((await msOf(work)) / 1_000);
    // What is counted is mails that went out: a tenth of the orders is held out.
    const figures = await inTurn(rounds, {
      singly: rate(recorded.mailsSingly, () => kairos.singly(singly)),
      bareSingly: rate(recorded.mailsSingly, () => bare(recorded.singly, atATime)),
      together: rate(recorded.mailsTogether, () => kairos.together(together)),
      bareTogether: rate(recorded.mailsTogether, () => bare(recorded.together, 1)),
    });
    return { lines: linesOf(figures), notes: notesOf(recorded) };
  },
};

function linesOf(figures: Record<'singly' | 'bareSingly' | 'together' | 'bareTogether', number[]>): Line[] {
  const perSecond = (what: string, values: readonly number[]): Line => ({
    ...{ what, figure: spreadOf(values), unit: 'per second' },
  });
  const ratio = (what: string, these: number[], those: number[]): Line => {
    const figure = ratioOf(these, those);
    return { what, figure, aim: { words: 'at least 0.5', isMet: figure.median >= 0.5 } };
  };
  return [
    ratio('One by one', figures.singly, figures.bareSingly),
    perSecond('One by one: Kairos', figures.singly),
    perSecond('One by one: bare', figures.bareSingly),
    ratio('A thousand at a time', figures.together, figures.bareTogether),
    perSecond('A thousand at a time: Kairos', figures.together),
    perSecond('A thousand at a time: bare', figures.bareTogether),
  ];
}

function notesOf({ singly, together, mailsTogether }: Recorded): string[] {
  return [
    `The activities themselves, without Temporal: gate, rendering, SendGrid’s own client, the answer written into the ledger. One by one: ${atATime} at a time, ` +
      'a mail a request. A thousand at a time: pages of a wave, one after the other.',
    `The bare script posts the bodies that SendGrid’s client made of such orders (${singly.length} requests, and ${together.length} with ${mailsTogether} mails together), ` +
      'as many at a time, over connections that it keeps; it asks nothing and writes nothing down.',
  ];
}

function sendersOf(shop: SendingShop, sandboxUrl: string) {
  const channels = createChannels({
    sandboxUrl,
    emailFrom: 'The shop <hello@shop.example>',
    timeoutMs: 60_000,
  });
  const parts = { ...shop.parts, channels, attempt: () => 1, abort: () => undefined };
  const single = createChannelActivities(parts);
  const pages = createPageActivities({ ...parts, heartbeat: () => {} });
  return {
    singly: async (count: number) =>
      atOnce(await shop.sends(count), atATime, (order) => single.sendMessage(order)),
    together: (count: number) => shop.wave(count, (page) => pages.servePage(page)),
  };
}

interface Recorded {
  singly: RecordedRequest[];
  together: RecordedRequest[];
  mailsSingly: number;
  mailsTogether: number;
}

/** What the client posts for as many orders as a round has. */
async function recordingOf(
  shop: SendingShop,
  { singly, together }: { singly: number; together: number },
): Promise<Recorded> {
  await using recorder = await recordRequests();
  const kairos = sendersOf(shop, recorder.url);
  await kairos.singly(singly);
  const ofSingly = recorder.requests.splice(0);
  await kairos.together(together);
  const ofTogether = recorder.requests.splice(0);
  const mails = (requests: RecordedRequest[]) =>
    requests.reduce(
      (sum, { body }) => sum + (JSON.parse(body) as { personalizations: unknown[] }).personalizations.length,
      0,
    );
  return {
    singly: ofSingly,
    together: ofTogether,
    mailsSingly: mails(ofSingly),
    mailsTogether: mails(ofTogether),
  };
}
