import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

/**
 * How a run ends against the will of its code: by an ending event, because it has lasted, or cancelled by an operator.
 * The first of them counts; it cancels what the code waits for, and from then on everything that the code asks throws.
 */
export class Ending {
  outcome: string | null = null;
  readonly #scope = new CancellationScope();
  #asked = 0;

  /** Runs the author's code where the end can reach it. */
  run<T>(code: () => Promise<T>): Promise<T> {
    return this.#scope.run(code);
  }

  end(outcome: string): void {
    if (this.outcome !== null) return;
    this.outcome = outcome;
    this.#scope.cancel();
  }

  /** Throws once the run has ended. Code that asks on and on is left waiting, or it would spin for ever. */
  async check(): Promise<void> {
    if (this.outcome === null) return;
    if (++this.#asked > 100) await new Promise(() => {});
    throw new CancelledFailure(
      `The run has ended as "${this.outcome}": it waits for nothing and sends nothing more.`,
    );
  }
}
