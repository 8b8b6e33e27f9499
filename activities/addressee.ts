import { LiquidError } from 'liquidjs';
import type { Trait } from '../src/db/schema/customers.ts';
import type { MessageType } from '../src/define/message.ts';
import { addressOf, type Address, type TraitValues } from '../src/domain/address.ts';
import { customerZoneOf } from '../src/domain/customer-zone.ts';
import { lawfulCaps, quietAt, type Quiet } from '../src/domain/quiet-hours.ts';
import type { LawfulCap } from '../src/domain/quiet-rules.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { zoneOf } from '../src/domain/zone.ts';
import { MissingData } from '../src/messages/missing-data.ts';
import { personas } from '../src/personas/index.ts';
import type { ShopSettings } from '../src/shop-settings.ts';
import type { ChannelContent } from './channels/channel.ts';
import type { GateParts } from './gate-look.ts';

/** Whom a message is for, as the gate reads them. */
export interface Addressee {
  traits: Readonly<Record<string, Trait>>;
  /** Null: the last of the personas, which everybody has who has no other. */
  persona: string | null;
  /** Those that the message asks for and that they are in. */
  segments: readonly string[];
}

/** Where they are, beside what their traits say. */
export interface Whereabouts {
  customerId: string;
  /** A browser of theirs is on the shop's pages. */
  onSite: boolean;
  /** A browser of theirs is subscribed to push. */
  subscribed: boolean;
}

/** Where they are reached on a channel, or why they cannot be. On the site a message is for the customer, wherever they look. */
export function reachedAt(
  { channels }: Pick<GateParts, 'channels'>,
  channel: Channel,
  addressee: Addressee & Whereabouts,
): Address {
  if (!channels[channel]) return { fault: `no provider is configured for ${channel}` };
  if (channel === 'onsite')
    return addressee.onSite ? { to: addressee.customerId } : { fault: 'the visitor is not on the site now' };
  return addressOf(channel, traitValues(addressee), addressee);
}

/** Whether it is quiet where they are. Reckoned when it is asked: few looks of the gate come so far. */
export function quietFor(
  { purpose, bestTime }: Pick<MessageType<unknown>, 'purpose' | 'bestTime'>,
  asked: { now: Date; channel: Channel; shop: ShopSettings; traits: Addressee['traits'] },
): () => Quiet | null {
  const { now, channel, shop, traits } = asked;
  return () =>
    quietAt({
      ...{ now: now.getTime(), channel, purpose, bestTime: bestTime ?? null, shop: shop.quietHours },
      where: customerZoneOf(traitValues({ traits }), shop.timezone),
    });
}

/** The zone of their calendar, reckoned when it is asked: where quiet hours find them, in the likeliest place. */
export function likeliestZone({ traits }: Pick<Addressee, 'traits'>, shop: ShopSettings): () => string {
  return () => customerZoneOf(traitValues({ traits }), shop.timezone).zones[0]!;
}

/** How often the law lets them be written to on a channel, reckoned when it is asked. */
export function lawfulFor(
  { traits }: Pick<Addressee, 'traits'>,
  channel: Channel,
  shop: ShopSettings,
): () => LawfulCap[] {
  return () => lawfulCaps(channel, customerZoneOf(traitValues({ traits }), shop.timezone));
}

/** What a message says to them, or what it lacks. Both arms are asked, so that neither loses customers. */
export async function renderedFor(
  { render }: Pick<GateParts, 'render'>,
  asked: Omit<Parameters<GateParts['render']>[0], 'customer' | 'persona' | 'segments' | 'zone'>,
  addressee: Addressee & { shopZone: string },
): Promise<{ content: ChannelContent } | { missing: string }> {
  try {
    const customer = traitValues(addressee);
    const persona = addressee.persona ?? personas.otherwise;
    const { segments, shopZone } = addressee;
    const zone = zoneOf(customer['timezone'], shopZone);
    return { content: await render({ ...asked, customer, persona, segments, zone }) };
  } catch (error) {
    if (error instanceof MissingData) return { missing: error.field };
    // Of traits anything may come, from anybody: one that a template can make nothing of holds up nobody else.
    if (LiquidError.is(error)) return { missing: `text in ${error.token.getText()}` };
    throw error;
  }
}

/** Of the traits of a look of the gate, which asks for them again and again. */
const valuesOf = new WeakMap<Addressee['traits'], TraitValues>();

function traitValues({ traits }: Pick<Addressee, 'traits'>): TraitValues {
  const known = valuesOf.get(traits);
  if (known) return known;
  const values = Object.fromEntries(Object.entries(traits).map(([name, trait]) => [name, trait.value]));
  valuesOf.set(traits, values);
  return values;
}
