import { Output, type Liquid, type Template } from 'liquidjs';
import type { Said } from './said.ts';

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

/** Stands in the shared words where something of a recipient's own belongs: no character at all, so that nobody writes it. */
const mark = '\ufdd0';

/** Makes of what was rendered what is sent: lines without gaps, a title on one line. */
export type Finish = (text: string) => string;

/** What no finish changes, wherever it stands: something, on one line, with no space but between words. */
const isPlain = (text: string) => text !== '' && !/^\s|\s$|\s\s|[^\S ]|[\p{Cc}\ufdd0]/u.test(text);

/** Whose words are remembered: pages for several products are made at the same time. */
const mostRemembered = 8;

/** What was rendered for who was told of these things; null: that it may be for others was not known then. */
interface Remembered {
  values: readonly unknown[];
  finish: Finish;
  words: readonly string[] | null;
}

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
  /** The last first. */
  #remembered: Remembered[] = [];

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
  said(scope: Readonly<Record<string, unknown>>, finish: Finish): Said | null {
    const values = this.#reads.map((root) => scope[root]);
    const known = this.#remembered.find(
      (one) => one.finish === finish && one.values.every((value, place) => value === values[place]),
    );
    if (known === undefined) {
      this.#remembered = [{ values, finish, words: null }, ...this.#remembered.slice(0, mostRemembered - 1)];
      return null;
    }
    known.words ??= finish(String(this.#liquid.renderSync(this.#marked, scope))).split(mark);
    // Somebody wrote the mark itself, or it went with what was finished.
    if (known.words.length !== this.#own.length + 1) return null;
    const own = this.#own.map((part) => String(this.#liquid.renderSync([part], scope)));
    return finish === asItIs || own.every(isPlain) ? { words: known.words, own } : null;
  }
}

/** No finish. */
export const asItIs: Finish = (text) => text;
