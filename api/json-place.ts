/** Where a text stops being JSON. */
export interface JsonPlace {
  line: number;
  column: number;
  /** The value it happened in: `batch[3].properties`; empty at the top. */
  path: string;
}

type Within = { key: string | null; index: number | null };
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

const token =
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

/** Where a text that `JSON.parse` refused goes wrong. What the engine says of it differs from version to version. */
export function jsonPlace(text: string): JsonPlace {
  const stack: Within[] = [];
  let expected: Expected | null = 'value';
  let at = 0;
  while (expected !== null) {
    token.lastIndex = at;
    const match = token.exec(text);
    const next: Expected | null = match && step(stack, expected, match);
    if (!next) break;
    at = token.lastIndex;
    expected = next === ', or end' && stack.length === 0 ? null : next;
  }
  const wrong = at + /^[ \t\n\r]*/.exec(text.slice(at))![0].length;
  const before = text.slice(0, wrong).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1, path: pathOf(stack) };
}

/** What is expected after a token, or null when it is not what was expected. */
function step(stack: Within[], expected: Expected, [, mark, text]: RegExpExecArray): Expected | null {
  if (mark === ']' || mark === '}') return close(stack, expected, mark);
  if (expected === ', or end') return mark === ',' ? afterComma(stack) : null;
  if (expected === ':') return mark === ':' ? 'value' : null;
  if (expected === 'key' || expected === 'key or }') {
    if (text === undefined) return null;
    stack.at(-1)!.key = JSON.parse(text) as string;
    return ':';
  }
  if (mark === '{') return (stack.push({ key: null, index: null }), 'key or }');
  if (mark === '[') return (stack.push({ key: null, index: 0 }), 'value or ]');
  return mark === undefined ? ', or end' : null;
}

function close(stack: Within[], expected: Expected, mark: string): Expected | null {
  const isArray = stack.at(-1)?.index != null;
  const mayClose = expected === ', or end' || expected === (mark === ']' ? 'value or ]' : 'key or }');
  if (stack.length === 0 || isArray !== (mark === ']') || !mayClose) return null;
  stack.pop();
  return ', or end';
}

function afterComma(stack: Within[]): Expected | null {
  const within = stack.at(-1);
  if (!within) return null;
  if (within.index === null) return 'key';
  within.index += 1;
  return 'value';
}

/** How much of a path is shown: who nests deeper looks at line and column. */
const shownSteps = 8;
const shownKey = 80;

function pathOf(stack: readonly Within[]): string {
  const steps = stack.slice(0, shownSteps).map(({ key, index }) => {
    if (index !== null) return `[${index}]`;
    return key === null ? '' : `.${key.slice(0, shownKey)}`;
  });
  return steps.join('').replace(/^\./, '') + (stack.length > shownSteps ? '…' : '');
}
