import { insertConsents, type NewConsent } from '../../src/db/queries/insert-consents.ts';
import { currentConsents, type CurrentConsent } from '../../src/db/queries/current-consents.ts';
import {
  leavingCustomer,
  suppressedNow,
  type LeavingCustomer,
} from '../../src/db/queries/leaving-customer.ts';
import { liftSuppressions } from '../../src/db/queries/lift-suppressions.ts';
import { markDeliveries } from '../../src/db/queries/mark-delivery.ts';
import { suppress } from '../../src/db/queries/suppress.ts';
import { hashOn } from '../../src/domain/address-hash.ts';
import {
  readConsentPlace,
  sayConsentPlace,
  type ConsentPlace,
  type ConsentState,
  type LeavingSource,
} from '../../src/domain/consent.ts';
import { channels, type Channel } from '../../src/domain/task-queues.ts';
import type { WayOut } from '../../src/domain/way-out.ts';
import { newId } from '../../src/ids.ts';
import { messages } from '../../src/messages/index.ts';
import type { RouteDeps } from '../deps.ts';
import { choicesOf, labelOf, type Choice } from './preferences.ts';

type Deps = Pick<RouteDeps, 'database' | 'clock' | 'secret'>;

/** Who came by a link out, and what they may choose. Who was erased, or is nobody here, has no choices. */
export interface Leaver {
  way: WayOut;
  customer: LeavingCustomer | null;
  consents: Record<string, CurrentConsent>;
  choices: Choice[];
}

/** Reads who came, as they are now: who was joined to another customer is that one. */
export async function readLeaver(deps: Deps, way: WayOut): Promise<Leaver> {
  const { sql, db } = deps.database;
  const found = await leavingCustomer(sql, way.customerId);
  const customer = found?.erased === false ? found : null;
  if (customer === null) return { way, customer, consents: {}, choices: [] };
  const hashes = channels.flatMap((channel) => hashesOn(deps, { way, customer }, channel));
  const [consents, suppressed] = await Promise.all([
    currentConsents(db, customer.id),
    suppressedNow(sql, { customerId: customer.id, addressHashes: hashes }),
  ]);
  return { way, customer, consents, choices: choicesOf({ messages, from: way, consents, suppressed }) };
}

/** Where they are written to on a channel: now, and where the message went that led here. */
function hashesOn(
  { secret }: Deps,
  { way, customer }: Pick<Leaver, 'way' | 'customer'>,
  channel: Channel,
): string[] {
  const now = customer && hashOn(channel, customer, secret);
  const then = way.channel === channel ? way.addressHash : null;
  return [...new Set([now, then].filter((hash) => hash !== null))];
}

/**
 * One click (RFC 8058): no more of what this message was of. If it declares a topic, that topic of its channel is
 * refused, for that is the list; else no help and no offer goes to the address any more. What is owed still comes.
 * Again, it changes nothing. Of who was erased only the address is left, by its hash.
 */
export async function leaveByOneClick(deps: Deps, leaver: Leaver): Promise<void> {
  const { channel, topic } = leaver.way;
  await refuse(deps, leaver, { place: { channel, topic }, source: 'one-click', at: deps.clock.now() });
  await noteLeaving(deps, leaver);
}

/** Takes what was ticked, of what was shown; what did not change is not written. */
export async function choose(
  deps: Deps,
  leaver: Leaver,
  ticked: { on: ReadonlySet<string>; shown: ReadonlySet<string> },
): Promise<void> {
  const shown = leaver.choices.filter(({ name, fixed }) => ticked.shown.has(name) && fixed === null);
  const changed = shown.filter(({ name, isOn }) => isOn !== ticked.on.has(name));
  const refused = changed.filter(({ name }) => !ticked.on.has(name));
  // A refusal of a channel covers its topics: those that stay ticked are agreed to anew, and so after it.
  const covered = ({ channel, topic }: ConsentPlace) =>
    topic !== '' && refused.some((one) => one.channel === channel && one.topic === '');
  const agreed = shown.filter((one) => ticked.on.has(one.name) && (changed.includes(one) || covered(one)));
  const now = deps.clock.now();
  const at = new Date(now.getTime() - 1);
  for (const { channel, topic } of refused)
    await refuse(deps, leaver, { place: { channel, topic }, source: 'preferences', at });
  for (const { channel, topic } of agreed) await agree(deps, leaver, { channel, topic }, now);
  if (refused.length > 0) await noteLeaving(deps, leaver);
}

