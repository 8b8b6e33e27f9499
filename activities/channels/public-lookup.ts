import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../../src/domain/public-address.ts';

/**
 * Looks a name up as the system does and gives it only if all that it leads to is public: a stranger's name must not
 * lead into our own network.
 */
export const publicLookup: LookupFunction = (hostname, options, found) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return found(error, '', 4);
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return found(new PrivateAddressError(), '', 4);
    if (options.all) return found(null, addresses);
    const [first] = addresses;
    return found(null, first!.address, first!.family);
  });
};

/** The name leads into a private network. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  constructor() {
    super('the name leads to an address in a private network');
  }
}
