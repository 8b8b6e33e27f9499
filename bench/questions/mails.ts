import { createChannels } from '../../activities/channels/create-channels.ts';
import type { Bench } from '../bench.ts';
import { perSecond, type Finding, type Line, type Question, type Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { atOnce } from '../sending/at-once.ts';
import { post, recordRequests, type RecordedRequest } from '../sending/recorded-requests.ts';
import { atATime, sendersOf } from '../sending/senders.ts';
import { SendingShop } from '../sending/sending-shop.ts';
import { rateOf, ratioOf } from '../statistics.ts';

/** (o) From the order to the provider's acceptance in the ledger. */
export const mails: Question = {
  letter: 'o',
  title: 'E-mails per second into the sandbox, against a bare script that posts the same bodies',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [rounds, singly, together] = size === 'tiny' ? [1, 20, 50] : [5, 500, 5_000];
    const shop = await SendingShop.open(bench, 'mails', (rounds + 1) * (singly + together));
    const recorded = await recordingOf(shop, { singly, together });
    const { url } = await bench.kairos('sandbox', { DATABASE_URL: shop.database.url });
    const kairos = sendersOf(shop, mailsTo(url));
    const bare = (requests: readonly RecordedRequest[], most: number) =>
      atOnce(requests, most, (request) => post(url, request));
    // What is counted is mails that went out: a tenth of the orders is held out.
    const figures = await inTurn(rounds, {
      singly: () => rateOf(recorded.mailsSingly, () => kairos.singly(singly)),
      bareSingly: () => rateOf(recorded.mailsSingly, () => bare(recorded.singly, atATime)),
      together: () => rateOf(recorded.mailsTogether, () => kairos.together(together)),
      bareTogether: () => rateOf(recorded.mailsTogether, () => bare(recorded.together, 1)),
    });
    return { lines: linesOf(figures), notes: notesOf(recorded) };
  },
};

function linesOf(figures: Record<'singly' | 'bareSingly' | 'together' | 'bareTogether', number[]>): Line[] {
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
      'a mail a request; those that come at once pass the gate together. A thousand at a time: pages of a wave, one after the other.',
    `The bare script posts the bodies that SendGrid’s client made of such orders (${singly.length} requests, and ${together.length} with ${mailsTogether} mails together), ` +
      'as many at a time, over connections that it keeps, as Kairos does; it asks nothing and writes nothing down.',
  ];
}

/** On a sandbox, through SendGrid's own client. */
function mailsTo(sandboxUrl: string) {
  return createChannels({ sandboxUrl, emailFrom: 'The shop <hello@shop.example>', timeoutMs: 60_000 });
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
  const kairos = sendersOf(shop, mailsTo(recorder.url));
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
