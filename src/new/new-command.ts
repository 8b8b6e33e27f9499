import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { journeyPlan } from './journey-plan.ts';
import type { Plan } from './planned.ts';
import { watchPlan } from './watch-plan.ts';
import { workflowName, type WorkflowName } from './workflow-name.ts';
import { writePlan } from './write-plan.ts';

const plans: Record<string, (name: WorkflowName) => Plan> = { journey: journeyPlan, watch: watchPlan };

const usage =
  'Expected `npm run new -- journey NAME` or `npm run new -- watch NAME`, such as journey welcome-back.';

/** Writes a new journey or watch into a tree, and answers what to say of it. @throws StartError with what is wrong. */
export async function runNew(root: string, args: readonly string[]): Promise<string> {
  const [kind = '', given, ...rest] = args;
  const planOf = Object.hasOwn(plans, kind) ? plans[kind] : undefined;
  if (!planOf || given === undefined || rest.length > 0) {
    throw new StartError(args.length === 0 ? usage : `"${args.join(' ')}" came. ${usage}`);
  }
  const name = workflowName(given);
  await refuseKnown(root, name);
  const plan = planOf(name);
  const written = await writePlan(root, plan);
  return [
    ...written.map((path) => `  ${path}`),
    '',
    'What comes next:',
    ...plan.next.map((line) => `  ${line}`),
  ].join('\n');
}

/** A name is one thing for ever, also after its code has gone. */
async function refuseKnown(root: string, { camel }: WorkflowName): Promise<void> {
  const path = 'test/durable-names.json';
  const { workflows } = JSON.parse(await readFile(join(root, path), 'utf8')) as { workflows: string[] };
  if (!workflows.includes(camel)) return;
  throw new StartError(
    `The name ${camel} is taken, or was (${path}): choose another name, for runs of it may still live.`,
  );
}
