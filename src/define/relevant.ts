import { productConditions, type About, type ProductCondition } from '../domain/about.ts';
import type { MessageType } from './message.ts';
import type { Predicate } from './predicate-data.ts';

/** What a message is about, for these data; null: it does not say. */
export function aboutOf(
  { about }: Pick<MessageType<unknown>, 'about'>,
  data: Readonly<Record<string, unknown>>,
): About | null {
  if (about === undefined) return null;
  return typeof about === 'object' && 'of' in about ? about.of(data) : about;
}

/** What it asks of the products that it is about. */
export function saidConditions(message: Pick<MessageType<unknown>, 'while'>): ProductCondition[] {
  return (message.while ?? []).filter((one) => isCondition(one));
}

/** What it asks of the customer. */
export function saidPredicates(message: Pick<MessageType<unknown>, 'while'>): Predicate[] {
  return (message.while ?? []).filter((one): one is Predicate => typeof one !== 'string');
}

/** Whether a word of an author's is one that is known. */
export function isCondition(one: unknown): one is ProductCondition {
  return productConditions.some((condition) => condition === one);
}
