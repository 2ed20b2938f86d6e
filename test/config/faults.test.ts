import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/load.ts';
import { ENV, faultsOf, load, MINIMAL } from './load-text.ts';

const FLOW = (flow: string) => MINIMAL.replace('triggers:', `    flow: ${flow}\ntriggers:`);
const ACCOUNT = (account: string) => MINIMAL.replace('claude-bot', account);
const PROJECTS = (projects: string) => MINIMAL.replace('["acme/**"]', projects);
const URL_AS = (url: string) => MINIMAL.replace('https://gitlab.example.com', url);
const AND = (more: string) => `${MINIMAL}${more}\n`;

const NO_SECRET =
  'needs at least one secret in secretTokens, because without one anybody could start agents: make one with `openssl rand -hex 32` and enter it in the webhook in GitLab too';
const NO_VALUE = 'has no value: give it one, or take the key out';
const NOT_A_USERNAME = 'is not a username of GitLab';
const NOT_A_URL = 'is not an http:// or https:// address';
const NOT_IN_PROJECT =
  'is not a path inside the project, from its root: .gitlab/duo/flows/claude.yaml, for example';
const NOT_A_SIGNING_TOKEN =
  'is not a signing token of GitLab: whsec_ and 44 characters, as GitLab shows it once when it makes one';

