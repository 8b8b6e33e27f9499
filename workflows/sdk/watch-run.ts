import { setCurrentDetails } from '@temporalio/workflow';
import type { MessageType } from '../../src/define/message.ts';
import type { Crossing } from '../../src/define/watch.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';
import type { Served, StepResult, WatchInput } from '../../src/domain/watch-input.ts';
import { gathering, type WatchHost } from './watch-host.ts';
import { noneServed, serveWaves } from './watch-serving.ts';
import type { Wake } from './watch-declaration.ts';

/** What a run needs to know of its watch. */
export interface WatchRules {
  readonly wakes: Readonly<Record<string, Crossing>>;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Whether it looks for whom it serves when something has woken it. */
  readonly gathers: boolean;
  /** So long nobody is told again who was; null: everything that wakes it counts anew. */
  readonly again: Span | null;
  /** So long after it was woken its first wave begins, for others that compete for a customer to join; null: at once. */
  readonly within?: Span | null;
  /** So long somebody waits at most; null: as long as it takes. */
  readonly lasts?: Span | null;
}

/** How far a watch has come: what its next workflow is handed, without what is left in the inbox. */
export type Progress = Pick<NonNullable<WatchInput['state']>, 'done' | 'serving' | 'waves'>;

/**
 * The object in the author's hands. Its code begins anew with every workflow: a step that was done answers at once
 * with what it came to, and the line goes on where it was left.
 */
export class WatchRun {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly #rules: WatchRules;
  readonly #runId: string;
  readonly #progress: Progress;
  readonly #host: WatchHost;
  #place = 0;

  constructor(
    rules: WatchRules,
    input: WatchInput,
    { progress, host }: { progress: Progress; host: WatchHost },
  ) {
    this.settings = { ...rules.settings, ...input.settings };
    this.#rules = rules;
    this.#runId = input.runId;
    this.#progress = progress;
    this.#host = host;
  }

  async until(name: string): Promise<Wake> {
    if (!Object.hasOwn(this.#rules.wakes, name)) {
      const names = Object.keys(this.#rules.wakes).join(', ');
      throw new TypeError(`until('${name}'): this watch wakes only at ${names}; name it under \`wakes\`.`);
    }
    const done = this.#done('until');
    const wake = done?.wake ?? (await this.#host.hear(name));
    if (!done) this.#finish({ step: 'until', wake });
    return { name: wake.name, at: wake.at, units: wake.units, data: wake.data ?? {} };
  }

  async serve(message: MessageType<unknown>, data: Record<string, unknown> = {}): Promise<Served> {
    if (message.sendsTo === 'all') {
      throw new TypeError(
        `serve(): ${message.name} goes to all its channels, and a watch has one place for a customer: declare it with sendsTo: 'first'.`,
      );
    }
    const done = this.#done('serve');
    if (done) return done.served;
    const progress = this.#progress;
    if (progress.serving === null && this.#rules.gathers) await this.#gather();
    progress.serving ??= { wave: null, nextAt: this.#firstAt(), looks: 0, served: noneServed, words: '' };
    if (progress.serving.words) setCurrentDetails(progress.serving.words);
    const served = await serveWaves(this.#host, progress, { runId: this.#runId, message, data });
    progress.serving = null;
    this.#finish({ step: 'serve', served });
    return served;
  }

  /** When the first wave may begin, epoch milliseconds of Kairos's time. */
  #firstAt(): number {
    const { within = null } = this.#rules;
    const last = this.#progress.done.findLast((step) => step.step === 'until');
    return within === null || !last ? 0 : last.wake.at + spanMs(within);
  }

  /** For what it waited for last. A workflow that goes on with a serving has gathered before. */
  async #gather(): Promise<void> {
    const last = this.#progress.done.findLast((step) => step.step === 'until');
    if (!last) throw new TypeError('serve(): nothing has woken this watch yet: begin with until().');
    const seq = last.wake.seq;
    const { customers } = await this.#host.ask(
      'gather the audience',
      (activities) => activities.gather({ runId: this.#runId, seq }),
      gathering,
    );
    setCurrentDetails(`gathered ${customers} for ${last.wake.name}`);
  }

  /** What the step came to in an earlier workflow of this episode; null when it is to be done now. */
  #done<Step extends StepResult['step']>(step: Step): Extract<StepResult, { step: Step }> | null {
    const found = this.#progress.done[this.#place];
    if (found === undefined) return null;
    if (found.step !== step) {
      throw new TypeError(
        `This watch did ${found.step} where its code now asks for ${step}: a changed path of steps is a new version.`,
      );
    }
    this.#place += 1;
    return found as Extract<StepResult, { step: Step }>;
  }

  #finish(result: StepResult): void {
    this.#progress.done.push(result);
    this.#place = this.#progress.done.length;
  }
}
