import type { RelevanceQuestion, RelevanceRow } from '../src/db/queries/relevance-facts.ts';
import type { Trait } from '../src/db/schema/customers.ts';
import type { MessageType } from '../src/define/message.ts';
import { interestsTrait } from '../src/define/predicate-tree.ts';
import { aboutOf, saidConditions, saidPredicates } from '../src/define/relevant.ts';
import { sentence } from '../src/define/sentence.ts';
import type { CartLine } from '../src/domain/cart.ts';
import type { PriceForCustomer } from '../src/domain/price-drop.ts';
import type { About } from '../src/domain/about.ts';
import { conditionsOf, itemsIn, type Relevance } from '../src/domain/relevance.ts';
import { textsIn } from '../src/domain/wishes.ts';

type Data = Readonly<Record<string, unknown>>;

/** What the gate has to read to know whether a message with these data has a point. */
export function relevanceQuestion(
  message: MessageType<unknown>,
  data: Data,
  otherwise: About | null = null,
): RelevanceQuestion {
  const about = aboutOf(message, data) ?? otherwise;
  const { purpose } = message;
  const other = { predicates: saidPredicates(message), help: purpose === 'offer' };
  // Of what is not owed the category matters: the customer may avoid it.
  const isOne = about !== null && about !== 'items' && 'sku' in about;
  const one = isOne ? [{ sku: about.sku, productId: null }] : [];
  // What nothing is asked of need not be read.
  if (conditionsOf({ purpose, about }, saidConditions(message)).length === 0)
    return { products: purpose === 'transactional' ? [] : one, ofCart: false, ...other };
  const items = about === 'items' ? itemsIn(data['items']) : [];
  const named = items.filter(({ sku, productId }) => sku !== null || productId !== null);
  return {
    products: [...named, ...one],
    ofCart: items.some(({ sku }) => sku === null),
    ...other,
  };
}

/** What the gate read of a customer, as far as relevance judges by it. */
interface RelevanceFacts {
  relevance: RelevanceRow;
  traits: Readonly<Record<string, Trait>>;
  /** Of the run's cart; a watch's run has none. */
  cartLines?: readonly CartLine[];
  /** Of a watch by price. */
  price?: PriceForCustomer | null;
}

/** What relevance judges by, from what was read. */
export function relevanceOf(
  message: MessageType<unknown>,
  { data, otherwise = null }: { data: Data; otherwise?: About | null },
  { relevance, traits, cartLines = [], price = null }: RelevanceFacts,
): Relevance {
  const { products, helpSince, holds, orderDeliveredAt } = relevance;
  const about = aboutOf(message, data) ?? otherwise;
  return {
    about,
    ...{ items: about === 'items' ? itemsIn(data['items']) : [], cart: cartLines },
    conditions: conditionsOf({ purpose: message.purpose, about }, saidConditions(message)),
    while: saidPredicates(message).map((predicate, n) => ({
      words: sentence(predicate),
      holds: holds[n] ?? false,
    })),
    price,
    ...{
      products,
      helpSince,
      orderDeliveredAt,
    },
    interests: textsIn(traits[interestsTrait]),
    avoids: textsIn(traits['avoids']),
  };
}
