import { createWatchActivities } from '../../activities/watch.ts';
import { shopScope } from '../../src/domain/setting-scopes.ts';
import { newId } from '../../src/ids.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { journeyVersions, watchVersions } from '../../workflows/definitions.ts';
import type { Bench, BenchDatabase } from '../bench.ts';
import { addWaitingPeople } from './people.ts';
import type { PageAnswer, PageInput, SendInput } from '../../activities/contract.ts';

const journey = 'abandonedCart';
const watch = 'backInStock';
const sku = 'kettle';

/** What a cart holds, as the workflow hands it over and as its row has it. */
const item = {
  line: 'teapot',
  sku: 'teapot',
  productId: null,
  quantity: 1,
  priceMinor: 3_000,
  currency: 'USD',
};
const line = { ...item, variant: null, title: 'A teapot for two', url: null, imageUrl: null, addedAt: 0 };

/**
 * A shop whose customers may all be written to. Each has a cart that a run of `abandonedCart` is about, and waits for a
 * product that `backInStock` watches: orders of both come as the workflows would give them, without Temporal.
 */
export class SendingShop {
  readonly database: BenchDatabase;
  readonly definitions = journeyVersions();
  readonly watches = watchVersions();
  readonly #bench: Bench;
  readonly #watchRun: string;
  #sends = 0;
  #wave = 0;

  private constructor(bench: Bench, database: BenchDatabase, watchRun: string) {
    this.#bench = bench;
    this.database = database;
    this.#watchRun = watchRun;
  }

  static async open(bench: Bench, name: string, customers: number): Promise<SendingShop> {
    const database = await bench.database(name);
    const shop = new SendingShop(bench, database, newId(bench.clock));
    await shop.#addPeople(customers);
    await shop.#addWatch();
    await database.sql`analyze`;
    return shop;
  }

  /** What the activities work with, but for channels. */
  get parts() {
    const { database, watches, definitions } = this;
    return { database, watches, definitions, clock: this.#bench.clock, secret: 'secret of the bench' };
  }

  /** Orders to send the message of the cart, each to a customer who has not had one. */
  async sends(count: number): Promise<SendInput[]> {
    const from = this.#sends;
    this.#sends += count;
    const rows = await this.database.sql<{ runId: string }[]>`
      select md5('run ' || n)::uuid as "runId" from generate_series(${from + 1}::int, ${this.#sends}::int) n`;
    const data = { items: [item] };
    const message = cartNudge.name;
    return rows.map(({ runId }) => ({ runId, message, nth: 1, channel: 'email', data, askedAt: 0 }));
  }

  /** One wave for so many of those who wait, page after page as the workflow asks for them. */
  async wave(places: number, serve: (input: PageInput) => Promise<PageAnswer>): Promise<void> {
    const waves = createWatchActivities(this.parts);
    // Two places for each unit.
    await this.database.sql`update stock set units = ${places / 2} where sku = ${sku}`;
    this.#wave += 1;
    const of = { runId: this.#watchRun, wave: this.#wave, message: backOnShelf.name };
    const begun = await waves.beginWave(of);
    if (begun.kind !== 'begun') throw new Error('No wave began.');
    let answer: PageAnswer = { next: backOnShelf.channels[0], lookAgain: false };
    while (answer.next !== null) {
      const line = answer.line ? { line: answer.line } : {};
      answer = await serve({ ...of, ...line, channel: answer.next, data: {}, look: 0, askedAt: 0 });
    }
    await waves.endWave(of);
  }

  async #addPeople(count: number): Promise<void> {
    const { sql } = this.database;
    const at = new Date(this.#bench.clock.now().getTime() - 3_600_000).toISOString();
    const people = sql`(select n, md5('person ' || n)::uuid as id from generate_series(1, ${count}) n) p`;
    await addWaitingPeople(this.database, { count, sku, at });
    await sql`
      insert into carts (customer_id, key, lines, last_activity_at)
      select id, '', ${sql.json([line])}, ${at}::timestamptz from ${people}`;
    await sql`
      insert into runs (id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
      select md5('run ' || n)::uuid, ${journey}, 1, id, '', 1, 'bench/' || n, '{}', '{}', '{}', ${at}, ${at} from ${people}`;
  }

  /** Caps are out of the way: what is measured is those who pass. */
  async #addWatch(): Promise<void> {
    const { sql } = this.database;
    const at = this.#bench.clock.now();
    await sql`
      insert into runs (id, name, version, subject, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
      values (${this.#watchRun}, ${watch}, 1, ${sku}, '', 1, 'bench/watch', '{}', '{}', '{}', ${at}, ${at})`;
    await sql`insert into stock (sku, units, at) values (${sku}, 1, ${at})`;
    await sql`
      insert into products (sku, title, price_minor, currency, url, substitutes, reviews, updated_at)
      values (${sku}, 'A kettle', 3000, 'USD', 'https://shop.example/kettle', '{}', '[]', ${at})`;
    const caps = { helpAndOffer: [], offer: [] };
    await sql`insert into settings (scope, value, at) values (${shopScope}, ${sql.json({ caps })}, ${at})`;
  }
}
