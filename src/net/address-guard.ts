import { BlockList, isIP } from 'node:net';
import { SpillwayError } from '#core/errors.ts';

/** Which addresses a flow may reach. */
export interface AddressGuard {
  /** Whether the operator has named this host, whatever its addresses are. */
  isNamed(host: string): boolean;
  /** Whether this is an address of the public network, or one that the operator allows. */
  allows(address: string): boolean;
}

/** Networks that are this machine's, its owner's or nobody's. */
const PRIVATE: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  // A cloud's own, though it looks public: it hands out what its machines are configured with.
  ['168.63.129.16', 32],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  // Tunnels and the like: IPv4 addresses may hide in them.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

const listOf = (networks: readonly (readonly [string, number])[]): BlockList => {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, familyOf(network));
  return list;
};

const denied = listOf(PRIVATE);

/** IPv4 written as IPv6 is the IPv4 address that it is. */
const plain = (address: string): string =>
  /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1] ?? address;

/**
 * `allow` names hosts, addresses and networks: `intranet.example`, `10.1.2.3`, `10.0.0.0/8`.
 * Throws SpillwayError `config_invalid` for one that is none of these.
 */
export const addressGuard = (allow: readonly string[]): AddressGuard => {
  const names = new Set<string>();
  const networks: [string, number][] = [];
  for (const entry of allow) {
    const [network = '', bits] = entry.split('/');
    const family = isIP(network);
    const most = family === 4 ? 32 : 128;
    const size = bits === undefined ? most : Number(bits);
    if (family === 0 && bits === undefined && /^[\w.-]+$/.test(entry))
      names.add(entry.toLowerCase());
    else if (family !== 0 && Number.isInteger(size) && size >= 0 && size <= most)
      networks.push([network, size]);
    else
      throw new SpillwayError(
        'config_invalid',
        `${JSON.stringify(entry)} is no host and no network; expected "intranet.example" or "10.0.0.0/8".`,
      );
  }
  const allowed = listOf(networks);
  return {
    isNamed: (host) => names.has(host.toLowerCase()),
    allows(address) {
      const bare = plain(address);
      const family = familyOf(bare);
      if (isIP(bare) === 0) return false;
      // A mapped address that is not written with dots is refused: nobody needs one.
      if (/^::ffff:/i.test(bare)) return false;
      return allowed.check(bare, family) || !denied.check(bare, family);
    },
  };
};
