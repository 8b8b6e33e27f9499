import { z } from 'zod';
import { defaultShopCaps, longestShopCap, mostCapSends } from './domain/caps.ts';
import { spanMs, type Span } from './domain/span.ts';

const longestMs = spanMs(longestShopCap);

const span = z.custom<Span>(isShortEnough, {
  error: `expected a span up to ${longestShopCap}, such as '1 day'`,
});

const caps = z.array(z.object({ sends: z.int().min(0).max(mostCapSends), within: span })).max(10);

/** What an operator may set for the whole shop, over the defaults in code. Unknown names are left for newer versions. */
export const shopSettingsSchema = z.object({
  caps: z
    .object({
      helpAndOffer: caps.default([...defaultShopCaps.helpAndOffer]),
      offer: caps.default([...defaultShopCaps.offer]),
    })
    .prefault({}),
  /** The share of all customers who get nothing but what they are owed, 0 to 1. */
  globalHoldout: z.number().min(0).max(1).default(0),
});

export type ShopSettings = z.infer<typeof shopSettingsSchema>;

/** The settings in force, from what is stored (nothing: the defaults). @throws Error that names what does not fit. */
export function readShopSettings(stored: unknown): ShopSettings {
  const parsed = shopSettingsSchema.safeParse(stored ?? {});
  if (parsed.success) return parsed.data;
  throw new Error(
    `The stored settings of the shop do not fit: ${z.prettifyError(parsed.error)}. Set them again with PUT /v1/settings.`,
  );
}

function isShortEnough(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return spanMs(value as Span) <= longestMs;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
