import { bounds } from './bounds.ts';
import { isPublicAddress } from './public-address.ts';

/**
 * Why a push service's address cannot be taken; null when it can. Whoever has the write key, which is no secret, says
 * where Kairos is to post to: so it must be `https` on its usual port, without a password, and not an address in a
 * network of ours. What its name leads to is looked at when it is called.
 *
 * @param sandbox Where the sandbox provider is, whose own endpoints are taken as they are.
 */
export function endpointFault(endpoint: string, sandbox?: string): string | null {
  if (endpoint.length > bounds.pushEndpointLength)
    return `is longer than the bound of ${bounds.pushEndpointLength} characters`;
  if (!URL.canParse(endpoint)) return 'is no URL';
  const url = new URL(endpoint);
  if (sandbox !== undefined && endpoint.startsWith(`${sandbox}/sandbox/push/`)) return null;
  if (url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '')
    return 'is not https on its usual port, without a password';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isAddress = /^[\d.]+$/.test(host) || host.includes(':');
  if (isAddress && !isPublicAddress(host)) return 'is an address in a private network';
  const isPrivateName = !isAddress && (!host.includes('.') || /\.(localhost|local|internal)\.?$/.test(host));
  return isPrivateName ? 'is a name in a private network' : null;
}
