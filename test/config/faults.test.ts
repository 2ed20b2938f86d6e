import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/config/config.ts';
import { NO_GATEWAY } from '../../src/config/flow.ts';
import { ConfigError } from '../../src/config/load.ts';
import { ENV, faultsOf, load, MINIMAL } from './load-text.ts';

const URL_AS = (url: string) => MINIMAL.replace('https://gitlab.example.com', url);
const AND = (more: string) => `${MINIMAL}${more}\n`;
const NO_SECRET =
  'needs at least one secret in secretTokens, because without one anybody could start agents: make one with `openssl rand -hex 32` and enter it in the webhook in GitLab too';
const NOT_A_URL = 'is not an http:// or https:// address';

describe('a config with many faults', () => {
  it('tells all of them in the order of the file, whatever finds them', async () => {
    const text = `gitlab:
  url: ftp://gitlab
  tokn: x
webhook:
  secretTokens: []
agents:
  claude: { account: bot, token: "\${NOPE}" }
  codex: { account: BOT, token: x, flow: { image: alpine, injectGatewayToken: true } }
triggers:
  - agent: nobody
    events: [mention, merge]
    projects: [!acme/secret]
    projects: ["acme/[z-a]/**"]
`;
    expect(await faultsOf(text)).toEqual([
      `2:8 gitlab.url: ${NOT_A_URL}`,
      '3:3 gitlab.tokn: unknown key; did you mean token?',
      `5:3 webhook: ${NO_SECRET}`,
      '7:34 agents.claude.token: the environment variable NOPE is not set',
      '8:21 agents.codex.account: is the account of the agent claude already',
      '8:42 agents.codex.flow.commands: is missing',
      `8:79 agents.codex.flow.injectGatewayToken: ${NO_GATEWAY}`,
      '10:12 triggers.0.agent: there is no agent of this name: claude, codex is what there is',
      `11:23 triggers.0.events.1: is not one of ${EVENT_KINDS.join(', ')}`,
      '12:16 triggers.0.projects.0: is read as a YAML tag because of the ! in front: use quotes',
      '13:5 triggers.0.projects: stands here a second time',
      '13:16 triggers.0.projects.0: is not a valid glob: are the brackets closed, and their ranges in order?',
    ]);
  });

  it('gives them as data too', async () => {
    const error = await load(URL_AS('x')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({
      code: 'config_invalid',
      faults: [{ line: 2, column: 8, path: 'gitlab.url', message: NOT_A_URL }],
    });
  });

  it('says of an empty file what is needed', async () => {
    const needed = [
      '1:1 gitlab: is missing',
      '1:1 agents: is missing',
      '1:1 triggers: is missing',
      `1:1 webhook: ${NO_SECRET}`,
    ];
    expect(await faultsOf('')).toEqual(needed);
    expect(await faultsOf('# nothing yet\n')).toEqual(needed);
    expect(await faultsOf('{}')).toEqual(needed);
  });

  it('follows an alias to the value that is wrong', async () => {
    const text = AND('server: { publicUrl: *url }').replace('https://gitlab.example.com', '&url ftp://x');
    expect(await faultsOf(text)).toEqual([
      `2:13 gitlab.url: ${NOT_A_URL}`,
      `13:22 server.publicUrl: ${NOT_A_URL}`,
    ]);
  });

  it('follows an alias into the mapping that it stands for', async () => {
    const text = AND(
      '    users: &users { deny: ["@eve"] }\n  - { name: b, agent: claude, events: [assign], projects: ["a/b"], users: *users }',
    );
    expect(await faultsOf(text)).toEqual([
      '13:28 triggers.0.users.deny.0: is written without the @',
      '13:28 triggers.1.users.deny.0: is written without the @',
    ]);
  });
});

describe('what is said of a fault', () => {
  const SECRET = 'tops3cret';
  /** A config in which every text that may be a secret, or come from one, is wrong. */
  const wrong = (value: string) => `gitlab: { url: ${value}, token: [${value}], caFile: { x: ${value} } }
server: { port: ${value}, publicUrl: ${value}, adminToken: { x: ${value} } }
webhook: { secretTokens: [[${value}]], signingTokens: [${value}, { x: ${value} }] }
queue: { url: ${value}, concurrency: ${value} }
agents:
  a: { account: ${value}, token: { x: ${value} }, flow: ${value}, handoff: ${value}, timeout: ${value} }
  b: { account: x, token: [${value}], flow: { image: ${value}, commands: ${value}, variables: [${value}] } }
triggers:
  - { agent: ${value}, events: [${value}], projects: [${value}], minAccess: ${value}, users: { allow: [${value}] } }
  - { agent: ${value}, events: ${value}, projects: ["!a/b"], confidential: ${value}, filter: { x: ${value} } }
limits: { maxEventAge: ${value}, runs: { global: ${value} }, rate: { perUser: ${value} } }
`;

  it.each([
    ['written in the file', wrong(`"${SECRET}!"`)],
    ['from the environment', wrong('"${SECRET}!"')],
    ['from a file', wrong('"${file:secret}!"')],
  ])('never repeats a value %s', async (_where, text) => {
    const around = { env: { SECRET }, files: { '/etc/beckon/secret': SECRET } };
    const lines = await faultsOf(text, around);
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.join('\n')).not.toContain(SECRET);
  });

  it.each([
    ['token: "tops3cret', 'MISSING_CHAR'],
    ['token: "tops3cret\\q"', 'BAD_DQ_ESCAPE'],
    ['token: @tops3cret', 'BAD_SCALAR_START'],
    ['token: *tops3cret', 'alias'],
    ['token: !tops3cret x', 'tag'],
    ['token: tops3cret: x', 'BLOCK_AS_IMPLICIT_KEY'],
    ['token: [tops3cret]]', 'UNEXPECTED_TOKEN'],
    ['"a" tops3cret', 'UNEXPECTED_TOKEN'],
    ['- a\ntops3cret: 1', 'UNEXPECTED_TOKEN'],
  ])('never repeats a text that YAML cannot read: %s', async (text) => {
    expect((await faultsOf(text)).join('\n')).not.toContain(SECRET);
  });

  it('never repeats what stands in a reference that is none', async () => {
    expect((await faultsOf(MINIMAL.replace('${TOKEN}', '${glpat-tops3cret}'))).join('\n')).not.toContain(
      SECRET,
    );
  });

  it('is not in the way of a config that is right', async () => {
    await expect(load(MINIMAL, { env: ENV })).resolves.toBeDefined();
  });
});
