import { describe, expect, test } from 'vitest';
import { onsiteChannel } from '../../../activities/channels/onsite.ts';
import type { ChannelAdapter, OnsiteContent } from '../../../activities/channels/channel.ts';
import { eraseCustomers } from '../../../src/db/queries/erase-customers.ts';
import { eraseDeliveries } from '../../../src/db/queries/erase-deliveries.ts';
import { onsiteMessages } from '../../../src/db/queries/onsite-messages.ts';
import { openOnsiteStream } from '../../../src/db/queries/onsite-streams.ts';
import { endOnsiteVisits } from '../../../src/db/queries/onsite-visits.ts';
import { message } from '../../../src/define/message.ts';
import { newId } from '../../../src/ids.ts';
import { addCustomer, addRun, startSending, testJourney, type TestCustomer } from '../../support/sending.ts';

const hint = message<object>({ name: 'hint', purpose: 'help', channels: ['onsite', 'email'] });
const said: OnsiteContent = {
  title: 'Back',
  text: 'It is back.',
  url: 'https://shop.example/p',
  action: 'Go',
};

/** The gate with the real channel of the page. Whoever is added has the browser `a1`. */
async function setup(content: OnsiteContent = said) {
  const it = await startSending([testJourney('cart')], {
    messages: [hint],
    render: ({ channel }) => (channel === 'onsite' ? content : { text: 'by mail' }),
  });
  const { database, clock } = it;
  const { sql } = database;
  const onsite = onsiteChannel({ sql, clock });
  const worker = (adapter: ChannelAdapter = onsite) =>
    it.worker({ channels: { ...it.channels, onsite: adapter } });
  return {
    ...it,
    sql,
    worker,
    send: worker(),
    async somebody(given: TestCustomer = {}) {
      const customerId = await addCustomer(it, given);
      await sql`insert into customer_ids (kind, external_id, customer_id, at) values ('anonymous', 'a1', ${customerId}, ${clock.now()})`;
      const { ask } = await addRun(it, customerId);
      return { customerId, ask: (channel: 'onsite' | 'email') => ask({ message: 'hint', channel }) };
    },
    comes: (anonymousId = 'a1', ms = 40_000) =>
      openOnsiteStream(sql, {
        ...{ id: newId(clock), anonymousId, openedAt: clock.now() },
        thereUntil: new Date(clock.now().getTime() + ms),
      }),
    async onPage(anonymousId = 'a1') {
      const lists = await onsiteMessages(sql, {
        ...{ anonymousIds: [anonymousId], customerIds: [], at: clock.now(), limit: 10 },
      });
      return lists.flatMap(({ messages }) => messages);
    },
    endVisits: () =>
      endOnsiteVisits(sql, {
        ...{ at: clock.now(), thereSince: new Date(clock.now().getTime() - 300_000), limit: 10 },
      }),
    async [Symbol.asyncDispose]() {
      await sql`truncate onsite_streams, onsite_messages`;
      await it[Symbol.asyncDispose]();
    },
  };
}

describe('who is on the site', () => {
  test('is reached there, without having been asked; the message waits on the page', async () => {
    await using it = await setup();
    const { ask } = await it.somebody({ consents: {} });
    await it.comes();
    expect(await it.send(ask('onsite'))).toMatchObject({
      state: 'accepted',
      channel: 'onsite',
      arm: 'treated',
    });
    const [row] = await it.ledger();
    expect(await it.onPage()).toEqual([{ ...said, id: row!.id, shown: false }]);
    expect(row!.verdicts.at(-1)!.words).toBe("accepted: it waits on the shop's page");
  });

  test('and who is not goes on to the next channel, as does who left a moment ago', async () => {
    await using it = await setup();
    const { ask } = await it.somebody();
    await it.comes('a1', 5_000);
    await it.comes('of-another');
    it.pass('5 seconds');
    expect(await it.send(ask('onsite'))).toMatchObject({ state: 'withheld', reason: 'unreachable' });
    expect(await it.send(ask('email'))).toMatchObject({ state: 'accepted', channel: 'email' });
    expect((await it.ledger())[0]!.verdicts[0]!.words).toBe(
      'withheld: unreachable — the visitor is not on the site now',
    );
  });

  test('a refusal of the page stands', async () => {
    await using it = await setup();
    const { ask } = await it.somebody({ consents: { onsite: 'denied' } });
    await it.comes();
    expect(await it.send(ask('onsite'))).toMatchObject({ state: 'withheld', reason: 'no-consent' });
    expect((await it.ledger())[0]!.verdicts[0]!.words).toContain('the customer refused onsite');
  });
});

