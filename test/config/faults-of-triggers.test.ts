import { describe, expect, it } from 'vitest';
import { faultsOf, MINIMAL } from './load-text.ts';

const FLOW = (flow: string) => MINIMAL.replace('triggers:', `    flow: ${flow}\ntriggers:`);
const PROJECTS = (projects: string) => MINIMAL.replace('["acme/**"]', projects);
const AND = (more: string) => `${MINIMAL}${more}\n`;
const NO_VALUE = 'has no value: give it one, or take the key out';
const NOT_IN_PROJECT =
  'is not a path inside the project, from its root: .gitlab/duo/flows/claude.yaml, for example';

/** What is wrong, the config, and the line that says so. */
const CASES: readonly (readonly [string, string, string])[] = [
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
    FLOW('{ image: a, commands: [ls], services: [] }'),
    '9:39 agents.claude.flow.services: is not supported: a job of the template has no services',
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
  [
    'an agent that is not there, to be allowed',
    AND('    allowAgents: [codex]'),
    '13:19 triggers.0.allowAgents.0: there is no agent of this name: claude is what there is',
  ],
  [
    'the agent itself, to be allowed',
    AND('    allowAgents: [ claude ]'),
    '13:20 triggers.0.allowAgents.0: is the agent of this trigger, and an agent never starts itself',
  ],
  [
    'an agent without a name, to be allowed',
    AND('    allowAgents: [""]'),
    '13:19 triggers.0.allowAgents.0: is empty',
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
    'a schedule that is none',
    MINIMAL.replace('[mention]', '[scheduled]').replace('"acme/**"', 'acme/shop') +
      '    schedule: { cron: daily }\n',
    '13:23 triggers.0.schedule.cron: is not a cron expression of five fields, such as 0 6 * * 1-5',
  ],
  [
    'a time zone that there is not',
    `${MINIMAL.replace('[mention]', '[scheduled]').replace('"acme/**"', 'acme/shop')}    schedule: { cron: "0 6 * * *", timezone: Nowhere }\n`,
    '13:46 triggers.0.schedule.timezone: is not the name of a time zone, such as Europe/Berlin',
  ],
  [
    'a schedule for a pattern of projects',
    `${MINIMAL.replace('[mention]', '[scheduled]')}    schedule: { cron: "0 6 * * *" }\n`,
    '12:16 triggers.0.projects.0: is a pattern, and a trigger with a schedule needs projects by their full paths',
  ],
  [
    'the event without a schedule',
    MINIMAL.replace('[mention]', '[scheduled]'),
    '11:13 triggers.0.events: has scheduled, so the trigger needs a schedule',
  ],
  [
    'a schedule without the event',
    `${MINIMAL.replace('"acme/**"', 'acme/shop')}    schedule: { cron: "0 6 * * *" }\n`,
    '13:15 triggers.0.schedule: has no effect: scheduled is not among the events',
  ],
  [
    'runs that programs may ask for, and nothing to prove it with',
    MINIMAL.replace('[mention]', '[mention, api]'),
    '11:23 triggers.0.events.1: has no effect without server.adminToken, with which programs ask for runs',
  ],
  [
    'a filter',
    AND('    filter: { mention: { rules: [{ field: a, operator: like, value: 1 }] } }'),
    '13:56 triggers.0.filter.mention.rules.0.operator: is not one of eq, ne, gt, lt, contains, not_contains, in, not_in',
  ],
];

describe('a config with a fault: flows and triggers', () => {
  it.each(CASES)('says where and what: %s', async (_what, text, line) => {
    expect(await faultsOf(text)).toEqual([line]);
  });
});
