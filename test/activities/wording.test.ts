import { describe, expect, test } from 'vitest';
import type { RenderMessage } from '../../activities/gate-look.ts';
import { lockFreeCodes } from '../../src/db/queries/codes.ts';
import { message } from '../../src/define/message.ts';
import { trait } from '../../src/define/trait.ts';
import { segment } from '../../src/define/segment.ts';
import { MissingData } from '../../src/messages/missing-data.ts';
import { heldOpen } from '../support/held-open.ts';
import { addCustomer, addRun, startSending, testJourney, type Sending } from '../support/sending.ts';
import { waitingForLock } from '../support/waiting-for-lock.ts';
import { startWatching, testWatch, type Watching } from '../support/watching.ts';

const regulars = segment('regulars', trait('regular').is(true));
const coupon = message<object>({
  name: 'coupon',
  purpose: 'transactional',
  channels: ['email', 'sms'],
  codes: 'spring',
  variants: { plain: 1, warm: 1 },
  segments: [regulars],
  recommendations: 2,
});

/** Says all that templates would see. */
const render: RenderMessage = ({ data, variant, segments, zone }) => {
  if (data['code'] === 'BROKEN') throw new MissingData('coupon', 'items.title');
  return { text: JSON.stringify({ ...data, variant, segments, zone }) };
};
const parts = { messages: [coupon], render };

async function shop(holdout = 0) {
  const it = await startSending([testJourney('cart', { holdout })], parts);
  const customerId = await addCustomer(it);
  return Object.assign(it, { customerId, ...(await addRun(it, customerId)) });
}

async function addCodes({ database: { sql } }: Sending | Watching, codes: readonly string[]): Promise<void> {
  await sql`insert into codes (pool, code, added_at)
    select 'spring', code, '2026-01-01' from unnest(${[...codes]}::text[]) code`;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `CODE-${n}`);
const askCoupon = { message: 'coupon' } as const;
const said = (content: unknown) => JSON.parse((content as { text: string }).text) as Record<string, unknown>;
const saidTo = (it: Sending) => it.channels.email.sent.map(({ content }) => said(content));
const used = async ({ database: { sql } }: Sending | Watching) =>
  sql<{ code: string; delivery: string }[]>`
    select code, delivery_id as delivery from codes where delivery_id is not null order by code`;

describe('a code', () => {
  test('goes out with the delivery and stays with it, also when it is called again', async () => {
    await using it = await shop();
    await addCodes(it, numbered(3));
    it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: '429' });
    await expect(it.send(it.ask(askCoupon))).rejects.toThrow(/did not take/);
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: null });
    const { deliveryId } = await it.send(it.ask(askCoupon));
    const [first, second] = saidTo(it);
    expect(second!['code']).toBe(first!['code']);
    expect(await used(it)).toEqual([{ code: first!['code'], delivery: deliveryId }]);
  });

  test('is waited for while somebody else has the last ones in hand, who may not need them', async () => {
    await using it = await shop();
    await addCodes(it, numbered(2));
    const { sql } = it.database;
    const [{ opened, open }, { opened: isLocked, open: locked }] = [heldOpen(), heldOpen()];
    const page = sql.begin(async (tx) => {
      expect(await lockFreeCodes(tx, 'spring', 5)).toHaveLength(2);
      locked();
      await opened;
    });
    await isLocked;
    const sent = it.send(it.ask(askCoupon));
    await waitingForLock(sql);
    open();
    await page;
    expect((await sent).state).toBe('accepted');
  });

  test('is never that of another delivery: ten workers at once, fewer codes than customers', async () => {
    await using it = await shop();
    await addCodes(it, numbered(30));
    const workers = Array.from({ length: 10 }, () => it.worker());
    const asks = await Promise.all(
      numbered(40).map(async () => (await addRun(it, await addCustomer(it))).ask(askCoupon)),
    );
    const answers = await Promise.all(asks.map((ask, n) => workers[n % 10]!(ask)));
    expect(answers.filter(({ state }) => state === 'accepted')).toHaveLength(30);
    expect(answers.filter(({ reason }) => reason === 'missing-data')).toHaveLength(10);
    expect(new Set(saidTo(it).map(({ code }) => code)).size).toBe(30);
    expect(await used(it)).toHaveLength(30);
  });

  test.each([0, 1])(
    'that is not there withholds both arms, and names the pool: holdout %j',
    async (holdout) => {
      await using it = await shop(holdout);
      expect(await it.send(it.ask(askCoupon))).toMatchObject({
        state: 'withheld',
        reason: 'missing-data',
        arm: null,
      });
      const [row] = await it.ledger();
      expect(row!.verdicts.at(-1)!.words).toContain('a code of the pool spring');
    },
  );

  test('is not used up by who is held out, nor where something else is missing', async () => {
    await using it = await shop(1);
    await addCodes(it, ['CODE-1']);
    expect(await it.send(it.ask(askCoupon))).toMatchObject({ state: 'held-out' });
    await it.database.sql`update codes set code = 'BROKEN'`;
    expect(await it.send(it.ask({ ...askCoupon, nth: 2 }))).toMatchObject({ reason: 'missing-data' });
    expect(await used(it)).toEqual([]);
  });

  test('goes with each of a page of a thousand, one each, and the empty pool withholds the rest', async () => {
    await using it = await startWatching(testWatch(), {
      messages: [{ ...coupon, name: 'back' }],
      render,
    });
    await it.line(60);
    await it.shelf(60);
    await addCodes(it, numbered(50));
    expect(await it.wave()).toMatchObject({ used: 50, withheld: 10 });
    const codes = it.channels.email.calls.flat().map(({ content }) => said(content)['code']);
    expect(new Set(codes).size).toBe(50);
    expect(await used(it)).toHaveLength(50);
  });

  test('of a page that was not called stays with its delivery', async () => {
    await using it = await startWatching(testWatch(), {
      messages: [{ ...coupon, name: 'back' }],
      render,
    });
    await it.line(3);
    await it.shelf(3);
    await addCodes(it, numbered(9));
    it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: '429' });
    await expect(it.wave()).rejects.toThrow(/did not take/);
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: null });
    await it.worker()(it.page());
    const codes = it.channels.email.calls.flat().map(({ to, content }) => [to, said(content)['code']]);
    expect(new Set(codes.map(String)).size).toBe(3);
    expect(await used(it)).toHaveLength(3);
  });
});

