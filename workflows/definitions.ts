import { problemsOf } from '../src/define/check-journey.ts';
import type { JourneyDefinition } from '../src/define/journey.ts';
import { StartError } from '../src/errors.ts';
import * as workflows from './index.ts';
import type { JourneyWorkflow } from './sdk/journey.ts';

/** `abandonedCart`, or `abandonedCart_v2` for a later version of its steps. */
const exportName = /^(?<name>[a-z][A-Za-z0-9]{0,63})(?:_v(?<version>[1-9]\d{0,3}))?$/;

/** The journeys that start runs: of each name the newest version. @throws StartError as `journeyVersions` does. */
export function journeyDefinitions(
  exported: Record<string, JourneyWorkflow> = workflows,
): JourneyDefinition[] {
  const byName = new Map<string, JourneyDefinition>();
  for (const definition of journeyVersions(exported)) {
    const known = byName.get(definition.name);
    if (!known || known.version < definition.version) byName.set(definition.name, definition);
  }
  return [...byName.values()];
}

/**
 * Every version that `workflows/index.ts` exports: older ones finish their runs in flight.
 * @throws StartError that names every journey and field that is wrong, what came and what was expected.
 */
export function journeyVersions(exported: Record<string, JourneyWorkflow> = workflows): JourneyDefinition[] {
  const all = Object.entries(exported).map(([name, workflow]) => named(name, workflow));
  const problems = all.flatMap(([definition, problem]) => {
    if (problem !== null) return [problem];
    return problemsOf(definition).map((sentence) => `${definition.workflowType}.${sentence}`);
  });
  problems.push(...repeated(exported));
  if (problems.length > 0) {
    throw new StartError(`These journeys cannot run:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
  return all.map(([definition]) => definition);
}

/** A definition with the name and version that its export gives it, or what is wrong with the export. */
function named(type: string, workflow: JourneyWorkflow): [JourneyDefinition, null | string] {
  const parts = exportName.exec(type)?.groups;
  const definition = {
    ...workflow.definition,
    name: parts?.['name'] ?? type,
    version: Number(parts?.['version'] ?? 1),
    workflowType: type,
  };
  if (typeof workflow !== 'function' || !('definition' in workflow)) {
    return [
      definition,
      `${type}: expected what journey({…}) returns; export nothing else from workflows/index.ts.`,
    ];
  }
  if (!parts || parts['version'] === '1') {
    return [
      definition,
      `${type}: expected a name such as abandonedCart, or abandonedCart_v2 for its second version.`,
    ];
  }
  return [definition, null];
}

function repeated(exported: Record<string, JourneyWorkflow>): string[] {
  const names = new Map<unknown, string>();
  return Object.entries(exported).flatMap(([name, workflow]) => {
    const first = names.get(workflow);
    names.set(workflow, first ?? name);
    return first === undefined
      ? []
      : [`${name}: is the same journey as ${first}; expected one export for each.`];
  });
}
