import { describe, expect, it } from 'vitest';
import { findReach, findVersion } from '../../src/check/gitlab.ts';
import type { Reach } from '../../src/check/ports.ts';
import { Secret } from '../../src/lib/secret.ts';

const url = 'https://gitlab.example.com/git';
const answer = { kind: 'answer', status: 401, isJson: true, location: undefined, clockAhead: 0 } as const;
const silence = (code: string): Reach => ({ kind: 'silence', code, detail: 'no' });

describe('the address of GitLab', () => {
  it.each<[string, Reach, string, RegExp]>([
    ['answers', answer, 'ok', /answers\.$/],
    ['has a clock half a minute ahead', { ...answer, clockAhead: 30_000 }, 'ok', /answers\.$/],
    [
      'has a clock further ahead',
      { ...answer, clockAhead: 31_000 },
      'risky',
      /31 s ahead of the one here.*NTP/,
    ],
    ['has a clock behind', { ...answer, clockAhead: -90_000 }, 'risky', /90 s behind/],
    [
      'redirects',
      { ...answer, status: 301, location: 'https://git.example.com/api/v4/version' },
      'wrong',
      /redirects to https:\/\/git\.example\.com, .*Set gitlab\.url to https:\/\/git\.example\.com\.$/,
    ],
    [
      'redirects to a page of its own',
      { ...answer, status: 302, location: '/users/sign_in' },
      'wrong',
      /sign_in/,
    ],
    [
      'redirects to nonsense',
      { ...answer, status: 302, location: 'http://' },
      'wrong',
      /not as GitLab's API/,
    ],
    ['is a web page', { ...answer, status: 200, isJson: false }, 'wrong', /not as GitLab's API.*sub-path/],
    ['is something else', { ...answer, status: 404 }, 'wrong', /not as GitLab's API does \(404\)/],
    ['is in trouble', { ...answer, status: 503, isJson: false }, 'wrong', /answers 503/],
    [
      'has a company certificate',
      silence('SELF_SIGNED_CERT_IN_CHAIN'),
      'wrong',
      /not trusted.*gitlab\.caFile/,
    ],
    ['has the certificate of another', silence('ERR_TLS_CERT_ALTNAME_INVALID'), 'wrong', /another name/],
    ['has an old certificate', silence('CERT_HAS_EXPIRED'), 'wrong', /has expired.*Renew/],
    ['has no name', silence('ENOTFOUND'), 'wrong', /resolve the name\. If only a proxy.*HTTPS_PROXY/],
    ['speaks no TLS', silence('EPROTO'), 'wrong', /TLS fails.*http:\/\//],
    ['refuses', silence('ECONNREFUSED'), 'wrong', /nothing listens there \(ECONNREFUSED: no\)/],
    ['says nothing', silence('UND_ERR_CONNECT_TIMEOUT'), 'wrong', /no answer .*firewall.*HTTPS_PROXY/],
    [
      'cannot be asked',
      { kind: 'unasked', reason: 'gitlab.caFile cannot be read (x)', hint: 'Name a file.' },
      'wrong',
      /asked: gitlab\.caFile cannot be read \(x\)\. Name a file\.$/,
    ],
  ])('%s', (_name, reach, state, words) => {
    const found = findReach(reach, { url, hasProxy: false });
    expect(found.state).toBe(state);
    expect(`${found.text} ${found.remedy ?? ''}`.trim()).toMatch(words);
  });

  it('is behind a proxy that is set', () => {
    expect(findReach(silence('UND_ERR_ABORTED'), { url, hasProxy: true }).remedy).toMatch(
      /A proxy is set.*NO_PROXY/,
    );
  });
});

describe('the version of GitLab', () => {
  const secretTokens = [new Secret('s')];
  it.each<[string, string | undefined, string, RegExp]>([
    ['new enough for all', '19.0.1-ee', 'ok', /^GitLab 19\.0\.1-ee\.$/],
    ['without signed deliveries', '18.9.0', 'ok', /lacks signed deliveries \(19\.0\)\.$/],
    ['without inputs too', '18.0.3', 'ok', /pipeline inputs \(18\.1\) and signed/],
    ['too old for the CI files', '16.11.2', 'risky', /spec:inputs/],
    ['not told', undefined, 'unknown', /valid tokens/],
  ])('%s', (_name, version, state, words) => {
    const found = findVersion(version, { webhook: { secretTokens, signingTokens: [] } });
    expect(found).toMatchObject([{ state, text: expect.stringMatching(words) }]);
  });

  it('that signs nothing is of no use to a config with signing tokens only', () => {
    const webhook = { secretTokens: [], signingTokens: secretTokens };
    expect(findVersion('18.11.0', { webhook })).toMatchObject([{ state: 'ok' }, { state: 'wrong' }]);
    expect(findVersion('19.0.0', { webhook })).toMatchObject([{ state: 'ok' }]);
  });
});
