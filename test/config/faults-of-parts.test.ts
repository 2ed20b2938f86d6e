import { describe, expect, it } from 'vitest';
import { newSigningKey } from '../support/signing-key.ts';
import { faultsOf, MINIMAL } from './load-text.ts';

const ACCOUNT = (account: string) => MINIMAL.replace('claude-bot', account);
const URL_AS = (url: string) => MINIMAL.replace('https://gitlab.example.com', url);
const AND = (more: string) => `${MINIMAL}${more}\n`;
const NO_SECRET =
  'needs at least one secret in secretTokens, because without one anybody could start agents: make one with `openssl rand -hex 32` and enter it in the webhook in GitLab too';
const NOT_A_USERNAME = 'is not a username of GitLab';
const NOT_A_URL = 'is not an http:// or https:// address';
const WEBHOOK = (more: string) => MINIMAL.replace('webhook:', `webhook:\n  ${more}`);
const NOT_AN_ADDRESS = 'is neither an IP address nor a range such as 10.0.0.0/8 or 2001:db8::/32';
const SHARED = 'is accepted for other projects too: give these projects a secret of their own';
const NOT_A_SIGNING_TOKEN =
  'is not a signing token of GitLab: whsec_ and 44 characters, as GitLab shows it once when it makes one';

const OAUTH = (more: string) => AND(`server:\n  oauth: { clientId: x }\n${more}`);

const P256 = newSigningKey();

