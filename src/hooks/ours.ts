/** Where Beckon takes webhooks, below its address. */
const PATH = '/webhooks/gitlab';

/** The address for a hook of ours. `publicUrl` has no slash at its end. */
export function hookUrl(publicUrl: string): string {
  return `${publicUrl}${PATH}`;
}

/** Whether a hook leads to us; where our own address is not known, whether it leads to any Beckon. */
export function isOurs(url: string, publicUrl: string | undefined): boolean {
  const address = plain(url);
  if (address === undefined) return false;
  return publicUrl === undefined ? address.endsWith(PATH) : address === plain(hookUrl(publicUrl));
}

/** Whether two addresses are the same but for a slash at the end. */
export function isSameAddress(url: string, other: string): boolean {
  return plain(url) === plain(other);
}

/** Without query and slash at the end; GitLab shows a password in an address as stars, so without that too. */
function plain(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}
