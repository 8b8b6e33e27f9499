import { shown } from './check-field.ts';
import type { JourneyDefinition } from './journey.ts';
import type { ProductCrossing } from './product-crossing.ts';

/** What is wrong with what a journey hears of, one sentence for each mistake. */
export function hearsOfProblems({ hearsOf = {}, hears, holds }: JourneyDefinition): string[] {
  const named = Object.entries<ProductCrossing | null>(hearsOf);
  if (named.length === 0) return [];
  const taken = new Map(
    Object.entries(hears).flatMap(([key, { name }]) => [key, name].map((one) => [one, key])),
  );
  const problems = named.flatMap(([name, crossing]) => [
    ...nameProblems(name, taken.get(name)),
    ...crossingProblems(`hearsOf.${name}`, crossing),
  ]);
  if (holds?.namesProducts) return problems;
  const came = holds ? `"${holds.name}"` : 'no projection';
  return [
    ...problems,
    `hearsOf: the journey holds ${came}; expected a projection that names products, such as holds: cart.`,
  ];
}

/** In a run's inbox a piece of news and an event are told apart by their names alone. */
function nameProblems(name: string, heardAs: string | undefined): string[] {
  if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(name))
    return [`hearsOf.${name}: expected a name of letters and digits, such as soldOut.`];
  if (heardAs === undefined) return [];
  return [`hearsOf.${name}: hears.${heardAs} is called that already; expected another name.`];
}

function crossingProblems(field: string, crossing: ProductCrossing | null): string[] {
  const isPrice = crossing?.of === 'price' && crossing.direction === 'falls';
  const isStock = crossing?.of === 'stock' && ['falls', 'rises'].includes(crossing.direction);
  if (isPrice) return [];
  if (!isStock)
    return [`${field}: ${shown(crossing)} came; expected stock.falls(0), stock.rises(0) or price.falls().`];
  if (Number.isSafeInteger(crossing.level) && crossing.level >= 0) return [];
  return [`${field}: a level of ${shown(crossing.level)} came; expected a whole number of units, from 0.`];
}
