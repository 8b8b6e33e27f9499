import { problemsOfDerived, type KeptForJourneys } from '../src/define/check-derived.ts';
import { problemsOf } from '../src/define/check-journey.ts';
import { problemsOfWatch } from '../src/define/check-watch.ts';
import { problemsOfTypes } from '../src/define/declared-events.ts';
import { dateReachedOf, isDateStart } from '../src/define/date-start.ts';
import type { JourneyDefinition } from '../src/define/journey.ts';
import type { WatchDefinition } from '../src/define/watch.ts';
import { StartError } from '../src/errors.ts';
import { personas } from '../src/personas/index.ts';
import { segments } from '../src/segments/index.ts';
import * as workflows from './index.ts';
import type { JourneyWorkflow } from './sdk/journey.ts';
import type { WatchWorkflow } from './sdk/watch.ts';

/** `abandonedCart`, or `abandonedCart_v2` for a later version of its steps. */
const exportName = /^(?<name>[a-z][A-Za-z0-9]{0,63})(?:_v(?<version>[1-9]\d{0,3}))?$/;

/** The segments and personas that there are. */
const kept: KeptForJourneys = { segments, personas };

/** What `workflows/index.ts` exports. */
export type Exported = Record<string, JourneyWorkflow | WatchWorkflow>;

/** The journeys that start runs: of each name the newest version. @throws StartError as `journeyVersions` does. */
export function journeyDefinitions(exported: Exported = workflows, known = kept): JourneyDefinition[] {
  return newest(journeyVersions(exported, known));
}

/** The watches that start runs: of each name the newest version. @throws StartError as `journeyVersions` does. */
export function watchDefinitions(exported: Exported = workflows, known = kept): WatchDefinition[] {
  return newest(watchVersions(exported, known));
}

/**
 * Every version that `workflows/index.ts` exports: older ones finish their runs in flight. `known`: the segments and
 * personas that they may name.
 * @throws StartError that names everything exported there that is wrong: the field, what came and what was expected.
 */
export function journeyVersions(exported: Exported = workflows, known = kept): JourneyDefinition[] {
  return checked(exported, known).filter((one): one is JourneyDefinition => !isWatch(one));
}

/** Every version of every watch. @throws StartError as `journeyVersions` does. */
export function watchVersions(exported: Exported = workflows, known = kept): WatchDefinition[] {
  return checked(exported, known).filter(isWatch);
}

function newest<Definition extends Named>(versions: readonly Definition[]): Definition[] {
  const byName = new Map<string, Definition>();
  for (const definition of versions) {
    const known = byName.get(definition.name);
    if (!known || known.version < definition.version) byName.set(definition.name, definition);
  }
  return [...byName.values()];
}

type Named = JourneyDefinition | WatchDefinition;

function checked(exported: Exported, known: KeptForJourneys): Named[] {
  const all = Object.entries(exported).map(([name, workflow]) => named(name, workflow));
  const problems = all.flatMap(([definition, problem]) => {
    if (problem !== null) return [problem];
    const found = isWatch(definition)
      ? problemsOfWatch(definition)
      : [...problemsOf(definition), ...problemsOfDerived(definition, known)];
    return found.map((sentence) => `${definition.workflowType}.${sentence}`);
  });
  const definitions = all.map(([definition]) => definition);
  problems.push(
    ...repeated(exported),
    ...mixed(definitions),
    ...problemsOfTypes(definitions.filter(isWatch)),
  );
  if (problems.length > 0) {
    const lines = problems.map((line) => `  ${line}`).join('\n');
    throw new StartError(`These journeys and watches cannot run:\n${lines}`);
  }
  return definitions;
}

function isWatch(definition: Named): definition is WatchDefinition {
  return 'wakes' in definition;
}

/** A definition with the name and version that its export gives it, or what is wrong with the export. */
function named(type: string, workflow: JourneyWorkflow | WatchWorkflow): [Named, null | string] {
  const parts = exportName.exec(type)?.groups;
  const name = parts?.['name'] ?? type;
  const definition: Named = {
    ...startedByName(workflow.definition, name),
    name,
    version: Number(parts?.['version'] ?? 1),
    workflowType: type,
  };
  if (typeof workflow !== 'function' || !('definition' in workflow)) {
    return [
      definition,
      `${type}: expected what journey({…}) or watch({…}) returns; export nothing else from workflows/index.ts.`,
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

/** A date's event names the journey that it starts. */
function startedByName<Unnamed extends Exported[string]['definition']>(
  unnamed: Unnamed,
  name: string,
): Unnamed {
  if (!unnamed || !('starts' in unnamed) || !isDateStart(unnamed.starts)) return unnamed;
  return { ...unnamed, starts: { ...unnamed.starts, name: dateReachedOf(name) } };
}

function repeated(exported: Exported): string[] {
  const names = new Map<unknown, string>();
  return Object.entries(exported).flatMap(([name, workflow]) => {
    const first = names.get(workflow);
    names.set(workflow, first ?? name);
    return first === undefined ? [] : [`${name}: is the same as ${first}; expected one export for each.`];
  });
}

/** A name is one thing for ever: in caps, reports and settings a journey's and a watch's would be one. */
function mixed(definitions: readonly Named[]): string[] {
  const watches = new Set(definitions.filter(isWatch).map(({ name }) => name));
  return definitions
    .filter((one) => !isWatch(one) && watches.has(one.name))
    .map(
      ({ workflowType, name }) =>
        `${workflowType}: is a journey, and ${name} is a watch; expected two names.`,
    );
}
