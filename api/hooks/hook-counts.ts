/** What became of something that a provider told. */
export type HookOutcome =
  'taken' | 'repeated' | 'unknown-delivery' | 'unknown-sender' | 'automatic' | 'malformed';

export interface HookCount {
  provider: 'sendgrid' | 'twilio';
  /** The provider's word for it, one of those that are known; `reply` for what somebody wrote. */
  kind: string;
  outcome: HookOutcome;
  count: number;
}

/** What providers told this process since its start, for `/metrics`. */
export class HookCounts {
  readonly #counts = new Map<string, HookCount>();

  add(of: Omit<HookCount, 'count'>): void {
    const name = `${of.provider} ${of.kind} ${of.outcome}`;
    const before = this.#counts.get(name);
    if (before) before.count += 1;
    else this.#counts.set(name, { ...of, count: 1 });
  }

  list(): HookCount[] {
    return [...this.#counts.values()];
  }
}
