import type { SendAnswer } from '../../activities/contract.ts';
import type { EventType } from '../../src/define/event.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { ProductCrossing } from '../../src/define/product-crossing.ts';
import type { Projection } from '../../src/define/projection.ts';
import type { Segment } from '../../src/define/segment.ts';
import { sayOffset, type DateOffset, type LocalTime } from '../../src/domain/date-rule.ts';
import type { Carried, FirstEvent, RunInput } from '../../src/domain/run-input.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';
import type { Shares } from '../../src/domain/split.ts';
import type { HeardEvent, ProductNews, Where } from './declaration.ts';
import { fallsThrough, furthest } from './fall-through.ts';
import type { Host, SendAsk, Wait } from './host.ts';
import { sayWanted } from './wanted.ts';

/** So often a wait for a local time looks when that is: zones beyond that are of somebody who plays. */
const mostLooks = 10;

/** What a run needs to know of its journey. */
export interface JourneyRules {
  readonly hears: Readonly<Record<string, EventType>>;
  readonly hearsOf?: Readonly<Record<string, ProductCrossing>>;
  readonly holds: Projection | null;
  readonly lasts: Span;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly splits: Readonly<Record<string, Shares>>;
}

/**
 * The object in the author's hands. A class, because its state changes while the code runs: a copy would go stale.
 * Waits are reckoned in Kairos's time from what is recorded, so that a run that is started anew catches up.
 */
export class JourneyRun {
  readonly first: FirstEvent;
  readonly carries: Carried;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly #host: Host;
  readonly #rules: JourneyRules;
  /** When `lasts` is over. */
  readonly #until: number;
  /** What the next wait counts from, and the message if that was a send. */
  #from: { at: number; sent: string | null };
  #lastActivity: number;
  readonly #times = new Map<string, number>();

  constructor(rules: JourneyRules, input: RunInput, host: Host) {
    this.first = input.first;
    this.carries = input.carries;
    this.settings = { ...rules.settings, ...input.settings };
    this.#host = host;
    this.#rules = rules;
    this.#until = input.openedAt + spanMs(rules.lasts);
    this.#from = { at: input.first.at, sent: null };
    this.#lastActivity = input.first.at;
    for (const read of rules.holds?.reads ?? []) this.#addRead(rules.holds!.name, read);
  }

