import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A place in a workflow's code where it waits. */
export interface WaitPlace {
  /** As in the code: `wait('1 day')`. */
  words: string;
  /** `workflows/journeys/abandoned-cart.ts:24` */
  place: string;
  /** Matches the summary of the timer that it starts. */
  summary: RegExp;
}

/** Of each wait that has a timer, what its summary looks like around a span. */
const summaries: Record<string, (span: string) => RegExp> = {
  quiet: (span) => new RegExp(`^quiet until ${span} after the last `),
  wait: (span) => new RegExp(`^(waiting ${span}|${span} after [a-z0-9-]+)(;|$)`),
  waitUntil: () => /^until \d\d:\d\d local(;|$)/,
  waitForOccasion: () => /^until (.* )?the occasion at \d\d:\d\d local(;|$)/,
  until: (span) => new RegExp(`^until .*, at most ${span}$`),
};

/** Where each workflow that `workflows/index.ts` exports stands, by its name. */
export function sourcesOf(root: string): Map<string, string> {
  const text = readFileSync(join(root, 'workflows/index.ts'), 'utf8');
  const found = text.matchAll(/^export \{ (\w+) \} from '\.\/([^']+)';$/gm);
  return new Map([...found].map(([, name, file]) => [name!, `workflows/${file}`]));
}

/** Every wait with a timer in the rule of a workflow, in the order of the code. */
export function waitsOf(root: string, file: string, name: string): WaitPlace[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const rule = ruleOf(source, name);
  const subject = rule.parameters[0]?.name.getText();
  const waits: WaitPlace[] = [];
  const look = (node: ts.Node): void => {
    const wait = ts.isCallExpression(node) && subject ? waitAt(source, node, subject) : null;
    if (wait) waits.push(wait);
    ts.forEachChild(node, look);
  };
  look(rule);
  return waits;
}

function waitAt(source: ts.SourceFile, call: ts.CallExpression, subject: string): WaitPlace | null {
  const { expression, arguments: given } = call;
  if (!ts.isPropertyAccessExpression(expression) || expression.expression.getText() !== subject) return null;
  const verb = expression.name.text;
  const span = verb === 'until' ? given[1] : given[0];
  const summaryOf = summaries[verb];
  // Without a span it waits for no timer, however long.
  if (!summaryOf || !span) return null;
  const line = source.getLineAndCharacterOfPosition(call.getStart()).line + 1;
  return {
    words: `${verb}(${given.map((argument) => argument.getText()).join(', ')})`,
    place: `${source.fileName}:${line}`,
    summary: summaryOf(ts.isStringLiteral(span) ? span.text : '.+?'),
  };
}

/** The function under `run` of what is exported by this name. */
function ruleOf(source: ts.SourceFile, name: string): ts.MethodDeclaration | ts.ArrowFunction {
  let rule: ts.MethodDeclaration | ts.ArrowFunction | undefined;
  const look = (node: ts.Node): void => {
    if (ts.isMethodDeclaration(node) && node.name.getText() === 'run') rule = node;
    if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'run' &&
      ts.isArrowFunction(node.initializer)
    )
      rule = node.initializer;
    ts.forEachChild(node, look);
  };
  source.forEachChild((node) => {
    if (!ts.isVariableStatement(node)) return;
    for (const declared of node.declarationList.declarations)
      if (declared.name.getText() === name) look(declared);
  });
  if (rule) return rule;
  throw new Error(
    `${source.fileName}: no \`run\` was found in ${name}: write it there, as other journeys do.`,
  );
}
