/** What a Git client says about itself. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The credentials in an `Authorization: Basic` header, or nothing. */
export function basicAuth(header: string | undefined): Credentials | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
