import { Liquid, LiquidError, type Template } from 'liquidjs';
import { asItIs, SharedWords, type Finish } from './shared-words.ts';
import { wholeOf, type Said } from './said.ts';
import { filters, MissingField, NothingToSay } from './filters.ts';

/** What nobody gave is an error, and so is what is there but empty: half a sentence must not go out. */
export const plain = engine((value) => textOf(value));
/** The same for HTML: what data bring cannot break out of it. */
export const escaped = engine((value) => escapeHtml(textOf(value)));

function engine(outputEscape: (value: unknown) => string): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    outputEscape,
  });
  for (const [name, filter] of Object.entries(filters)) liquid.registerFilter(name, filter);
  return liquid;
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      throw new NothingToSay();
  }
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => names[character]!);
}

const parsed = new WeakMap<Liquid, Map<string, Template[]>>();

/** Templates are parsed once: they are a few constants of the code. @throws LiquidError that says what is wrong and where. */
export function parsedTemplate(liquid: Liquid, template: string): Template[] {
  const known = parsed.get(liquid) ?? new Map<string, Template[]>();
  parsed.set(liquid, known);
  const parts = known.get(template) ?? liquid.parse(template);
  known.set(template, parts);
  return parts;
}

const shared = new WeakMap<Template[], SharedWords | null>();

/** What a template says. @throws LiquidError, of which `missingField` says what is missing. */
export function render(liquid: Liquid, template: string, scope: object): string {
  return wholeOf(say(liquid, template, scope, asItIs));
}

/** The same with what it has in common with others told apart, each finished. @throws likewise. */
export function say(liquid: Liquid, template: string, scope: object, finish: Finish): Said {
  const parts = parsedTemplate(liquid, template);
  if (!shared.has(parts)) shared.set(parts, SharedWords.of(liquid, parts));
  const said = shared.get(parts)?.said(scope as Readonly<Record<string, unknown>>, finish) ?? null;
  return said ?? { words: [finish(String(liquid.renderSync(parts, scope)))], own: [] };
}

/** Which field an error of LiquidJS is about; null if it is about something else. */
export function missingField(error: unknown): string | null {
  if (error instanceof MissingField) return error.field;
  if (!LiquidError.is(error)) return null;
  const cause = error.originalError;
  if (cause instanceof MissingField) return cause.field;
  if (cause instanceof NothingToSay) return expressionOf(error.token.getText());
  const name = (cause as { variableName?: unknown } | undefined)?.variableName;
  if (typeof name === 'string') return name;
  return cause ? missingField(cause) : null;
}

/** What an author wrote between the braces. */
function expressionOf(output: string): string {
  return output.replaceAll(/^\{\{-?\s*|\s*-?\}\}$/g, '').replace(/ \| as_(address|query)$/, '');
}
