import { BlockList, isIP } from 'node:net';

interface Range {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** How many bits at the front count; all of them for a single address. */
  readonly prefix: number;
}

/** What is wrong with an IP address or a range of them in CIDR notation, or `undefined`. Does not repeat it. */
export function addressFault(text: string): string | undefined {
  const range = rangeOf(text);
  if (range === undefined) return 'is neither an IP address nor a range such as 10.0.0.0/8 or 2001:db8::/32';
  const most = range.family === 'ipv4' ? 32 : 128;
  if (range.prefix >= 1 && range.prefix <= most) return undefined;
  return `has a prefix that is not between 1 and ${most}`;
}

/**
 * Compiles addresses and ranges to one function. An IPv4 address counts as the same in its IPv6 form
 * (`::ffff:192.0.2.7`), which is how a server that listens on `::` sees it. What is no address is in no range.
 * Throws where {@link addressFault} finds a fault.
 */
export function compileAddresses(texts: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of texts) {
    const fault = addressFault(text);
    const range = rangeOf(text);
    if (range === undefined || fault !== undefined) throw new Error(`an address ${fault}`);
    list.addSubnet(range.address, range.prefix, range.family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

function rangeOf(text: string): Range | undefined {
  const [, address = '', prefix] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  return {
    address,
    family: version === 4 ? 'ipv4' : 'ipv6',
    prefix: prefix === undefined ? most : Number(prefix),
  };
}
