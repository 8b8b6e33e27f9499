import type { EmailContent } from './channel.ts';
import { alikeMails, partsKnown } from './alike-mails.ts';
import { factorableByLines, factorByLines } from './lined-mails.ts';

/**
 * Mails that differ by customer, as one content with tags and what each mail has in their places. They are factored by
 * lines: a line that is the same in all stays, and of one that differs the part that does becomes a tag. So it works
 * for whatever the templates say, and what is put together again is what was rendered, to the letter.
 */
export interface FactoredMails {
  content: EmailContent;
  /** By tag, for each mail in their order; all have the same tags. */
  substitutions: Readonly<Record<string, string>>[];
}

/** What a provider takes of one mail's substitutions. */
export interface SubstitutionBounds {
  tags: number;
  /** Of tags and texts together, as JSON. */
  bytes: number;
}

/** Which of the mails, by their places, can be factored together within the bounds; as few groups as their lines allow. */
export function factorable(mails: readonly EmailContent[], bounds: SubstitutionBounds): number[][] {
  return alikeMails(mails, bounds) ? [mails.map((_, place) => place)] : factorableByLines(mails, bounds);
}

/** Factors mails of one group of `factorable`, or of a part of one. */
export function factorMails(mails: readonly EmailContent[]): FactoredMails {
  const [only, ...others] = mails;
  if (only && others.length === 0) return { content: only, substitutions: [{}] };
  return partsKnown(mails) ?? factorByLines(mails);
}
