/** Longer than this nobody waits for the work before theirs, real milliseconds; nor for those of it who are worked on alone. */
const patienceMs = 100;
const patienceAloneMs = 25;

/** How many of those who are not served together are worked on at once: each may wait, and takes a connection. */
const mostAlone = 4;

/** How long it is waited for more of them where several came together before, real milliseconds. */
const lingerMs = 1;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers what comes one by one, so that it is worked on together: what comes while work is under way waits for its end,
 * and is the next; so the more come, the more go together. Who comes alone waits for nobody; where many come, a moment is
 * waited for more. Work that takes long, behind somebody's lock perhaps, does not hold up those who come after it.
 *
 * One item never fails another: if the work fails, each is worked on alone, and so is one for which it says null.
 */
export class WorkTogether<Item, Result> {
  readonly #work: (items: readonly Item[]) => Promise<(Result | null)[]>;
  readonly #most: number;
  readonly #mostUnderWay: number;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #isAboutTo = false;
  /** So they were at last. */
  #areMany = false;

  /** @param work one result for each item, in their order; never null for one that is alone. @param most at once. */
  constructor(work: (items: readonly Item[]) => Promise<(Result | null)[]>, most: number) {
    this.#work = work;
    this.#most = most;
    // What is never worked on together gains nothing by waiting for each other.
    this.#mostUnderWay = most > 1 ? 1 : mostAlone;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#isAboutTo || this.#underWay >= this.#mostUnderWay || this.#waiting.length === 0) return;
    this.#isAboutTo = true;
    if (this.#areMany && this.#waiting.length < this.#most) setTimeout(() => this.#next(), lingerMs);
    // Those who come in this same turn of the loop are there by then.
    else setImmediate(() => this.#next());
  }

  #next(): void {
    const these = this.#waiting.splice(0, this.#most);
    this.#isAboutTo = false;
    this.#underWay += 1;
    this.#areMany = these.length > 1;
    let isOver = false;
    const over = () => {
      clearTimeout(timer);
      if (isOver) return;
      isOver = true;
      this.#underWay -= 1;
      this.#begin();
    };
    let timer = setTimeout(over, patienceMs);
    const alone = () => {
      clearTimeout(timer);
      timer = setTimeout(over, patienceAloneMs);
    };
    void this.#serve(these, alone).finally(over);
    this.#begin();
  }

  /** @param onAlone called when what can be done together is done, and some are left. */
  async #serve(these: readonly Waiting<Item, Result>[], onAlone: () => void): Promise<void> {
    const results = these.length > 1 ? await this.#together(these) : [];
    const alone = these.filter((one, place) => {
      const result = results[place] ?? null;
      if (result !== null) one.resolve(result);
      return result === null;
    });
    if (alone.length > 0) onAlone();
    const next = async () => {
      for (let one = alone.shift(); one !== undefined; one = alone.shift()) await this.#alone(one);
    };
    await Promise.all(Array.from({ length: mostAlone }, next));
  }

  /** Nothing, if it failed: who of them it is about shows when each is alone. */
  async #together(these: readonly Waiting<Item, Result>[]): Promise<(Result | null)[]> {
    const items = these.map(({ item }) => item);
    return this.#work(items).catch(() => []);
  }

  async #alone({ item, resolve, reject }: Waiting<Item, Result>): Promise<void> {
    try {
      const [result] = await this.#work([item]);
      resolve(result!);
    } catch (error) {
      reject(error);
    }
  }
}
