import type { MessageType } from '../src/define/message.ts';
import type { Address } from '../src/domain/address.ts';
import { addressHash, hasAddresses } from '../src/domain/address-hash.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { unsubscribeUrl } from '../src/domain/way-out.ts';
import type { Outbound } from './channels/channel.ts';
import type { GateParts } from './gate-look.ts';

/** A delivery whose message is to say how to get no more of its kind. */
export type Leaving = {
  customerId: string;
  deliveryId: string;
  channel: Channel;
} & LeavingAddress;

/** Where the message goes, or the hash of that where it is known; null: the channel has no addresses. */
type LeavingAddress = { address: Address } | { addressHash: string | null };

/** Where Kairos is when nobody says so: `HOST` and `PORT` as they are by default. */
const atHome = 'http://127.0.0.1:3000';

/** The page on which its reader says what they want no more of; templates have it as `unsubscribeUrl`. */
export function wayOutOf(
  { secret, publicUrl = atHome }: Pick<GateParts, 'secret' | 'publicUrl'>,
  message: MessageType<unknown>,
  leaving: Leaving,
): string {
  const { customerId, deliveryId, channel } = leaving;
  const hash = 'addressHash' in leaving ? leaving.addressHash : hashOf(leaving, secret);
  const about = { customerId, deliveryId, channel, topic: message.topic ?? '', addressHash: hash };
  return unsubscribeUrl(about, { secret, publicUrl });
}

function hashOf({ channel, address }: { channel: Channel; address: Address }, secret: string): string | null {
  return hasAddresses(channel) && 'to' in address ? addressHash(address.to, secret) : null;
}

/** Whether headers say it: those of a mail, and of what is owed nobody unsubscribes. */
export function saysUnsubscribe(
  { purpose }: Pick<MessageType<unknown>, 'purpose'>,
  { channel }: Pick<Leaving, 'channel'>,
): boolean {
  return channel === 'email' && purpose !== 'transactional';
}

/** What the headers of a mail say. */
export function unsubscribeHeader(
  parts: Pick<GateParts, 'secret' | 'publicUrl'>,
  message: MessageType<unknown>,
  leaving: Leaving,
): Pick<Outbound, 'unsubscribeUrl'> {
  if (!saysUnsubscribe(message, leaving)) return {};
  return { unsubscribeUrl: wayOutOf(parts, message, leaving) };
}
