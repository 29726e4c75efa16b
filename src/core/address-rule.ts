import { BlockList, isIP } from 'node:net';

const RANGE = /^(.+)\/(\d{1,3})$/;
const MAPPED = /^::ffff:(?=\d+\.)/i;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Why a text is neither an address nor a range; undefined where it is one. */
export const addressFault = (text: string): string | undefined => {
  const [, base = text, bits] = RANGE.exec(text) ?? [];
  const kind = isIP(base);
  if (kind === 0) return `${JSON.stringify(text.slice(0, 64))} is neither an address nor a range`;
  if (bits !== undefined && Number(bits) > (kind === 4 ? 32 : 128))
    return `the range ${text} has too many bits`;
  return undefined;
};

/** Whether an address is one of these, or in one of these ranges. */
export const addressRule = (allowed: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const text of allowed) {
    if (addressFault(text) !== undefined) continue;
    const [, base, bits] = RANGE.exec(text) ?? [];
    if (base === undefined) list.addAddress(text, familyOf(text));
    else list.addSubnet(base, Number(bits), familyOf(base));
  }
  return (address) => {
    const plain = address.replace(MAPPED, '');
    return isIP(plain) !== 0 && list.check(plain, familyOf(plain));
  };
};
