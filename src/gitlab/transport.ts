import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { BeckonError, messageOf } from '../lib/errors.ts';
import { punctual } from './punctual.ts';
import { connectionsToProxy } from './to-proxy.ts';

/** Connections for all that is asked beside runs. */
const FEW = 32;

/**
 * The one pool of connections to GitLab: keep-alive, the company's certificate authority where one is set, and
 * the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, through which all goes by CONNECT. `runs`: those that are
 * stepped at once, each of which waits for one request at a time, mostly; where there are none, a few connections do.
 *
 * Rejects with a {@link BeckonError}: `ca_file_unreadable`, `ca_file_invalid` and `proxy_invalid`.
 */
export async function openTransport({
  caFile,
  runs = 0,
}: {
  caFile: string | undefined;
  runs?: number;
}): Promise<Dispatcher> {
  const tls = caFile === undefined ? {} : { ca: await readCertificates(caFile) };
  return openPool(tls, FEW + runs).compose(punctual);
}

/** Sends nothing: for who goes on where {@link openTransport} rejects. */
export function closedTransport(): Dispatcher {
  const agent = new Agent();
  void agent.destroy();
  return agent;
}

function openPool(tls: { readonly ca?: string }, connections: number): Dispatcher {
  try {
    return new EnvHttpProxyAgent({
      connect: { ...tls, timeout: 10_000 },
      requestTls: tls,
      proxyTls: tls,
      clientFactory: connectionsToProxy,
      connections,
    });
  } catch {
    // Not as its cause: the error has the address, and that a password.
    throw new BeckonError('proxy_invalid', 'the address of a proxy in HTTPS_PROXY or HTTP_PROXY is none', {
      hint: 'It looks like http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with what is no letter or digit in user and password percent-encoded.',
    });
  }
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END/g;

async function readCertificates(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const reason = messageOf(error).replace(/,.*/s, '');
    throw new BeckonError('ca_file_unreadable', `gitlab.caFile cannot be read (${file}: ${reason})`, {
      hint: 'Name a file in PEM format that the user who runs Beckon can read.',
    });
  });
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || !certificates.every((one) => isCertificate(`${one} CERTIFICATE-----`))) {
    throw new BeckonError('ca_file_invalid', `gitlab.caFile has no certificate that can be read (${file})`, {
      hint: 'Name a file with certificates in PEM format, which begin with -----BEGIN CERTIFICATE-----; openssl x509 -inform der makes it of a .der or .cer file.',
    });
  }
  return text;
}

/** OpenSSL passes over what it cannot read, and then trusts nobody. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
