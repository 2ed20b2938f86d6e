/** Which queue an address is of; `undefined` for none of ours, or what is no address. */
export function queueKind(url: string): 'redis' | 'postgres' | undefined {
  if (!URL.canParse(url)) return undefined;
  if (/^rediss?:\/\//.test(url)) return 'redis';
  return /^postgres(ql)?:\/\//.test(url) ? 'postgres' : undefined;
}