/** What is wrong, the config, and the line that says so. */
const CASES: readonly (readonly [string, string, string])[] = [
  // Signing in with GitLab
  [
    'an application without an address of our own',
    OAUTH('  adminToken: y'),
    '14:10 server.oauth: needs server.publicUrl: GitLab sends people back there',
  ],
  [
    'an application without an admin token',
    OAUTH('  publicUrl: https://beckon.example.com'),
    '14:10 server.oauth: needs server.adminToken: without one there is no dashboard to sign in to',
  ],
  [
    'an application without its ID',
    AND('server: { oauth: { clientSecret: x }, adminToken: y, publicUrl: "http://z" }'),
    '13:18 server.oauth.clientId: is missing',
  ],
  // Addresses
  ['an address of another kind', URL_AS('ftp://gitlab'), `2:8 gitlab.url: ${NOT_A_URL}`],
  ['an address without a scheme', URL_AS('gitlab.example.com'), `2:8 gitlab.url: ${NOT_A_URL}`],
  ['an address with a space', URL_AS('"https://a b"'), `2:8 gitlab.url: ${NOT_A_URL}`],
  [
    'an address with a user',
    URL_AS('https://me@gitlab'),
    '2:8 gitlab.url: must not hold a user or a password',
  ],
  [
    'an address with a password',
    URL_AS('https://:pw@gitlab'),
    '2:8 gitlab.url: must not hold a user or a password',
  ],
  [
    'an address with a query',
    URL_AS('https://gitlab/?a=1'),
    '2:8 gitlab.url: must not have a query or a fragment',
  ],
  [
    'an address with an empty query',
    URL_AS('https://gitlab/?'),
    '2:8 gitlab.url: must not have a query or a fragment',
  ],
  [
    'an address with a fragment',
    URL_AS('https://gitlab/#x'),
    '2:8 gitlab.url: must not have a query or a fragment',
  ],
  [
    'a public address of another kind',
    AND('server: { publicUrl: "ws://x" }'),
    `13:22 server.publicUrl: ${NOT_A_URL}`,
  ],
  [
    'a queue of another kind',
    AND('queue: { url: "amqp://x" }'),
    '13:15 queue.url: is not an address that begins with redis://, rediss:// or postgres://',
  ],
  [
    'a queue that is no address',
    AND('queue: { url: redis }'),
    '13:15 queue.url: is not an address that begins with redis://, rediss:// or postgres://',
  ],
  // Webhook
  ['no secrets', MINIMAL.replace('["${SECRET}"]', '[]'), `4:3 webhook: ${NO_SECRET}`],
  ['no webhook at all', MINIMAL.replace(/webhook:\n.*\n/, ''), `1:1 webhook: ${NO_SECRET}`],
  ['an empty secret', MINIMAL.replace('${SECRET}', ''), '4:18 webhook.secretTokens.0: is empty'],
  ['a blank secret', MINIMAL.replace('${SECRET}', ' '), '4:18 webhook.secretTokens.0: is empty'],
  [
    'an empty secret from the environment',
    MINIMAL.replace('${SECRET}', '${EMPTY}'),
    '4:18 webhook.secretTokens.0: is empty (the value comes from ${EMPTY})',
  ],
  [
    'a secret with a space at its end',
    MINIMAL.replace('${SECRET}', 'x '),
    '4:18 webhook.secretTokens.0: begins or ends with white space, or has a line break in it',
  ],
  [
    'a signing token of another kind',
    MINIMAL.replace('webhook:', 'webhook:\n  signingTokens: [whsec_abc]'),
    `4:19 webhook.signingTokens.0: ${NOT_A_SIGNING_TOKEN}`,
  ],
  [
    'no address at all',
    WEBHOOK('allowFrom: []'),
    '4:14 webhook.allowFrom: allows no address: name some, or take the key out',
  ],
  [
    'a name for an address',
    WEBHOOK('allowFrom: [10.0.0.0/8, gitlab.example.com]'),
    `4:27 webhook.allowFrom.1: ${NOT_AN_ADDRESS}`,
  ],
  ['half an address', WEBHOOK('allowFrom: [10.0.0]'), `4:15 webhook.allowFrom.0: ${NOT_AN_ADDRESS}`],
  [
    'too long a prefix',
    WEBHOOK('allowFrom: [10.0.0.0/33]'),
    '4:15 webhook.allowFrom.0: has a prefix that is not between 1 and 32',
  ],
  [
    'everybody as an address',
    WEBHOOK('allowFrom: ["::/0"]'),
    '4:15 webhook.allowFrom.0: has a prefix that is not between 1 and 128',
  ],
  [
    'a proxy by its name',
    AND('server: { trustProxy: [loopback] }'),
    `13:24 server.trustProxy.0: ${NOT_AN_ADDRESS}`,
  ],
  [
    'projects without a secret of their own',
    WEBHOOK('projectSecrets: [{ projects: ["acme/pay"] }]'),
    '4:20 webhook.projectSecrets.0: needs a secret, in secretTokens or signingTokens: without one no delivery is accepted',
  ],
  [
    'secrets of no project',
    WEBHOOK('projectSecrets: [{ secretTokens: [x], projects: ["!acme/pay"] }]'),
    '4:51 webhook.projectSecrets.0.projects: names no project to include, only ones to exclude',
  ],
  [
    'a secret of some projects that opens the others too',
    WEBHOOK('projectSecrets: [{ projects: ["acme/pay"], secretTokens: [hook-secret-1] }]'),
    `4:61 webhook.projectSecrets.0.secretTokens.0: ${SHARED}`,
  ],
  [
    'a secret of two entries',
    WEBHOOK(
      'projectSecrets: [{ projects: ["a/b"], secretTokens: [x] }, { projects: ["a/c"], secretTokens: [y, x] }]',
    ),
    `4:101 webhook.projectSecrets.1.secretTokens.1: ${SHARED}`,
  ],
  // Agents
  [
    'no agents',
    MINIMAL.replace(/agents:[\s\S]*(?=triggers:)/, 'agents: {}\n'),
    '5:9 agents: needs at least one agent',
  ],
  [
    'a name in capitals',
    MINIMAL.replace('  claude:', '  Claude:').replace('agent: claude', 'agent: Claude'),
    '6:3 agents.Claude: is not a name of lower-case letters, digits, _ and -',
  ],
  ['an account with an @', ACCOUNT('"@claude-bot"'), '7:14 agents.claude.account: is written without the @'],
  ['an account with a space', ACCOUNT('claude bot'), `7:14 agents.claude.account: ${NOT_A_USERNAME}`],
  [
    'an account like a file',
    ACCOUNT('claude.git'),
    `7:14 agents.claude.account: ${NOT_A_USERNAME}: none ends in a dot, .git or .atom`,
  ],
  [
    'two agents of one account',
    MINIMAL.replace('triggers:', '  other: { account: Claude-Bot, token: x }\ntriggers:'),
    '9:21 agents.other.account: is the account of the agent claude already',
  ],
  [
    'two agents of one CI/CD variable',
    MINIMAL.replace(
      '  claude:',
      '  a-b: { account: x, token: x }\n  a_b: { account: y, token: x }\n  claude:',
    ),
    '7:3 agents.a_b: would share the CI/CD variable GITLAB_TOKEN_A_B with the agent a-b: give it another name',
  ],
  [
    'inputs without a flow',
    MINIMAL.replace('${TOKEN}', '${TOKEN}\n    handoff: inputs'),
    '9:14 agents.claude.handoff: needs a flow, because a job of the project itself reads variables: use variables or auto',
  ],
  [
    'a signing key without a flow',
    MINIMAL.replace('${TOKEN}', `\${TOKEN}\n    signingKey: ${JSON.stringify(P256)}`),
    '9:17 agents.claude.signingKey: needs a flow, because what a job of the project itself reads is not signed',
  ],
  ['an empty token', MINIMAL.replace('${TOKEN}', '""'), '8:12 agents.claude.token: is empty'],
];

describe('a config with a fault: addresses, secrets and agents', () => {
  it.each(CASES)('says where and what: %s', async (_what, text, line) => {
    expect(await faultsOf(text)).toEqual([line]);
  });
});
