import type { ImportKind } from './line-items.ts';

/** What became of a line. */
export type LineOutcome = 'accepted' | 'duplicate' | 'rejected';

/** What this process imports now, and what it has taken since its start, for `/metrics`. */
export class ImportCounts {
  /** Imports under way, those that wait for room among them. */
  running = 0;
  readonly #lines = new Map<string, { kind: ImportKind; outcome: LineOutcome; count: number }>();

  add(kind: ImportKind, outcome: LineOutcome, count: number): void {
    const place = `${kind} ${outcome}`;
    const before = this.#lines.get(place)?.count ?? 0;
    this.#lines.set(place, { kind, outcome, count: before + count });
  }

  lines(): { kind: ImportKind; outcome: LineOutcome; count: number }[] {
    return [...this.#lines.values()];
  }
}
