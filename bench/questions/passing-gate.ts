import { CallBook } from '../../activities/call-book.ts';
import { passGate } from '../../activities/pass-gate.ts';
import { passPage } from '../../activities/pass-page.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { RecentSizes } from '../../src/db/queries/kept-plan.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { renderMessage } from '../../src/messages/render.ts';
import type { Bench } from '../bench.ts';
import { perSecond, type Finding, type Question, type Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { atOnce } from '../sending/at-once.ts';
import { BareLedger } from '../sending/bare-ledger.ts';
import { instantChannels } from '../sending/instant-channels.ts';
import { atATime } from '../sending/senders.ts';
import { SendingShop } from '../sending/sending-shop.ts';
import { rateOf, ratioOf } from '../statistics.ts';

/** (n) The gate's transaction, for one order and for a thousand. */
export const passingGate: Question = {
  letter: 'n',
  title: 'Orders through the gate per second, against the bare insert of the same rows',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [rounds, singly, together] = size === 'tiny' ? [1, 20, 50] : [5, 1_000, 5_000];
    const shop = await SendingShop.open(bench, 'gate', (rounds + 1) * (singly + together));
    const gate = gateOf(shop);
    await gate.singly(singly);
    await gate.together(together);
    const bare = new BareLedger(shop.database);
    await bare.copy(Math.max(singly, together));
    const figures = await inTurn(rounds, {
      singly: () => rateOf(singly, () => gate.singly(singly)),
      bareSingly: () => rateOf(singly, () => bare.insertSingly(singly, atATime)),
      together: () => rateOf(together, () => gate.together(together)),
      bareTogether: () => rateOf(together, () => bare.insertTogether(together)),
    });
    return {
      lines: [
        { what: 'One by one', figure: ratioOf(figures.singly, figures.bareSingly) },
        perSecond('One by one: the gate', figures.singly),
        perSecond('One by one: bare insert', figures.bareSingly),
        { what: 'A thousand at a time', figure: ratioOf(figures.together, figures.bareTogether) },
        perSecond('A thousand at a time: the gate', figures.together),
        perSecond('A thousand at a time: bare insert', figures.bareTogether),
      ],
      notes: [
        `All checks, the drawing of the arm and the rendering of the mail, until \`intended\` is committed; no call is made. One by one: ${atATime} orders at a time, ` +
          'each in a transaction of its own; a thousand: pages of a wave of `backInStock`. Nobody is capped, a tenth is held out.',
        'The bare insert puts the same rows, verdicts and all, into a table with the same indexes: singly as many at a time, or a thousand in a statement.',
      ],
    };
  },
};

function gateOf(shop: SendingShop) {
  const own = { calls: new CallBook(), sizes: new RecentSizes(shop.parts.clock) };
  const parts = { ...shop.parts, ...own, channels: instantChannels(), render: renderMessage };
  return {
    async singly(count: number): Promise<void> {
      const orders = await shop.sends(count);
      await atOnce(orders, atATime, async (order) => {
        const { kind } = await passGate(parts, cartNudge, order);
        if (kind === 'waiting') throw new Error('The gate let an order wait.');
      });
    },
    async together(count: number): Promise<void> {
      await shop.wave(count, async (input) => {
        const passage = await passPage(parts, backOnShelf, input);
        if (passage.kind !== 'passed') throw new Error('The gate let a page wait.');
        return passage.answer;
      });
      await settle(shop);
    },
  };
}

/** As their calls would have left them: what is open of a run is looked through by each of its pages. */
async function settle({ database: { sql } }: SendingShop): Promise<void> {
  await sql`update deliveries set state = 'accepted' where state = 'intended'`;
}
