import type { Content } from '../define/content.ts';
import type { Channel } from '../domain/task-queues.ts';
import { personaNames } from '../define/personas.ts';
import { personas } from '../personas/index.ts';
import { MissingData } from '../messages/missing-data.ts';
import { renderMessage, type Rendered } from '../messages/render.ts';
import { sampleInput, type SampleChoice } from '../messages/sample-input.ts';
import { localesIn, sayingsOf } from '../messages/templates-for.ts';

/** What a message says on a channel, or why it cannot be said. */
export type Shown = { channel: Channel } & ({ says: Rendered } | { fault: string });

/** A message as the page lists it. */
export interface Listed {
  name: string;
  purpose: string;
  channels: readonly Channel[];
  variants: readonly string[];
  locales: readonly string[];
  personas: readonly string[];
  segments: readonly string[];
  /** What is wrong with any of what it says. */
  faults: readonly string[];
}

/** What a message says to whom is chosen, on each of its channels. */
export async function shownOn(
  content: Content<unknown>,
  choice: Omit<SampleChoice, 'channel'>,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const channel of content.message.channels)
    shown.push({ channel, ...(await rendered(content, { ...choice, channel })) });
  return shown;
}

/** Every message, with what is wrong with its templates or its sample. */
export async function listed(contents: readonly Content<unknown>[]): Promise<Listed[]> {
  const all: Listed[] = [];
  for (const content of contents) {
    const { name, purpose, channels, variants = {}, segments = [] } = content.message;
    all.push({
      ...{ name, purpose, channels, variants: Object.keys(variants), locales: localesIn(content) },
      personas: personaNames(personas),
      segments: segments.map((segment) => segment.name),
      faults: await faultsOf(content),
    });
  }
  return all;
}

async function faultsOf(content: Content<unknown>): Promise<string[]> {
  const faults: string[] = [];
  for (const { variant, locale, chosen } of sayingsOf(content)) {
    const shown = await rendered(content, { channel: chosen.channel, variant, locale });
    if ('fault' in shown)
      faults.push(`${[chosen.channel, locale, variant ?? ''].filter(Boolean).join(', ')}: ${shown.fault}`);
  }
  return faults;
}

async function rendered(
  content: Content<unknown>,
  choice: SampleChoice,
): Promise<{ says: Rendered } | { fault: string }> {
  try {
    return { says: await renderMessage(sampleInput(content, choice), content) };
  } catch (error) {
    if (!(error instanceof MissingData)) return { fault: String((error as Error).message) };
    return {
      fault: `The sample lacks ${error.field}: give it one, or the message is withheld as it is here.`,
    };
  }
}