/** No more help and offers anywhere. */
export async function leaveEverything(deps: Deps, leaver: Leaver): Promise<void> {
  const places = leaver.choices.filter(({ topic, isOn }) => topic === '' || isOn);
  const own = { channel: leaver.way.channel, topic: '' };
  const at = deps.clock.now();
  for (const { channel, topic } of places.length === 0 ? [own] : places) {
    await refuse(deps, leaver, { place: { channel, topic }, source: 'preferences', at });
  }
  await noteLeaving(deps, leaver);
}

/** Of a channel as a whole, the refusal goes with the person to their next address, and with the address to whoever has it. */
async function refuse(
  deps: Deps,
  leaver: Leaver,
  { place, source, at }: { place: ConsentPlace; source: LeavingSource; at: Date },
): Promise<void> {
  let isSaid = true;
  for (const open of openAt(leaver, place))
    isSaid = (await say(deps, leaver, { ...open, state: 'denied', source, at })) && isSaid;
  // Of who was erased nothing is left that a topic could be refused for but the address, which is left out whole.
  if (isSaid && place.topic !== '') return;
  const { database, clock } = deps;
  const hashes = hashesOn(deps, leaver, place.channel);
  const row = { channel: place.channel, reason: 'unsubscribed' as const, source, at };
  await suppress(
    database.sql,
    hashes.map((addressHash) => ({ ...row, id: newId(clock), addressHash })),
  );
}

/** What of it is not refused yet: of a channel that is, the topics to which they have agreed since. */
function openAt({ consents }: Leaver, place: ConsentPlace): ConsentPlace[] {
  if (consents[sayConsentPlace(place)]?.state !== 'denied') return [place];
  if (place.topic !== '') return [];
  const granted = Object.entries(consents).flatMap(([name, { state }]) =>
    state === 'granted' ? (readConsentPlace(name) ?? []) : [],
  );
  return granted.filter(({ channel }) => channel === place.channel);
}

async function agree(deps: Deps, leaver: Leaver, place: ConsentPlace, at: Date): Promise<void> {
  const { database } = deps;
  await say(deps, leaver, { ...place, state: 'granted', source: 'preferences', at });
  if (place.topic !== '') return;
  for (const addressHash of hashesOn(deps, leaver, place.channel)) {
    const of = { addressHash, channels: [place.channel], reasons: ['unsubscribed' as const] };
    await liftSuppressions(database.sql, of, {
      by: 'preferences',
      why: 'they agreed again on their preferences page',
      at,
    });
  }
}

type Said = ConsentPlace & { state: ConsentState; source: string; at: Date };

/**
 * Records a word of theirs with the words they saw; of somebody who was joined to another meanwhile, that one's. False of
 * somebody who was erased: nothing.
 */
async function say(deps: Deps, { way, customer }: Leaver, said: Said): Promise<boolean> {
  const { database, clock } = deps;
  const { at } = said;
  for (
    let who = customer;
    who !== null && !who.erased;
    who = await leavingCustomer(database.sql, way.customerId)
  ) {
    const row: NewConsent = { id: newId(clock), customerId: who.id, wording: labelOf(said), ...said };
    if (await insertConsents(database, who.id, [row], at)) return true;
  }
  return false;
}

async function noteLeaving({ database, clock }: Deps, { way }: Leaver): Promise<void> {
  await markDeliveries(database.sql, 'unsubscribed', [{ deliveryId: way.deliveryId, at: clock.now() }]);
}
