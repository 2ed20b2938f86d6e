import { readFile } from 'node:fs/promises';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { BeckonError, messageOf } from '../lib/errors.ts';
import { punctual } from './punctual.ts';

/**
 * The one pool of connections to GitLab: keep-alive, the company's certificate authority where one is set, and
 * the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
 */
export async function openTransport({ caFile }: { caFile: string | undefined }): Promise<Dispatcher> {
  const tls = caFile === undefined ? {} : { ca: await readCertificates(caFile) };
  return new EnvHttpProxyAgent({
    connect: { ...tls, timeout: 10_000 },
    requestTls: tls,
    proxyTls: tls,
    connections: 32,
  }).compose(punctual);
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BeckonError('ca_file_unreadable', `reading gitlab.caFile ${file}: ${messageOf(error)}`, {
      hint: 'Name a file in PEM format that the user who runs Beckon can read.',
    });
  }
}
