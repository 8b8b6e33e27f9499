import { expect, test } from 'vitest';
import { onsiteChannel } from '../../activities/channels/onsite.ts';
import type { PageActivities } from '../../activities/contract.ts';
import { openOnsiteStream } from '../../src/db/queries/onsite-streams.ts';
import { message } from '../../src/define/message.ts';
import { newId } from '../../src/ids.ts';
import { back, startWatching, type Person } from '../support/watching.ts';
import type { Verdict } from '../../src/domain/delivery.ts';

/** First on the page of who is there, else by e-mail. */
const here = message<object>({ ...back, channels: ['onsite', 'email'] });

test('of a wave those who are on the site are told there, in the order of the line; the others keep their places', async () => {
  await using it = await startWatching();
  const { database, clock } = it;
  const { sql } = database;
  const line = await it.line(5, (n) => (n === 2 ? { email: null, consents: [] } : {}));
  for (const customerId of [line[1]!, line[2]!, line[4]!]) {
    await sql`
      insert into customer_ids (kind, external_id, customer_id, at)
      values ('anonymous', ${`browser-${customerId}`}, ${customerId}, ${clock.now()})`;
    await openOnsiteStream(sql, {
      ...{ id: newId(clock), anonymousId: `browser-${customerId}`, openedAt: clock.now() },
      thereUntil: new Date(clock.now().getTime() + 40_000),
    });
  }
  await it.shelf(4);
  const worker = it.worker({
    messages: [here],
    channels: { ...it.channels, onsite: onsiteChannel({ sql, clock }) },
    render: ({ channel }) => (channel === 'onsite' ? { title: 'Back', text: 'It is.' } : { text: 'Back' }),
  });
  let isBegun = false;
  const serve: PageActivities['servePage'] = (page) => {
    const channel = isBegun ? page.channel : 'onsite';
    isBegun = true;
    return worker({ ...page, channel });
  };
  expect(await it.wave(serve)).toMatchObject({ places: 4, used: 4, withheld: 0, goesOn: true });
  const rows = await sql`
    select d.customer_id as id, d.channel, d.state from deliveries d join waiting_entries e on e.id = d.entry_id
    order by e.since, e.id`;
  expect(rows).toEqual([
    { id: line[0], channel: 'email', state: 'accepted' },
    { id: line[1], channel: 'onsite', state: 'accepted' },
    { id: line[2], channel: 'onsite', state: 'accepted' },
    { id: line[3], channel: 'email', state: 'accepted' },
  ]);
  const placed = await sql`select customer_id as id from onsite_messages order by delivery_id`;
  expect(placed.map(({ id }) => id).sort()).toEqual([line[1], line[2]].sort());
  await sql`truncate onsite_streams, onsite_messages`;
});

test('where nobody in line is on the site, no page is spent on saying so of each; the one after it says it', async () => {
  await using it = await startWatching();
  const { sql } = it.database;
  // The last but one is reached by text only, the last by nothing.
  const reach = [
    {},
    {},
    { email: null, phone: '+447700900123', consents: ['sms'] },
    { email: null, consents: [] },
  ];
  const line = await it.line(4, (n) => reach[n] as Person);
  await openOnsiteStream(sql, {
    ...{ id: newId(it.clock), anonymousId: 'somebody else', openedAt: it.clock.now() },
    thereUntil: new Date(it.clock.now().getTime() + 40_000),
  });
  await it.shelf(4);
  const worker = it.worker({
    messages: [message<object>({ ...back, channels: ['onsite', 'email', 'sms'] })],
    channels: { ...it.channels, onsite: onsiteChannel({ sql, clock: it.clock }) },
  });
  const asked: string[] = [];
  const end = await it.wave(async (page) => {
    const channel = asked.length === 0 ? 'onsite' : page.channel;
    asked.push(channel);
    const answer = await worker({ ...page, channel });
    if (asked.length === 1) expect(await it.ledger()).toEqual([]);
    return answer;
  });
  expect(asked).toEqual(['onsite', 'email', 'sms']);
  expect(end).toMatchObject({ places: 4, used: 3, withheld: 1, goesOn: false });
  const rows = await sql<{ id: string; channel: string; state: string; verdicts: Verdict[] }[]>`
    select d.customer_id as id, d.channel, d.state, d.verdicts
    from deliveries d join waiting_entries e on e.id = d.entry_id order by e.since`;
  expect(rows.map(({ id, channel, state }) => [id, channel, state])).toEqual([
    [line[0], 'email', 'accepted'],
    [line[1], 'email', 'accepted'],
    [line[2], 'sms', 'accepted'],
    [line[3], 'onsite', 'withheld'],
  ]);
  const notThere = 'withheld: unreachable — the visitor is not on the site now';
  for (const { verdicts } of rows) expect(verdicts[0]).toMatchObject({ channel: 'onsite', words: notThere });
  expect(rows[2]!.verdicts.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
    ...['onsite withheld', 'email withheld', 'sms intended', 'sms accepted'],
  ]);
  await sql`truncate onsite_streams`;
});

test.each([
  { pagesMs: 0, asked: ['onsite', 'email', 'email', 'email'] },
  { pagesMs: 60_000, asked: ['onsite', 'email'] },
])('one activity goes on with its channel’s pages for $pagesMs ms: $asked', async ({ pagesMs, asked }) => {
  await using it = await startWatching();
  const line = await it.line(5);
  await it.shelf(5);
  const worker = it.worker({
    messages: [here],
    channels: { ...it.channels, onsite: onsiteChannel({ sql: it.database.sql, clock: it.clock }) },
    // Two make a page.
    turns: { perSecond: () => 0.2, take: async () => 0, giveBack: async () => {} },
    pagesMs,
  });
  const pages: string[] = [];
  const end = await it.wave((page) => {
    const channel = pages.length === 0 ? 'onsite' : page.channel;
    pages.push(channel);
    return worker({ ...page, channel });
  });
  expect(pages).toEqual(asked);
  expect(end).toMatchObject({ places: 5, used: 5, goesOn: false });
  expect(await it.told()).toEqual(line);
});