  async quiet(span: Span): Promise<void> {
    const length = spanMs(span);
    const summary = `quiet until ${span} after the last ${this.#rules.holds ? `activity in the ${this.#rules.holds.name}` : 'event'}`;
    for (;;) {
      await this.#sleep({ target: this.#lastActivity + length, stage: `quiet for ${span}`, summary });
      this.#lastActivity = Math.max(this.#lastActivity, await this.#host.lastActivity());
      if (this.#lastActivity + length <= this.#host.now()) break;
    }
    this.#from = { at: this.#lastActivity + length, sent: null };
  }

  async wait(span: Span): Promise<void> {
    const target = this.#from.at + spanMs(span);
    const words = this.#from.sent ? `${span} after ${this.#from.sent}` : `waiting ${span}`;
    await this.#sleep({ target, stage: words, summary: words });
    this.#from = { at: target, sent: null };
  }

  async waitUntil({ at }: { at: LocalTime }): Promise<void> {
    const from = this.#from.at;
    await this.#sleepUntilLocal(`until ${at} local`, () => this.#host.nextLocalTime(at, from));
  }

  async waitForOccasion({ at, offset = '0 days' }: { at: LocalTime; offset?: DateOffset }): Promise<void> {
    const when = sayOffset(offset);
    const words = `until ${when === 'on' ? '' : `${when} `}the occasion at ${at} local`;
    await this.#sleepUntilLocal(words, () => this.#host.occasionMoment(at, offset));
  }

  async until(
    name: string,
    atMost: Span,
    { where = {} }: { where?: Where<string> } = {},
  ): Promise<HeardEvent | ProductNews | null> {
    const { hears, hearsOf = {} } = this.#rules;
    const heard = hears[name] ?? (hearsOf[name] ? { name } : undefined);
    if (!heard) throw new TypeError(`until('${name}'): ${only('hears', 'hears', { ...hears, ...hearsOf })}`);
    const target = this.#from.at + spanMs(atMost);
    const wanted = { name: heard.name, where };
    const wait = { stage: `until ${name}`, summary: `until ${sayWanted(wanted)}, at most ${atMost}` };
    const event = await this.#host.hear(wanted, { ...wait, target: Math.min(target, this.#until) });
    if (event === null && target > this.#until) return this.#host.expire();
    this.#from = { at: event ? Math.max(event.at, this.#from.at) : target, sent: null };
    return event && hearsOf[name] ? newsOf(event) : event;
  }

  isIn(segment: Segment): Promise<boolean> {
    return this.#host.isIn(segment.name);
  }

  async split(name: string): Promise<string> {
    const shares = this.#rules.splits[name];
    if (!shares) throw new TypeError(`split('${name}'): ${only('splits', 'knows', this.#rules.splits)}`);
    return this.#host.drawArm(name, shares);
  }

  async send(message: MessageType<unknown>, data: Record<string, unknown> = {}): Promise<SendAnswer> {
    if (this.#host.now() >= this.#until) return this.#host.expire();
    const nth = (this.#times.get(message.name) ?? 0) + 1;
    this.#times.set(message.name, nth);
    const ask = { message: message.name, nth, data };
    const verdict = furthest(
      await (message.sendsTo === 'all' ? this.#toAll(message, ask) : this.#toFirst(message, ask)),
    );
    this.#from = { at: verdict.at, sent: message.name };
    return verdict;
  }

  async #toFirst({ channels }: MessageType<unknown>, ask: Omit<SendAsk, 'channel'>): Promise<SendAnswer[]> {
    const answers: SendAnswer[] = [];
    for (const channel of channels) {
      const answer = await this.#pass({ ...ask, channel }, answers.length === 0);
      answers.push(answer);
      if (!fallsThrough(answer)) break;
    }
    return answers;
  }

  /** On each of its channels at once, each held until its own time: who is held by one is not kept from the others. */
  #toAll({ channels }: MessageType<unknown>, ask: Omit<SendAsk, 'channel'>): Promise<SendAnswer[]> {
    return Promise.all(channels.map((channel) => this.#pass({ ...ask, channel, each: true }, true)));
  }

  /** Asks the gate; when it holds the message, waits until then and asks for the same again, as often as it does. */
  async #pass(ask: SendAsk, isFirst: boolean): Promise<SendAnswer> {
    let answer = await this.#host.send(ask, isFirst);
    // What was answered before messages could be held says nothing of it.
    for (let until = answer.until ?? null; until !== null; until = answer.until ?? null) {
      await this.#sleep(holdOf(answer, { ask, until }));
      answer = await this.#host.send(ask, true);
    }
    return answer;
  }

  /** The customer may have gone to another zone while the run slept, where it is not that time yet: it looks again. */
  async #sleepUntilLocal(words: string, look: () => Promise<number>): Promise<void> {
    let target = await look();
    for (let looks = 1; target > this.#host.now(); looks += 1) {
      await this.#sleep({ target, stage: words, summary: words });
      const again = looks < mostLooks ? await look() : target;
      if (again <= this.#host.now()) break;
      target = again;
    }
    this.#from = { at: target, sent: null };
  }

  async #sleep(wait: Wait): Promise<void> {
    if (wait.target <= this.#until) return this.#host.sleep(wait);
    const summary = `${wait.summary}; the run ends before that, after ${this.#rules.lasts}`;
    await this.#host.sleep({ ...wait, target: this.#until, summary });
    return this.#host.expire();
  }

  #addRead(projection: string, read: string): void {
    Object.defineProperty(this, read, { value: () => this.#host.read(projection, read) });
  }
}

/** Of a message that the gate holds: an operator finds it by why, and by when where that is the customer's clock. */
function holdOf(answer: SendAnswer, { ask, until }: { ask: SendAsk; until: number }): Wait {
  const { there } = answer;
  // What is unknown is held without a reason of the gate's: until the provider had time to tell.
  const reason = answer.reason ?? answer.state;
  const when = there === null ? `until ${new Date(until).toISOString()}` : `until ${there} there`;
  const stage = there === null ? `held: ${reason}` : `held ${when}: ${reason}`;
  return { target: until, stage, summary: `${ask.message} by ${ask.channel} held ${when}: ${reason}` };
}

/** What the compiler would have said, for authors who silenced it. */
function only(field: string, verb: string, declared: object): string {
  const names = Object.keys(declared);
  return `this journey ${verb} ${names.length === 0 ? 'nothing' : `only ${names.join(', ')}`}; name it under \`${field}\`.`;
}

/** Of a product nothing is told but what its dispatch carries. */
function newsOf({ name, at, carries }: HeardEvent): ProductNews {
  return { name, at, ...carries } as ProductNews;
}
