/** GitLab's wildcard, of protected branches and environment scopes: `*` stands for anything, slashes too. */
export function matchesWildcard(wildcard: string, text: string): boolean {
  const parts = wildcard.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
