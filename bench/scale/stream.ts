import { insertEvents, type NewEvent } from '../../src/db/queries/insert-events.ts';
import type { FactProperties } from '../../src/domain/fact-properties.ts';
import { newId } from '../../src/ids.ts';
import type { Bench } from '../bench.ts';
import type { ScaleShop } from './scale-shop.ts';

interface Drawn {
  name: string | null;
  properties: FactProperties | null;
  kind: 'user' | 'anonymous';
  externalId: string;
}

/** One event in so many is of a visitor whom nobody knew. */
const newcomerEvery = 10;

/**
 * What goes on in a shop: events like the latest that there were, of the same customers, so that those who do much do
 * much again. Accepted as the API accepts them, and not yet routed.
 */
export class Stream {
  readonly #bench: Bench;
  readonly #shop: ScaleShop;
  #drawn = 0;

  constructor(bench: Bench, shop: ScaleShop) {
    this.#bench = bench;
    this.#shop = shop;
  }

  async accept(count: number): Promise<void> {
    const before = this.#shop.facts - (this.#drawn % (this.#shop.facts / 2));
    this.#drawn += count;
    await this.#shop.database.sql.begin(async (tx) => {
      const drawn = await tx<Drawn[]>`
        select e.name, e.properties, i.kind, i.external_id as "externalId"
        from customer_events e, lateral (
          select kind, external_id from customer_ids where customer_id = e.customer_id order by kind desc limit 1) i
        where e.seq > ${before - count} and e.seq <= ${before} order by e.seq`;
      await insertEvents(
        tx,
        drawn.map((one, place) => this.#eventOf(one, place)),
      );
    });
  }

  #eventOf({ name, properties, kind, externalId }: Drawn, place: number): NewEvent {
    const { clock } = this.#bench;
    const id = newId(clock);
    const isNew = place % newcomerEvery === 0;
    const isUser = kind === 'user' && !isNew;
    return {
      ...{ id, messageId: id, kind: name === null ? 'page' : 'track', name },
      ...{ source: null, subject: null, previousId: null, admin: false },
      ...{
        userId: isUser ? externalId : null,
        anonymousId: isUser ? null : isNew ? `new-${id}` : externalId,
      },
      body: {
        properties: { ...properties, ...('order_id' in (properties ?? {}) ? { order_id: `new-${id}` } : {}) },
      },
      occurredAt: clock.now(),
      receivedAt: clock.now(),
    };
  }
}
