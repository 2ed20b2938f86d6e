import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findReach } from '../../src/check/gitlab.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { explainToPeople } from '../../src/runs/remedies.ts';
import { type Certificate, certificatesIn } from '../support/certificates.ts';
import { describeWith } from '../support/needs.ts';
import { answering, ask, proxies, proxyServer } from '../support/outgoing.ts';
import { newFolder, temporaryFolder } from '../support/temporary.ts';

const HERE = 'subjectAltName=IP:127.0.0.1';

describeWith(['openssl'], 'a GitLab with a certificate of a company', () => {
  let folder: string;
  let certificates: ReturnType<typeof certificatesIn>;
  let authority: Certificate;
  let good: Certificate;
  beforeAll(async () => {
    folder = await newFolder();
    certificates = certificatesIn(folder);
    authority = certificates.selfSigned('authority');
    good = certificates.signed('good', { by: authority, extension: HERE });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is trusted by caFile, also behind an intermediate certificate that GitLab sends', async () => {
    proxies({});
    const caFile = authority.file;
    const between = certificates.signed('between', { by: authority });
    const leaf = certificates.signed('below-between', { by: between, extension: HERE });
    for (const tls of [good, { ...leaf, cert: leaf.cert + between.cert }]) {
      const { answer, reach } = await ask(`https://127.0.0.1:${await answering(tls)}`, { caFile });
      expect(answer).toMatchObject({ username: 'claude-bot' });
      expect(reach.kind).toBe('answer');
    }
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])('is reached through the proxy of %s', async (name) => {
    const proxy = await proxyServer();
    proxies({ [name]: `http://127.0.0.1:${proxy.port}` });
    const port = await answering(good);
    const { answer } = await ask(`https://127.0.0.1:${port}`, { caFile: authority.file });
    expect(answer).toMatchObject({ username: 'claude-bot' });
    expect(new Set(proxy.asked)).toEqual(new Set([`127.0.0.1:${port}`]));
  });

  interface Fault {
    readonly name: string;
    readonly certificate: () => Certificate;
    readonly isTrusted: boolean;
    readonly code: string;
    readonly words: RegExp;
  }
  const faults: readonly Fault[] = [
    {
      name: 'has expired',
      certificate: () => certificates.signed('old', { by: authority, extension: HERE, from: -9, to: -1 }),
      isTrusted: true,
      code: 'CERT_HAS_EXPIRED',
      words: /its certificate has expired.*renew the certificate of GitLab, or set the clock/i,
    },
    {
      name: 'is not valid yet',
      certificate: () => certificates.signed('young', { by: authority, extension: HERE, from: 2, to: 9 }),
      isTrusted: true,
      code: 'CERT_NOT_YET_VALID',
      words: /its certificate is not valid yet.*set the clock here/i,
    },
    {
      name: 'is for another name',
      certificate: () =>
        certificates.signed('other', { by: authority, extension: 'subjectAltName=DNS:gitlab.invalid' }),
      isTrusted: true,
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      words: /its certificate is for another name.*set gitlab\.url to a name that is in the certificate/i,
    },
    {
      name: 'is signed by itself',
      certificate: () => certificates.selfSigned('alone', HERE),
      isTrusted: false,
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      words:
        /its certificate is signed by itself.*set gitlab\.caFile to a PEM file with this very certificate/i,
    },
    {
      name: 'has an unknown authority',
      certificate: () => good,
      isTrusted: false,
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      words:
        /its certificate authority is unknown here.*set gitlab\.caFile to a PEM file with that authority/i,
    },
    {
      name: 'has an unknown authority that is sent with it',
      certificate: () => ({ ...good, cert: good.cert + authority.cert }),
      isTrusted: false,
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      words:
        /its certificate is not trusted.*set gitlab\.caFile to a PEM file with the certificate authority/i,
    },
    {
      name: 'lacks its intermediate certificate',
      certificate: () => {
        const between = certificates.signed('unsent', { by: authority });
        return certificates.signed('below-unsent', { by: between, extension: HERE });
      },
      isTrusted: true,
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      words:
        /does not send the intermediate certificate.*have GitLab send its certificate with all intermediate/i,
    },
  ];
  it.each(faults)(
    'that $name is refused with words that say what to do, the same in log, note and check',
    async ({ certificate, isTrusted, code, words }) => {
      proxies({});
      const url = `https://127.0.0.1:${await answering(certificate())}`;
      const { failure, reach } = await ask(url, isTrusted ? { caFile: authority.file } : {});
      expect(failure).toMatchObject({ kind: 'transient', status: undefined });
      expect(failure?.message).toContain(code);
      expect(failure?.message).toMatch(words);
      expect(explainToPeople(failure)).toMatch(words);
      expect(explainToPeople(failure).length).toBeLessThan(500);
      const { state, text, remedy } = findReach(reach, { url, hasProxy: false });
      expect(state).toBe('wrong');
      expect(text).toContain(code);
      expect(`${text} ${remedy}`).toMatch(words);
      expect(remedy).not.toContain('HTTPS_PROXY');
    },
  );

  it('can have the one that is signed by itself in caFile', async () => {
    proxies({});
    const alone = certificates.selfSigned('trusted-alone', HERE);
    const { answer } = await ask(`https://127.0.0.1:${await answering(alone)}`, { caFile: alone.file });
    expect(answer).toMatchObject({ username: 'claude-bot' });
  });
});

describe('gitlab.caFile', () => {
  it('that is not there is named with its place in the config', async () => {
    const file = join(await temporaryFolder(), 'none.pem');
    await expect(openTransport({ caFile: file })).rejects.toMatchObject({
      code: 'ca_file_unreadable',
      message: `gitlab.caFile cannot be read (${file}: ENOENT: no such file or directory)`,
      hint: expect.stringContaining('PEM'),
    });
  });

  it.each([
    ['nothing', ''],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['no certificate between its lines', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['half a certificate', '-----BEGIN CERTIFICATE-----\nMIIB'],
    ['binary data', '\u0000\u0001\u0002'],
  ])('that holds %s is refused, as nobody would be trusted then', async (_what, text) => {
    const file = join(await temporaryFolder(), 'ca.pem');
    writeFileSync(file, text);
    await expect(openTransport({ caFile: file })).rejects.toMatchObject({
      code: 'ca_file_invalid',
      message: `gitlab.caFile has no certificate that can be read (${file})`,
    });
  });
});
