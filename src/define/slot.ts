import type { PersonaName } from '../personas/index.ts';

/** What a page or a contact centre's screen can show: JSON, with the same fields for everybody. */
export interface SlotContent {
  readonly [field: string]: string | number | boolean | null | SlotContent | readonly SlotContent[];
}

/**
 * A place that shows each customer what suits their persona. A page's slot can be read by whoever holds a visitor's
 * `anonymousId`: what stands in it may please or calm, and must not tell what is known ("because you complained").
 * What is meant for those who serve the customer stands in a slot that is `staffOnly`.
 */
export interface Slot {
  readonly name: string;
  /** Answered to the admin key only: for a page there is no such slot. */
  readonly staffOnly: boolean;
  readonly byPersona: ContentByPersona<SlotContent>;
  /** For the personas that have nothing of their own. */
  readonly otherwise: SlotContent;
}

type ContentByPersona<Content> = { readonly [persona in PersonaName]?: Content };

/** Declares a slot. Its content has the same fields for every persona, and there is none for a persona that there is not. */
export function slot<Content extends SlotContent>(
  name: string,
  declared: {
    staffOnly?: boolean;
    byPersona: ContentByPersona<NoInfer<Content>>;
    otherwise: Content;
  },
): Slot {
  return { name, staffOnly: false, ...declared };
}

/** What a slot shows a customer of this persona; of one that is declared no more, what it shows all others. */
export function contentForPersona({ byPersona, otherwise }: Slot, persona: string): SlotContent {
  return Object.hasOwn(byPersona, persona) ? byPersona[persona as PersonaName]! : otherwise;
}
