import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openShop, type OpenShop } from '../support/open-shop.ts';
import { added, bought, identified, someone, type Shop } from '../support/shop.ts';

/** An hour passes in a second: a nudge after 45 minutes comes within 5 s, a run of four days closes in about 100. */
const clockSpeed = 3_600;

let open: OpenShop;
let shop: Shop;

beforeAll(async () => {
  open = await openShop(clockSpeed);
  ({ shop } = open);
});

afterAll(() => open[Symbol.asyncDispose]());

/** Of customers of their own each, so all at once; but for text messages, of which each that comes next meets the next fault. */
describe.concurrent('from an event over HTTP to a message in the inbox', () => {
  test('the nudge comes within seconds, says what is in the cart, and the run closes as lost', async () => {
    const user = someone('quiet');
    shop.identifies(user);
    shop.adds(user);
    const [mail] = await eventually('the nudge', async () => {
      const messages = await shop.inboxOf(`${user}@example.test`);
      return messages.length > 0 && messages;
    });
    expect(mail).toMatchObject({ channel: 'email', subject: expect.stringContaining('Kettle') as string });
    const [delivery] = await shop.untilDecided(user);
    expect(delivery).toMatchObject({
      id: mail!.deliveryId,
      message: 'cart-nudge',
      state: 'delivered',
      arm: 'treated',
    });
    const [run] = await shop.runsOf(user);
    const waited = Date.parse(delivery!.at) - Date.parse(run!.openedAt);
    expect(waited).toBeGreaterThan(20 * 60_000);
    // Not a day: seconds of ours, also on a machine that takes many of them.
    expect(waited).toBeLessThan(18 * 3_600_000);
    const closed = await shop.untilClosed(user);
    expect(closed).toMatchObject({ outcome: 'lost', key: 'c1' });
    // A day after the nudge and three more: nearly 100 s of real time.
    expect(Date.parse(closed.closedAt!) - Date.parse(delivery!.at)).toBeGreaterThanOrEqual(4 * 86_400_000);
    // And not only because its ten days are over.
    expect(Date.parse(closed.closedAt!) - Date.parse(delivery!.at)).toBeLessThan(6 * 86_400_000);
    expect(await shop.deliveriesOf(user)).toHaveLength(1);
  });

  test('a loyal customer gets the offer a day later: caps and time stamps are on the same clock', async () => {
    const user = someone('loyal');
    shop.identifies(user);
    for (const order of [1, 2, 3]) shop.buys(user, `${user}-${order}`, 'before');
    shop.adds(user);
    const messages = await eventually(
      'both messages',
      async () => {
        const both = await shop.inboxOf(`${user}@example.test`);
        return both.length === 2 && both;
      },
      90_000,
    );
    const deliveries = await shop.deliveriesOf(user);
    expect(deliveries.map(({ message }) => message)).toEqual(['cart-offer', 'cart-nudge']);
    const apart = Date.parse(deliveries[0]!.at) - Date.parse(deliveries[1]!.at);
    expect(apart).toBeGreaterThanOrEqual(86_400_000);
    expect(messages[0]!.at >= deliveries[0]!.at).toBe(true);
  });

  test('an order ends the run as ordered and nothing is sent', async () => {
    const user = someone('buyer');
    // In one request: the client could send the order in the next, and the nudge is due in less than a second.
    await shop.tells(identified(user), added(user), bought(user, `${user}-1`));
    expect(await shop.untilClosed(user)).toMatchObject({ outcome: 'ordered' });
    expect(await shop.deliveriesOf(user)).toEqual([]);
  });

  test('a held-out customer gets nothing, and the ledger says that they would have', async () => {
    const user = someone('control', 'held-out');
    shop.identifies(user);
    shop.adds(user);
    const [delivery] = await shop.untilDecided(user);
    expect(delivery).toMatchObject({ state: 'held-out', arm: 'held-out', message: 'cart-nudge' });
    expect(await shop.inboxOf(`${user}@example.test`)).toEqual([]);
  });

  test('a second cart on the same day is over the cap of the shop', async () => {
    const user = someone('twice');
    shop.identifies(user);
    shop.adds(user, 'c1');
    shop.adds(user, 'c2');
    const deliveries = await eventually('two decisions', async () => {
      const all = await shop.deliveriesOf(user);
      return all.length === 2 && all.every(({ state }) => !['intended', 'accepted'].includes(state)) && all;
    });
    expect(deliveries.map(({ state, reason }) => reason ?? state).sort()).toEqual(['capped', 'delivered']);
  });
});

describe('text messages', () => {
  const fault = (name: string) =>
    shop.admin('/sandbox/faults', {
      method: 'POST',
      body: JSON.stringify({ channel: 'sms', fault: name, times: 1 }),
    });
  const sendsBySms = async (name: string, number: string) => {
    const user = someone(name);
    shop.identifies(user, { email: null, phone: number });
    shop.adds(user);
    const [delivery] = await shop.untilDecided(user);
    return { delivery, sent: (await shop.inboxOf(number)).length };
  };

  test('without an address for e-mail the message goes by SMS; without consent it is withheld', async () => {
    const [phone, silent] = [someone('phone'), someone('silent')];
    shop.identifies(phone, { email: null, phone: '+14155550123' });
    shop.identifiesWithoutConsent(silent);
    shop.adds(phone);
    shop.adds(silent);
    expect((await shop.untilDecided(phone))[0]).toMatchObject({ state: 'delivered', channel: 'sms' });
    expect((await shop.inboxOf('+14155550123')).map(({ channel }) => channel)).toEqual(['sms']);
    expect((await shop.untilDecided(silent))[0]).toMatchObject({ state: 'withheld', reason: 'no-consent' });
  });

  test.for([
    ['refuse', 'failed', 0],
    ['server-error', 'unknown', 0],
    // Its call-back says what the answer did not.
    ['accept-then-timeout', 'delivered', 1],
    ['rate-limit', 'delivered', 1],
  ] as const)(
    '%s: the delivery is %s and %i messages arrive',
    async ([name, state, arrived], { expect: e }) => {
      await fault(name);
      const number = `+1415555${1_000 + name.length * 7}`;
      const { delivery, sent } = await sendsBySms(`fault-${name}`, number);
      e(delivery).toMatchObject({ state, channel: 'sms' });
      e(sent).toBe(arrived);
    },
  );
});
