import { z } from 'zod';
import { bounds } from './domain/bounds.ts';
import { calendarDay, type CapWindow } from './domain/cap-window.ts';
import { defaultShopCaps, longestShopCap, mostCapSends } from './domain/caps.ts';
import { sayValue } from './domain/say-value.ts';
import { topicPattern } from './domain/consent.ts';
import { isLocalTime, type LocalTime } from './domain/date-rule.ts';
import { isSpan, spanMs } from './domain/span.ts';
import { channels, type Channel } from './domain/task-queues.ts';
import { leavesOpen } from './domain/open-week.ts';
import { defaultQuietHours, weekdays } from './domain/quiet-rules.ts';
import { defaultZone, isZone } from './domain/zone.ts';
import { onlyNamed } from './only-named.ts';

const longestMs = spanMs(longestShopCap);

const within = z.custom<CapWindow>((value) => value === calendarDay || isSpan(value, longestMs), {
  error: ({ input }) =>
    `expected a span up to ${longestShopCap}, such as '1 day', or '${calendarDay}', got ${sayValue(input)}`,
});

const mostCaps = 10;
const mostWindows = 20;
const cap = { sends: z.int().min(0).max(mostCapSends), within };
const caps = z.array(z.object(cap)).max(mostCaps);
const byChannel = <Caps extends z.ZodType>(of: Caps) =>
  Object.fromEntries(channels.map((channel) => [channel, of])) as Record<Channel, Caps>;
const named = z.record(z.string(), caps);
const share = z.number().min(0).max(1);
const zone = z.string().refine(isZone, {
  error: ({ input }) => `expected a time zone such as 'Europe/Berlin', got ${sayValue(input)}`,
});

const localTime = z.custom<LocalTime>(isLocalTime, {
  error: ({ input }) => `expected a time of the day such as '21:00', got ${sayValue(input)}`,
});
const quietWindow = {
  from: localTime,
  to: localTime,
  /** The days on which it begins; every day if not said. */
  on: z.array(z.enum(weekdays)).min(1).max(weekdays.length).exactOptional(),
};
const quietWindows = z.array(z.object(quietWindow)).max(mostWindows);

/** What an operator may set for the whole shop, over the defaults in code. Unknown names are left for newer versions. */
export const shopSettingsSchema = z.object({
  caps: z
    .object({
      helpAndOffer: caps.default([...defaultShopCaps.helpAndOffer]),
      offer: caps.default([...defaultShopCaps.offer]),
      /** Of journeys and watches by their names, beside what a journey's code says. */
      journeys: named.default({}),
      /** Of messages on a topic. */
      topics: named.default({}),
      /** Of `help` and `offer` on a channel. */
      channels: z.object(byChannel(caps.exactOptional())).default({}),
    })
    .prefault({}),
  /** The share of all customers who get nothing but what they are owed, 0 to 1. */
  globalHoldout: share.default(0),
  /** The time zone (IANA) of customers whose own, the trait `timezone`, is unknown. */
  timezone: zone.default(defaultZone),
  /** By channel, when customers are left in peace: nights, unless said; none: `[]`. */
  quietHours: z
    .object({
      ...(Object.fromEntries(
        channels.map((channel) => [channel, quietWindows.prefault(defaultQuietHours[channel] as never)]),
      ) as Record<Channel, z.ZodPrefault<typeof quietWindows>>),
      /** Whether they hold for what is owed as well. */
      transactional: z.boolean().default(defaultQuietHours.transactional),
    })
    .prefault({}),
});

const givenCaps = z.array(onlyNamed(cap)).max(mostCaps);
const topic = z.string().regex(topicPattern);
/** With no time left open they would be no hours at all, and what is held would go at once. */
const givenWindows = z.array(onlyNamed(quietWindow)).max(mostWindows).refine(leavesOpen, {
  error: 'expected some minutes of the week left open; to send nothing by a channel, pause it',
});
const givenNamed = (name: z.ZodString, expected: string) =>
  z
    .record(name, givenCaps, {
      error: ({ code }) => (code === 'invalid_key' ? `expected ${expected}` : undefined),
    })
    .refine((of) => Object.keys(of).length <= bounds.cappedNames, {
      error: `expected up to ${bounds.cappedNames} names`,
    })
    .optional();

/** What an operator may give: what is left out is at its default. Unknown names are refused, for they would do nothing. */
export const givenShopSettingsSchema = onlyNamed({
  caps: onlyNamed({
    helpAndOffer: givenCaps.optional(),
    offer: givenCaps.optional(),
    journeys: givenNamed(z.string().max(bounds.nameLength), 'the name of a journey or watch'),
    topics: givenNamed(topic, 'a topic, such as "new-arrivals"'),
    channels: onlyNamed(byChannel(givenCaps.optional())).optional(),
  }).optional(),
  globalHoldout: share.optional(),
  timezone: zone.optional(),
  quietHours: onlyNamed({
    ...byChannel(givenWindows.optional()),
    transactional: z.boolean().optional(),
  }).optional(),
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
