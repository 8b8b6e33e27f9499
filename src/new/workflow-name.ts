import { StartError } from '../errors.ts';

/** A name as files, the code and messages spell it. */
export interface WorkflowName {
  /** `welcome-back` */
  readonly kebab: string;
  /** `welcomeBack`: the export, and with it the workflow's type in Temporal, for ever. */
  readonly camel: string;
}

const longest = 64;
const kebabPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const camelPattern = /^[a-z][a-z0-9]*([A-Z][a-z0-9]*)*$/;

/** Words that the language keeps for itself, and names that the written file imports. */
const taken = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function if implements import in instanceof interface let new null package private ' +
    'protected public return static super switch this throw true try typeof var void while with yield undefined ' +
    'constructor prototype journey watch stock message content productAdded orderCompleted viewedWhileSoldOut'
  ).split(' '),
);

const vague = /(^|-)(utils?|helpers?|common|managers?|services?|misc|stuff)(-|$)/;

/** Reads a name as somebody types it: kebab or camel. @throws StartError that says what a name looks like. */
export function workflowName(given: string): WorkflowName {
  const isKebab = kebabPattern.test(given);
  if (/(_v|-v)\d+$/.test(given)) {
    throw new StartError(
      `"${given}" is a version: write its steps beside those of the first, and export them from workflows/index.ts ` +
        'as well. Both names stay: runs in flight finish on the old steps.',
    );
  }
  if (given.length > longest || (!isKebab && !camelPattern.test(given))) {
    throw new StartError(
      `"${given}" came; expected a name such as welcome-back or welcomeBack, of up to ${longest} letters and digits.`,
    );
  }
  const kebab = isKebab ? given : given.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  const camel = kebab.replaceAll(/-([a-z0-9])/g, (_, first: string) => first.toUpperCase());
  if (taken.has(camel)) {
    throw new StartError(
      `"${given}" is a word of the language or of Kairos; expected a name of your own, such as ${kebab}-again.`,
    );
  }
  if (vague.test(kebab)) {
    throw new StartError(
      `"${given}" could be anything; expected a name that says who is told what, and when.`,
    );
  }
  return { kebab, camel };
}