describe('a variant', () => {
  const variants = async (it: Sending) => (await it.ledger()).map(({ variant }) => variant);
  const weigh = ({ database: { sql } }: Sending, weights: Record<string, number>) => sql`
    insert into settings (scope, value, at) values ('message:coupon', ${sql.json({ weights })}, '2026-01-01')
    on conflict (scope) do update set value = excluded.value`;

  test.each([0, 1])('is drawn at would-send and kept, in both arms: holdout %j', async (holdout) => {
    await using it = await shop(holdout);
    await addCodes(it, numbered(9));
    await weigh(it, { plain: 0 });
    await it.send(it.ask(askCoupon));
    expect(await variants(it)).toEqual(['warm']);
  });

  test('that a customer has had stays theirs, while others follow the weights', async () => {
    await using it = await shop();
    await addCodes(it, numbered(9));
    await weigh(it, { plain: 0 });
    await it.send(it.ask(askCoupon));
    await weigh(it, { plain: 1_000, warm: 0.001 });
    await it.send(it.ask({ ...askCoupon, nth: 2 }));
    const other = await addRun(it, await addCustomer(it));
    await it.send(other.ask(askCoupon));
    expect(saidTo(it).map(({ variant }) => variant)).toEqual(['warm', 'warm', 'plain']);
  });

  test('is that of the delivery when it is looked at again', async () => {
    await using it = await shop();
    await addCodes(it, numbered(9));
    await weigh(it, { plain: 0 });
    it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: '429' });
    await expect(it.send(it.ask(askCoupon))).rejects.toThrow(/did not take/);
    await weigh(it, { warm: 0, plain: 1 });
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: null });
    await it.send(it.ask(askCoupon));
    expect(saidTo(it).map(({ variant }) => variant)).toEqual(['warm', 'warm']);
  });
});

test('templates see the segments that the message asks for, of the members that count, and the zone', async () => {
  await using it = await shop();
  await addCodes(it, numbered(9));
  const { sql } = it.database;
  await sql`insert into segments (name, definition, generation) values ('regulars', 'd', 2), ('others', 'd', 1)`;
  const member = (name: string, generation: number) => sql`
    insert into memberships (segment, generation, customer_id, is_member, since)
    values (${name}, ${generation}, ${it.customerId}, true, '2026-01-01')`;
  await Promise.all([member('others', 1), member('regulars', 1)]);
  await it.send(it.ask(askCoupon));
  await member('regulars', 2);
  await sql`update customers set traits = traits || '{"timezone":{"value":"Europe/Berlin"}}'`;
  await it.send(it.ask({ ...askCoupon, nth: 2 }));
  expect(saidTo(it)).toMatchObject([
    { segments: [], zone: 'UTC' },
    { segments: ['regulars'], zone: 'Europe/Berlin' },
  ]);
});