/** What is wrong, the config, and the line that says so. */
const CASES: readonly (readonly [string, string, string])[] = [
  // Keys
  ['an unknown key at the top', AND('trigers: []'), '13:1 trigers: unknown key; did you mean triggers?'],
  ['an unknown key like no other', AND('colour: red'), '13:1 colour: unknown key'],
  [
    'an unknown key of an agent',
    MINIMAL.replace('account: claude-bot', 'account: claude-bot\n    acount: x'),
    '8:5 agents.claude.acount: unknown key; did you mean account?',
  ],
  [
    'an unknown key in capitals',
    AND('    MinAccess: owner'),
    '13:5 triggers.0.MinAccess: unknown key; did you mean minAccess?',
  ],
  [
    'a missing key',
    MINIMAL.replace('    account: claude-bot\n', ''),
    '7:5 agents.claude.account: is missing',
  ],
  ['a missing part', MINIMAL.replace(/triggers:[\s\S]*/, ''), '1:1 triggers: is missing'],
  ['a key without a value', AND('server:'), `13:8 server: ${NO_VALUE}`],
  [
    'a list item without a value',
    MINIMAL.replace('[mention]', '[mention, ~]'),
    `11:23 triggers.0.events.1: ${NO_VALUE}`,
  ],
  [
    'a key that stands twice',
    AND('gitlab: { url: "https://b.example.com" }'),
    '13:1 gitlab: stands here a second time',
  ],
  ['merge keys', AND('server: { <<: { port: 1 } }'), '13:11 server.<<: unknown key'],
  // Types
  ['no list', MINIMAL.replace('[mention]', 'mention'), '11:13 triggers.0.events: is not a list'],
  ['no mapping', AND('server: here'), '13:9 server: is not a mapping'],
  [
    'no mapping of names',
    MINIMAL.replace(/agents:[\s\S]*(?=triggers:)/, 'agents: []\n'),
    '5:9 agents: is not a mapping',
  ],
  ['no text', ACCOUNT('123'), '7:14 agents.claude.account: is not a text: put it in quotes'],
  ['a list for a text', ACCOUNT('[a]'), '7:14 agents.claude.account: is not a text'],
  ['no boolean', AND('    confidential: "yes"'), '13:19 triggers.0.confidential: is not true or false'],
  [
    'no choice',
    AND('    minAccess: admin'),
    '13:16 triggers.0.minAccess: is not one of guest, planner, reporter, developer, maintainer, owner',
  ],
  [
    'an unknown event',
    MINIMAL.replace('[mention]', '[merge]'),
    '11:14 triggers.0.events.0: is not one of mention, assign, assign_reviewer',
  ],
  [
    'an unknown handoff',
    MINIMAL.replace('triggers:', '    handoff: files\ntriggers:'),
    '9:14 agents.claude.handoff: is not one of auto, variables, inputs',
  ],
  // Numbers, durations, rates
  ['no number', AND('server: { port: http }'), '13:17 server.port: is not a whole number'],
  ['half a number', AND('server: { port: 80.5 }'), '13:17 server.port: is not a whole number'],
  ['true for a number', AND('server: { port: true }'), '13:17 server.port: is not a whole number'],
  ['a port out of range', AND('server: { port: 70000 }'), '13:17 server.port: must be between 0 and 65535'],
  [
    'a port out of range, as a text',
    AND('server: { port: "70000" }'),
    '13:17 server.port: must be between 0 and 65535',
  ],
  ['no concurrency', AND('queue: { concurrency: 0 }'), '13:23 queue.concurrency: must be between 1 and 1000'],
  [
    'a limit below one',
    AND('limits: { runs: { perUser: -1 } }'),
    '13:28 limits.runs.perUser: must be between 1 and 1000000',
  ],
  [
    'no duration',
    AND('retention: { runs: 30 days }'),
    '13:20 retention.runs: is not a duration such as 90s, 10m, 2h or 30d',
  ],
  ['no time at all', AND('limits: { maxEventAge: 0s }'), '13:24 limits.maxEventAge: must be longer than 0'],
  ['a very long time', AND('retention: { runs: 3651d }'), '13:20 retention.runs: must be 3650d at most'],
  [
    'no rate',
    AND('limits: { rate: { perUser: 20 per h } }'),
    '13:28 limits.rate.perUser: is not a rate such as 20/h, 5/m or 100/d',
  ],
  [
    'a rate of nothing',
    AND('limits: { rate: { perUser: 0/h } }'),
    '13:28 limits.rate.perUser: must allow at least 1',
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
  ['an empty token', MINIMAL.replace('${TOKEN}', '""'), '8:12 agents.claude.token: is empty'],
  // Flows
  ['a flow outside of the project', FLOW('../x.yaml'), `9:11 agents.claude.flow: ${NOT_IN_PROJECT}`],
  ['a flow from the root of the disk', FLOW('/x.yaml'), `9:11 agents.claude.flow: ${NOT_IN_PROJECT}`],
  [
    'a flow that leaves the project on its way',
    FLOW('a/../../x.yaml'),
    `9:11 agents.claude.flow: ${NOT_IN_PROJECT}`,
  ],
  [
    'a flow that is no YAML',
    FLOW('flow.json'),
    '9:11 agents.claude.flow: is neither the path of a .yml or .yaml file nor a flow itself (a mapping)',
  ],
  [
    'a flow as a list',
    FLOW('[a]'),
    '9:11 agents.claude.flow: is neither the path of a flow file nor a flow itself (a mapping)',
  ],
  ['a flow without a value', FLOW(''), `9:11 agents.claude.flow: ${NO_VALUE}`],
  [
    'a flow with a very long path',
    FLOW(`${'x'.repeat(251)}.yaml`),
    '9:11 agents.claude.flow: is longer than 255 characters',
  ],
  [
    'a flow without commands',
    FLOW('{ image: "alpine:3", commands: [] }'),
    '9:42 agents.claude.flow.commands: needs at least one command',
  ],
  ['a flow without an image', FLOW('{ commands: [ls] }'), '9:11 agents.claude.flow.image: is missing'],
  [
    'an image that is none',
    FLOW('{ image: "$IMAGE", commands: [ls] }'),
    '9:20 agents.claude.flow.image: is not a container image name',
  ],
  [
    'an unknown key of a flow',
    FLOW('{ image: a, commands: [ls], variable: [] }'),
    '9:39 agents.claude.flow.variable: unknown key; did you mean variables?',
  ],
  [
    'a key of GitLab in a flow',
    FLOW('{ image: a, commands: [ls], id_tokens: {} }'),
    '9:39 agents.claude.flow.id_tokens: is not supported yet',
  ],
  // Triggers
  [
    'no triggers',
    MINIMAL.replace(/triggers:[\s\S]*/, 'triggers: []\n'),
    '9:11 triggers: needs at least one trigger',
  ],
  ['no events', MINIMAL.replace('[mention]', '[]'), '11:13 triggers.0.events: needs at least one event'],
  [
    'an agent that is not there',
    MINIMAL.replace('agent: claude', 'agent: codex'),
    '10:12 triggers.0.agent: there is no agent of this name: claude is what there is',
  ],
  [
    'an agent of the name of a method',
    MINIMAL.replace('agent: claude', 'agent: constructor'),
    '10:12 triggers.0.agent: there is no agent of this name: claude is what there is',
  ],
  [
    'two triggers of one agent without names',
    AND('  - agent: claude\n    events: [assign]\n    projects: ["a/b"]'),
    '13:5 triggers.1.name: another trigger has this name already, or the name of its agent: give this one a name of its own',
  ],
  [
    'two triggers of one name',
    AND('  - { name: claude, agent: claude, events: [assign], projects: ["a/b"] }'),
    '13:13 triggers.1.name: another trigger has this name already, or the name of its agent: give this one a name of its own',
  ],
  ['no projects', PROJECTS('[]'), '12:15 triggers.0.projects: needs at least one pattern'],
  [
    'only projects to exclude',
    PROJECTS('["!acme/**"]'),
    '12:15 triggers.0.projects: names no project to include, only ones to exclude',
  ],
  [
    'a broken glob to exclude',
    PROJECTS('["**", "!acme/[z-a]"]'),
    '12:22 triggers.0.projects.1: is not a valid glob: are the brackets closed, and their ranges in order?',
  ],
  [
    'a glob that covers no project',
    PROJECTS('["acme"]'),
    '12:16 triggers.0.projects.0: covers no project, because a full path has a slash: acme/** is everything in the group acme',
  ],
  ['an empty pattern', PROJECTS('["acme/*", ""]'), '12:26 triggers.0.projects.1: is empty'],
  [
    'an exclusion without quotes',
    PROJECTS('["acme/**", !acme/secret/*]'),
    '12:27 triggers.0.projects.1: is read as a YAML tag because of the ! in front: use quotes',
  ],
  [
    'a pattern without quotes',
    PROJECTS('[*/shop]'),
    '12:16 triggers.0.projects.0: is read as an alias because of the * in front, and there is no such anchor: use quotes',
  ],
  [
    'a denied user with an @',
    AND('    users: { deny: ["@eve"] }'),
    '13:21 triggers.0.users.deny.0: is written without the @',
  ],
  [
    'a filter',
    AND('    filter: { mention: {} }'),
    '13:13 triggers.0.filter: filters are not supported yet: leave this empty or out',
  ],
  // What is put in
  [
    'an environment variable that is not set',
    MINIMAL.replace('${TOKEN}', '${NOPE}'),
    '8:12 agents.claude.token: the environment variable NOPE is not set',
  ],
  [
    'a variable that is not set where a form is asked for',
    URL_AS('${NOPE}'),
    '2:8 gitlab.url: the environment variable NOPE is not set',
  ],
  [
    'a variable that is not set for a number',
    AND('server: { port: "${NOPE}" }'),
    '13:17 server.port: the environment variable NOPE is not set',
  ],
  [
    'a file that is not there',
    MINIMAL.replace('${TOKEN}', '${file:run/nope}'),
    '8:12 agents.claude.token: the file /etc/beckon/run/nope cannot be read: ENOENT: no such file or directory',
  ],
  [
    'a reference of another form',
    MINIMAL.replace('${TOKEN}', '${TOKEN:-x}'),
    '8:12 agents.claude.token: ${…} takes the name of an environment variable, or file: and a path; $${ stands for ${',
  ],
  [
    'a reference that does not end',
    MINIMAL.replace('${TOKEN}', '"${TOKEN"'),
    '8:12 agents.claude.token: ${ is not closed; $${ stands for ${',
  ],
  [
    'a variable of the job',
    FLOW('{ image: a, commands: ["echo ${CI_JOB_ID}"] }'),
    '9:34 agents.claude.flow.commands.0: the environment variable CI_JOB_ID is not set (for a variable of the job write $NAME or $${NAME})',
  ],
  [
    'a bad value from the environment',
    URL_AS('"${SECRET}"'),
    `2:8 gitlab.url: ${NOT_A_URL} (the value comes from \${SECRET})`,
  ],
  [
    'a bad value from two places',
    URL_AS('"${SECRET}:${TOKEN}"'),
    `2:8 gitlab.url: ${NOT_A_URL} (the value comes from \${SECRET} and \${TOKEN})`,
  ],
];

describe('a config with a fault', () => {
  it.each(CASES)('says where and what: %s', async (_what, text, line) => {
    expect(await faultsOf(text)).toEqual([line]);
  });
});

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
      '8:59 agents.codex.flow.injectGatewayToken: is not supported: there is no AI gateway here; name the CI/CD variable with the API key under variables',
      '10:12 triggers.0.agent: there is no agent of this name: claude, codex is what there is',
      '11:23 triggers.0.events.1: is not one of mention, assign, assign_reviewer',
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
