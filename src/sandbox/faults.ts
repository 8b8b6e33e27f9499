import { channels, type Channel } from '../domain/task-queues.ts';
import { AppError } from '../errors.ts';
import { sandboxBounds } from './bounds.ts';
import { fates, type Fate } from './fates.ts';

/**
 * How the sandbox can misbehave. `refuse`: a 400 of the provider's. `rate-limit`: a 429 with Retry-After. `timeout`:
 * no answer, not taken. `accept-then-timeout`: no answer, but taken. `server-error`: a 500, not taken.
 */
export const faultKinds = ['refuse', 'rate-limit', 'timeout', 'accept-then-timeout', 'server-error'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  channel: Channel;
  /** How the call goes, or what becomes of a message that was taken. */
  fault: FaultKind | Fate;
  /** How many more messages meet it. */
  times: number;
}

/** The faults that wait to happen, for each channel one after the other. They do not outlive the process. */
export class Faults {
  readonly #waiting = Object.fromEntries(channels.map((channel) => [channel, [] as Fault[]])) as Record<
    Channel,
    Fault[]
  >;

  /** Orders a fault behind those that wait already; 0 times takes back all that wait on this channel. */
  order(fault: Fault): void {
    if (fault.times === 0) this.#waiting[fault.channel] = [];
    else if (this.list().length >= sandboxBounds.faults) {
      throw new AppError(
        'too-many',
        `${sandboxBounds.faults} faults wait already, and that is the bound; order "times": 0 to take those of a channel back.`,
      );
    } else this.#waiting[fault.channel].push({ ...fault });
  }

  /** What is to go wrong with the call that has just come in, if anything. */
  take(channel: Channel): FaultKind | null {
    return this.#takeOf(channel, faultKinds);
  }

  /** What is to become of the message that was just taken, if anything was ordered. */
  takeFate(channel: Channel): Fate | null {
    return this.#takeOf(channel, fates);
  }

  #takeOf<Kind extends Fault['fault']>(channel: Channel, kinds: readonly Kind[]): Kind | null {
    const waiting = this.#waiting[channel];
    const fault = waiting.find((one): one is Fault & { fault: Kind } =>
      kinds.some((kind) => kind === one.fault),
    );
    if (!fault) return null;
    fault.times -= 1;
    if (fault.times === 0) waiting.splice(waiting.indexOf(fault), 1);
    return fault.fault;
  }

  list(): Fault[] {
    return channels.flatMap((channel) => this.#waiting[channel]);
  }
}
