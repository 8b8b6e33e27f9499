import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Message, Story } from './stories.ts';

/** A client that hears nothing for so long hangs up, and posts again. */
const patienceMs = 15_000;

/**
 * A shop's backend, as a careful one posts: whatever was not answered with 200 is posted again, with the same message
 * ids. It also repeats itself now and then without need.
 */
export class Backend {
  readonly url: string;
  readonly #writeKey: string;
  readonly #chance: Chance;
  /** When each message was first answered with 200, real epoch milliseconds: from then on it may not be lost. */
  readonly answeredAt = new Map<string, number>();
  readonly counts = { requests: 0, refused: 0, broken: 0, accepted: 0, duplicates: 0 };

  constructor(url: string, writeKey: string, chance: Chance) {
    this.url = url;
    this.#writeKey = writeKey;
    this.#chance = chance;
  }

  /** Posts the steps of many side by side, one after the other of each: what is due goes as one batch, a lone message by itself. */
  async tell(stories: readonly (readonly Message[][])[]): Promise<void> {
    const longest = Math.max(0, ...stories.map((steps) => steps.length));
    for (let step = 0; step < longest; step += 1) {
      const due = stories.flatMap((steps) => steps.slice(step, step + 1));
      const together = due.filter((messages) => messages.length > 1).flat();
      await Promise.all([
        ...due.filter((messages) => messages.length === 1).map((messages) => this.post(messages)),
        together.length > 0 ? this.#postRepeating(together) : null,
      ]);
    }
  }

  /** Some messages twice in the batch, the batch twice at a time, or again when it was answered. */
  async #postRepeating(messages: Message[]): Promise<void> {
    const repeats = this.#chance.happens(0.3) ? [this.#chance.pick(messages)] : [];
    const twice = this.#chance.happens(0.15);
    const again = this.#chance.happens(0.15);
    await Promise.all([this.post([...messages, ...repeats]), twice ? this.post(messages) : null]);
    if (!again) return;
    const { accepted } = await this.post(messages);
    if (accepted > 0) throw new Error(`${accepted} messages were accepted that had been answered before.`);
  }

  /** Posts until it is answered with 200. @throws Error for an answer that a repeat cannot mend. */
  async post(messages: readonly Message[]): Promise<Accepted> {
    for (;;) {
      const answer = await this.#try(messages);
      if (typeof answer === 'number') await pause(answer);
      else return this.#note(messages, answer);
    }
  }

  #note(messages: readonly Message[], answer: Accepted): Accepted {
    const at = Date.now();
    for (const { messageId } of messages) {
      if (!this.answeredAt.has(messageId)) this.answeredAt.set(messageId, at);
    }
    this.counts.accepted += answer.accepted;
    this.counts.duplicates += answer.duplicates;
    return answer;
  }

  /** The answer, or after how many milliseconds to try again. */
  async #try(messages: readonly Message[]): Promise<Accepted | number> {
    this.counts.requests += 1;
    const [first] = messages;
    const isLone = messages.length === 1;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.url}/v1/${isLone ? first!.type : 'batch'}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#writeKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(isLone ? first : { batch: messages }),
        signal: AbortSignal.timeout(patienceMs),
      });
      text = await response.text();
    } catch {
      // Refused, reset, torn off or never answered: whether it was accepted is not known.
      this.counts.broken += 1;
      return this.#chance.between(100, 500);
    }
    if (response.status === 503 || response.status === 429) {
      this.counts.refused += 1;
      return Number(response.headers.get('retry-after')) * 1_000;
    }
    const body = JSON.parse(text) as { accepted?: number; duplicates?: number };
    const { accepted = 0, duplicates = 0 } = body;
    const isWhole = isLone || accepted + duplicates === messages.length;
    if (response.status === 200 && isWhole) return { accepted, duplicates };
    throw new Error(
      `${messages.length} messages were answered with ${response.status}: ${text.slice(0, 500)}`,
    );
  }
}

/** How many of a batch were new and how many were known; of a message posted alone the answer does not say. */
interface Accepted {
  accepted: number;
  duplicates: number;
}

/** How many post at a time, how many customers each tells of together, and how long it rests between two groups. */
const load = { lanes: 3, together: 8, restMs: [400, 3_000] } as const;
const lookAgainMs = 50;

export interface Telling {
  stop: AbortSignal;
  /** At most so many stories are begun by now: what a slow machine cannot carry is not asked of it. */
  quota: () => number;
}

/** Posts story after story until told to stop; what was begun is posted to its end. The stories told. */
export async function tellUntil(
  { stop, quota }: Telling,
  backend: Backend,
  stories: Iterator<Story, void>,
  chance: Chance,
): Promise<Story[]> {
  const told: Story[] = [];
  const rest = async (ms: number) => {
    await pause(ms, undefined, { signal: stop }).catch(() => {
      // Told to stop: the rest is over.
    });
  };
  const lane = async (moments: Chance) => {
    let later: Message[][][] = [];
    while (!stop.aborted) {
      if (told.length >= quota()) {
        await rest(lookAgainMs);
        continue;
      }
      const group = Array.from({ length: load.together }, () => stories.next().value!);
      told.push(...group);
      await backend.tell([...later, ...group.map(({ steps }) => steps)]);
      later = group.map((story) => story.later);
      await rest(moments.between(...load.restMs));
    }
    await backend.tell(later);
  };
  await Promise.all(Array.from({ length: load.lanes }, () => lane(chance.fork())));
  return told;
}
