/** What is wrong with the base address of a web service, or `undefined`. The words do not repeat it. */
export function webUrlFault(text: string): string | undefined {
  const url = !/\s/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(text)) {
    return 'is not an http:// or https:// address';
  }
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  if (/[?#]/.test(text)) return 'must not have a query or a fragment';
  return undefined;
}

/** The address as it is compared and put together: host in lower case, no usual port, no slash at the end. */
export function normalWebUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`.replace(/\/+$/, '');
}
