import type { Bench } from '../bench.ts';
import type { Finding, Question, Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { instantChannels } from '../sending/instant-channels.ts';
import { sendersOf } from '../sending/senders.ts';
import { SendingShop } from '../sending/sending-shop.ts';
import { msOf, ratioOf, spreadOf } from '../statistics.ts';

const day = 86_400_000;
const wanted = 100_000_000;

/** (p) A ledger that has been kept for years. */
export const oldLedger: Question = {
  letter: 'p',
  title: 'What old rows of the ledger cost',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [rounds, singly, together, rows] =
      size === 'tiny' ? [1, 20, 50, 1_000] : [5, 500, 2_000, 1_000_000];
    const people = (rounds + 1) * (singly + together);
    const young = await SendingShop.open(bench, 'ledger_young', people);
    const old = await SendingShop.open(bench, 'ledger_old', people);
    await sendAll(old, { singly, together });
    await sendAll(young, { singly, together });
    const bytes = await fill(old, rows, bench.clock.now());
    const of = (shop: SendingShop) => {
      const senders = sendersOf(shop, instantChannels());
      return {
        singly: () => msOf(() => senders.singly(singly)),
        together: () => msOf(() => senders.together(together)),
      };
    };
    const [atYoung, atOld] = [of(young), of(old)];
    const figures = await inTurn(rounds, {
      oldSingly: atOld.singly,
      youngSingly: atYoung.singly,
      oldTogether: atOld.together,
      youngTogether: atYoung.together,
    });
    const say = (count: number) => count.toLocaleString('en-US');
    return {
      lines: [
        {
          what: `Time of a send: ${say(rows)} old rows against none`,
          figure: ratioOf(figures.oldSingly, figures.youngSingly),
        },
        {
          what: `Time of a page: ${say(rows)} old rows against none`,
          figure: ratioOf(figures.oldTogether, figures.youngTogether),
        },
        { what: 'Bytes of an old row, indexes included', figure: spreadOf([bytes / rows]), unit: 'bytes' },
      ],
      notes: [
        `${say(wanted)} such rows take ${Math.round(((bytes / rows) * wanted) / 2 ** 30)} GB. What a send reads of the ledger is found by the customer and the time, by the run, or by the waiting entry: ` +
          'each index gets one level deeper, at most, from a million rows to a hundred.',
        `The old rows are of the same customers, ${say(Math.round(rows / people))} each, from 40 to 1,000 days old, beyond the longest cap that concerns them. The provider takes everything at once.`,
      ],
    };
  },
};

/** Deliveries of former times, like those that are there, of all customers alike. Gives what they take on disk. */
async function fill({ database: { sql } }: SendingShop, rows: number, now: Date): Promise<number> {
  const sizeOf = async () =>
    Number((await sql<{ size: string }[]>`select pg_total_relation_size('deliveries') as size`)[0]!.size);
  const before = await sizeOf();
  const newest = new Date(now.getTime() - 40 * day).toISOString();
  await sql`
    insert into deliveries (id, run_id, customer_id, name, subject, message, nth, entry_id, wave, purpose, channel, arm,
      state, verdicts, provider_id, at)
    select md5('old ' || g)::uuid, md5('old run ' || g)::uuid, p.id, c.name, c.subject, c.message, c.nth,
      case when c.entry_id is null then null else md5('old entry ' || g)::uuid end, c.wave, c.purpose, c.channel, c.arm,
      c.state, c.verdicts, c.provider_id, ${newest}::timestamptz - (g % 960) * interval '1 day'
    from generate_series(1, ${rows}::int) g
    join (select d.*, row_number() over (order by id) as place from deliveries d) c
      on c.place = 1 + g % (select count(*) from deliveries)
    join (select id, row_number() over (order by id) as place from customers) p
      on p.place = 1 + g % (select count(*) from customers)`;
  await sql`vacuum analyze deliveries`;
  return (await sizeOf()) - before;
}

async function sendAll(shop: SendingShop, { singly, together }: { singly: number; together: number }) {
  const senders = sendersOf(shop, instantChannels());
  await senders.singly(singly);
  await senders.together(together);
}
