import { BlockList, isIP } from 'node:net';

/** Of IPv4 what leads nowhere, or into somebody's own network (RFC 6890 and its registry). */
const ownIPv4 = blockListOf('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]);

/** Of IPv6 only what is given out to the world, without what stands for an IPv4 address or for examples. */
const worldIPv6 = blockListOf('ipv6', ['2000::/3']);
const ownIPv6 = blockListOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function blockListOf(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', prefix] = range.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

/** Whether an IP address is somewhere in the open Internet, rather than in a network that only we can reach. */
export function isPublicAddress(ip: string): boolean {
  if (isIP(ip) === 4) return !ownIPv4.check(ip, 'ipv4');
  return isIP(ip) === 6 && worldIPv6.check(ip, 'ipv6') && !ownIPv6.check(ip, 'ipv6');
}
