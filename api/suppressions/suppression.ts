import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import type { SuppressionRow } from '../../src/db/queries/list-suppressions.ts';
import type { NewSuppression } from '../../src/db/queries/suppress.ts';
import { addressHash, calledAddress } from '../../src/domain/address-hash.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { suppressionReasons } from '../../src/domain/suppression.ts';
import { traitChannels, type TraitChannel } from '../../src/domain/task-queues.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { consentTime } from '../consent-time.ts';

const shape = {
  address: z
    .string()
    .max(bounds.addressLength)
    .describe(
      'An e-mail address, or a phone number with its country: +14155550123. Kept as a keyed hash alone.',
    ),
  channel: z
    .enum(traitChannels)
    .optional()
    .describe('Without one: email of an e-mail address, sms and whatsapp of a number.'),
  at: consentTime.describe('Since when; now, when not given.'),
};
const source = z.string().trim().min(1).max(bounds.nameLength);

/** A line of `/v1/import/suppressions`. */
export const suppressionLineSchema = onlyNamed({
  ...shape,
  reason: z.enum(suppressionReasons).default('imported'),
});

/** What is put on the list by itself. */
export const suppressionBodySchema = onlyNamed({
  ...shape,
  reason: z.enum(suppressionReasons).default('operator'),
  source: source.describe('Who says so.'),
});

/** What is lifted: who does, and why. */
export const liftSchema = onlyNamed({
  by: source,
  reason: z.string().trim().min(1).max(bounds.wordingLength),
});

/** As `shownSuppression` answers. */
export const suppressionSchema = z.object({
  id: z.uuid(),
  channel: z.enum(traitChannels),
  addressHash: z
    .string()
    .describe('Keyed: who has the address finds it, and nobody finds the address by it.'),
  reason: z.enum(suppressionReasons),
  source: z
    .string()
    .describe('Who said so: a provider, a page of ours, an import, or what the caller named.'),
  at: z.iso.datetime(),
  liftedAt: z.iso.datetime().nullable().describe('Null while it is in force.'),
  liftedBy: z.string().nullable(),
  liftedReason: z.string().nullable(),
});

/** A suppression as it is answered. */
export function shownSuppression(row: SuppressionRow) {
  const { id, channel, addressHash: hash, reason, source: by, at, liftedAt, liftedBy, liftedReason } = row;
  return { id, channel, addressHash: hash, reason, source: by, at, liftedAt, liftedBy, liftedReason };
}

/** The hash of an address, and the channels by which it is reached. @throws AppError of that code; it repeats no address. */
export function hashOfAddress(
  { address, channel }: { address: string; channel?: TraitChannel | undefined },
  secret: string,
  code: ErrorCode,
): { hash: string; channels: readonly TraitChannel[] } {
  const ofIt: readonly TraitChannel[] = address.includes('@') ? ['email'] : ['sms', 'whatsapp'];
  const channels = channel === undefined ? ofIt : [channel];
  const called = calledAddress(channels[0]!, address);
  if (called !== null) return { hash: addressHash(called, secret), channels };
  const expected =
    channel === 'email'
      ? 'an e-mail address'
      : channel === undefined
        ? 'an e-mail address, or a number with its country, such as +14155550123'
        : 'a number with its country, such as +14155550123';
  throw new AppError(code, `address: expected ${expected}; it is not repeated here.`);
}

/** The rows of what somebody puts on the list. A time after now is now. */
export function suppressionRows(
  given: z.output<typeof suppressionLineSchema> & { source: string },
  { clock, secret }: { clock: Clock; secret: string },
  code: ErrorCode,
): NewSuppression[] {
  const { hash, channels } = hashOfAddress(given, secret, code);
  const now = clock.realNow().getTime();
  const at = clock.fromReal(new Date(Math.min(clientTimeMs(given.at) ?? now, now)));
  const { reason, source: by } = given;
  return channels.map((channel) => ({
    id: newId(clock),
    channel,
    addressHash: hash,
    reason,
    source: by,
    at,
  }));
}
