import type { TransactionSql } from 'postgres';
import { loadSettings } from '../db/queries/settings.ts';
import { storedOverrides } from '../define/journey-settings.ts';
import { substituteRule } from '../define/watch-substitutes.ts';
import { journeyScope } from '../domain/setting-scopes.ts';
import { narrowest, type SubstituteRule } from '../domain/substitutes.ts';
import type { RoutingContext } from './route-batch.ts';

/** By which rule what is bought ends the waiting, by list: of several watches that serve one, what holds for each. */
export async function loadSubstituteRules(
  tx: TransactionSql,
  { watches }: Pick<RoutingContext, 'watches'>,
): Promise<Map<string, SubstituteRule>> {
  if (watches.length === 0) return new Map();
  const stored = await loadSettings(
    tx,
    watches.map(({ name }) => journeyScope(name)),
  );
  const byList = new Map<string, SubstituteRule[]>();
  for (const watch of watches) {
    const overrides = storedOverrides(watch, stored.get(journeyScope(watch.name)));
    const { waiting } = watch;
    if (waiting === null) continue;
    byList.set(waiting.name, [...(byList.get(waiting.name) ?? []), substituteRule(waiting, overrides)]);
  }
  return new Map([...byList].map(([list, rules]) => [list, narrowest(rules)]));
}
