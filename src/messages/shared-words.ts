import { Output, type Liquid, type Template } from 'liquidjs';

/** What is each recipient's own: whatever else a template reads may be the same for a thousand of them. */
const ownRoots = new Set(['customer', 'unsubscribeUrl', 'code']);

/** Filters read these of the scope, without a template's saying so. */
const alwaysRead = ['locale', 'zone'];

/**
 * Whether a template asks something that its variables do not show: the clock, which is nobody's and goes on; chance; an
 * expression in a text (`where_exp`), which sees everything; a variable whose name is made along the way.
 */
function asksUnseen(source: string): boolean {
  const tags = source.match(/\{[{%][^]*?[%}]\}/g) ?? [];
  const asked = tags.join(' ');
  const isTimed = /['"](now|today)['"]/.test(asked) || (/\bcapture\b/.test(asked) && /date/.test(asked));
  return isTimed || /_exp\b|\b(sample|shuffle)\b|(^|[^\w\])"'])\[/.test(asked);
}

/** Stands in the shared words where something of a recipient's own belongs; in what people write it does not occur. */
const mark = '\u0001';

/**
 * The words of a template that all have in common who are told of the same things, rendered once for them: of a thousand
 * mails only what is each one's own is made a thousand times.
 */
export class SharedWords {
  readonly #liquid: Liquid;
  /** The template with marks in the places of the recipient's own. */
  readonly #marked: Template[];
  /** What belongs there, in order. */
  readonly #own: Template[];
  readonly #reads: readonly string[];
  #seen: readonly unknown[] | null = null;
  #words: readonly string[] | null = null;

  private constructor(liquid: Liquid, of: { marked: Template[]; own: Template[]; reads: readonly string[] }) {
    this.#liquid = liquid;
    this.#marked = of.marked;
    this.#own = of.own;
    this.#reads = of.reads;
  }

  /** Null for a template that has none: something of a recipient's own is asked about, or changed, along the way. */
  static of(liquid: Liquid, template: Template[]): SharedWords | null {
    if (asksUnseen(template[0]?.token.input ?? '')) return null;
    const isOwn = (part: Template) =>
      part instanceof Output && liquid.globalVariablesSync([part]).every((root) => ownRoots.has(root));
    const own = template.filter((part) => isOwn(part) && liquid.variablesSync([part]).length > 0);
    const [standIn] = liquid.parse(mark);
    const marked = template.map((part) => (own.includes(part) ? standIn! : part));
    // All that it names: what a branch sets that is not taken is read from the scope after all.
    const reads = liquid.variablesSync(marked);
    const sets = liquid
      .variablesSync(template)
      .filter((name) => !liquid.globalVariablesSync(template).includes(name));
    if ([...reads, ...sets].some((root) => ownRoots.has(root))) return null;
    return new SharedWords(liquid, { marked, own, reads: [...reads, ...alwaysRead] });
  }

  /** What a template says; null where it is not known to be what was said before, to somebody who was told the same. */
  render(scope: Readonly<Record<string, unknown>>): string | null {
    const values = this.#reads.map((root) => scope[root]);
    const isSeen = this.#seen?.every((value, place) => value === values[place]) ?? false;
    if (!isSeen) {
      this.#seen = values;
      this.#words = null;
      return null;
    }
    this.#words ??= String(this.#liquid.renderSync(this.#marked, scope)).split(mark);
    // Somebody wrote the mark itself.
    if (this.#words.length !== this.#own.length + 1) return null;
    const own = this.#own.map((part) => String(this.#liquid.renderSync([part], scope)));
    return this.#words.reduce((said, words, place) => `${said}${own[place - 1]!}${words}`);
  }
}