describe('placing', () => {
  test('twice places once: the call of a worker that died is made again, and is not in doubt', async () => {
    await using it = await setup();
    const { ask } = await it.somebody();
    await it.comes();
    const onsite = onsiteChannel({ sql: it.sql, clock: it.clock });
    const died = it.worker({
      ...onsite,
      send: async (one) => {
        await onsite.send(one);
        throw new Error('the worker died');
      },
    });
    // What it could not write down is what another process finds.
    await expect(died(ask('onsite'))).rejects.toMatchObject({ type: 'not-accepted' });
    const [left] = await it.ledger();
    expect(left).toMatchObject({ state: 'intended', callingAt: expect.any(Date) as Date });
    expect(await it.send(ask('onsite'))).toMatchObject({ state: 'accepted' });
    expect(await it.onPage()).toHaveLength(1);
  });

  test('takes a link only where it leads to a page, and cuts what is too long', async () => {
    await using it = await setup({ ...said, url: 'javascript:alert(1)', text: 'x'.repeat(5_000) });
    const { ask } = await it.somebody();
    await it.comes();
    await it.send(ask('onsite'));
    const [shown] = await it.onPage();
    expect(shown).toMatchObject({ title: 'Back', text: 'x'.repeat(2_000) });
    expect(shown).not.toHaveProperty('url');
    expect(shown).not.toHaveProperty('action');
  });

  test('nothing for whom an erasure has made nobody meanwhile', async () => {
    await using it = await setup();
    const { customerId, ask } = await it.somebody();
    await it.comes();
    const onsite = onsiteChannel({ sql: it.sql, clock: it.clock });
    const send = it.worker({
      ...onsite,
      send: async (one) => {
        await it.sql.begin(async (tx) => {
          const at = it.clock.now();
          await eraseDeliveries(tx, [customerId], at);
          await eraseCustomers(tx, { customerIds: [customerId], people: [customerId], at });
        });
        return onsite.send(one);
      },
    });
    expect(await send(ask('onsite'))).toMatchObject({ state: 'failed' });
    expect(await it.sql`select from onsite_messages union all select from onsite_streams`).toHaveLength(0);
  });
});

describe('the end of a visit', () => {
  test('takes away what stands on the page: what nobody saw has failed, and says so', async () => {
    await using it = await setup();
    const { ask } = await it.somebody();
    await it.comes();
    await it.send(ask('onsite'));
    it.pass('5 minutes');
    expect(await it.endVisits()).toBe(0);
    it.pass('1 minute');
    expect(await it.endVisits()).toBe(1);
    const [row] = await it.ledger();
    expect(row).toMatchObject({ state: 'failed', providerCode: 'not-shown' });
    expect(row!.verdicts.at(-1)!.words).toBe('failed: not-shown — the visit ended before it was shown');
    expect(await it.onPage()).toEqual([]);
  });

  test('so does its time, though the visitor is there', async () => {
    await using it = await setup();
    const { ask } = await it.somebody();
    await it.comes('a1', 4_000_000);
    await it.send(ask('onsite'));
    it.pass('30 minutes');
    expect(await it.onPage()).toEqual([]);
    expect(await it.endVisits()).toBe(1);
    expect((await it.ledger())[0]!.verdicts.at(-1)!.words).toContain('it stood too long');
  });
});
