import type { Content, Templates, Wordings } from '../define/content.ts';
import { channels, type Channel } from '../domain/task-queues.ts';
import { defaultLocale, localeAmong, writtenAs } from '../domain/locale.ts';

/** What a customer gets of a message's content on a channel. */
export interface ChosenOn<Of extends Channel> {
  channel: Of;
  templates: NonNullable<Templates[Of]>;
  /** The language of the templates. */
  textIn: string;
  /** How money and dates are written in it. */
  locale: string;
}

export type Chosen = { [Of in Channel]: ChosenOn<Of> }[Channel];

/**
 * The templates of a variant and a locale: those of the locale, else of its language, else those in the content's own.
 * A variant that says nothing on the channel says what the content itself does.
 */
export function templatesFor(
  content: Content<unknown>,
  channel: Channel,
  { variant, locale }: { variant: string | null; locale: string | null },
): Chosen {
  const wordings = wordingsOf(content, channel, variant);
  const found = localeAmong(localesOf(wordings, channel), locale);
  const templates = found === null ? wordings[channel] : wordings.locales![found]![channel];
  if (!templates) {
    throw new Error(`${content.message.name} lists ${channel} among its channels but has no content for it.`);
  }
  const textIn = found ?? content.locale ?? defaultLocale;
  return { channel, templates, textIn, locale: writtenAs(textIn, locale) } as Chosen;
}

function wordingsOf(content: Content<unknown>, channel: Channel, variant: string | null): Wordings {
  const own = variant === null ? undefined : content.variants?.[variant];
  return own?.[channel] ? own : content;
}

/** The other languages in which something is said on a channel. */
export function localesOf({ locales = {} }: Wordings, channel: Channel): string[] {
  return Object.keys(locales).filter((locale) => locales[locale]![channel]);
}

/** Every language that some of a content is written in, its own first. */
export function localesIn(content: Content<unknown>): string[] {
  return [...new Set([content.locale ?? defaultLocale, ...sayingsOf(content).map(({ locale }) => locale)])];
}

/** One thing that a content says: for a variant (null: for all that have nothing of their own), in a language, on a channel. */
export interface Saying {
  variant: string | null;
  locale: string;
  chosen: Chosen;
}

/** Everything that a content says. */
export function sayingsOf(content: Content<unknown>): Saying[] {
  const own = content.locale ?? defaultLocale;
  const all: [string | null, Wordings][] = [[null, content], ...Object.entries(content.variants ?? {})];
  return all.flatMap(([variant, wordings]) =>
    channels
      .filter((channel) => wordings[channel])
      .flatMap((channel) =>
        [own, ...localesOf(wordings, channel)].map((locale) => ({
          variant,
          locale,
          chosen: templatesFor(content, channel, { variant, locale }),
        })),
      ),
  );
}
