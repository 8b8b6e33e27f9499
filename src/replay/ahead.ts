/** An iterable that can be looked at before it is taken from. */
export class Ahead<Entry> {
  private readonly entries: AsyncIterator<Entry>;
  private next: IteratorResult<Entry, unknown> | null = null;

  constructor(entries: AsyncIterable<Entry>) {
    this.entries = entries[Symbol.asyncIterator]();
  }

  /** The next entry, which stays the next; null at the end. */
  async peek(): Promise<Entry | null> {
    this.next ??= await this.entries.next();
    return this.next.done ? null : this.next.value;
  }

  /** Goes past the entry that was looked at. */
  take(): void {
    if (!this.next?.done) this.next = null;
  }

  /** Closes what is behind the iterable. */
  async close(): Promise<void> {
    await this.entries.return?.();
  }
}
