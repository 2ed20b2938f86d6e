import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/config/config.ts';
import { faultsOf, MINIMAL } from './load-text.ts';

const ACCOUNT = (account: string) => MINIMAL.replace('claude-bot', account);
const AND = (more: string) => `${MINIMAL}${more}\n`;
const NO_VALUE = 'has no value: give it one, or take the key out';

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
    'a signing key that is none',
    AND('').replace(
      'account: claude-bot',
      'account: claude-bot\n    flow: a.yaml\n    signingKey: 32 random bytes',
    ),
    '9:17 agents.claude.signingKey: is not the PEM of a P-256 key: make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`',
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
    `11:14 triggers.0.events.0: is not one of ${EVENT_KINDS.join(', ')}`,
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
  [
    'no agent that another may ask',
    AND('limits: { agentDepth: 0 }'),
    '13:23 limits.agentDepth: must be between 1 and 10',
  ],
  [
    'a pause that is none',
    AND('catchUp: { todos: never }'),
    '13:19 catchUp.todos: is neither a duration such as 5m nor off',
  ],
  [
    'too short a pause',
    AND('catchUp: { todos: 59s }'),
    '13:19 catchUp.todos: must be between 1m and 1d, or off',
  ],
  [
    'too long a pause',
    AND('catchUp: { todos: 25h }'),
    '13:19 catchUp.todos: must be between 1m and 1d, or off',
  ],
  [
    'neither on nor off',
    AND('catchUp: { hookEvents: yes }'),
    '13:24 catchUp.hookEvents: is not one of on, off',
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
];

describe('a config with a fault: keys, types and numbers', () => {
  it.each(CASES)('says where and what: %s', async (_what, text, line) => {
    expect(await faultsOf(text)).toEqual([line]);
  });
});
