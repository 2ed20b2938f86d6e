import { describe, expect, it } from 'vitest';
import { faultsOf, load, MINIMAL } from './load-text.ts';

const NOTIFY = (...receivers: readonly string[]) =>
  `${MINIMAL}notify:\n${receivers.map((one) => `  - { ${one} }\n`).join('')}`;
const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const REST = 'format: json, states: [failed]';
const AT = 'url: https://a.example';
const NO_KEY =
  'is not whsec_ and 24 to 64 bytes as Base64: make one with `echo whsec_$(openssl rand -base64 32)`';

/** What is wrong, the config, and the line that says so. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['no address', NOTIFY(REST), '14:5 notify.0.url: is missing'],
  [
    'an address of another kind',
    NOTIFY(`url: "ftp://a.example", ${REST}`),
    '14:12 notify.0.url: is not an http:// or https:// address',
  ],
  [
    'an address with a password',
    NOTIFY(`url: "https://me:pw@a.example/?k=v", ${REST}`),
    '14:12 notify.0.url: must not hold a user or a password',
  ],
  [
    'another format',
    NOTIFY(`${AT}, format: teams, states: [failed]`),
    '14:39 notify.0.format: is not one of json, slack',
  ],
  [
    'a state that there is not',
    NOTIFY(`${AT}, format: json, states: [failed, dead]`),
    '14:62 notify.0.states.1: is not one of queued, starting, running, succeeded, failed, cancelled, timed_out, refused',
  ],
  ['no state', NOTIFY(`${AT}, format: json, states: []`), '14:53 notify.0.states: needs at least one state'],
  [
    'an agent that there is not',
    NOTIFY(`${AT}, ${REST}, agents: [claude, codex]`),
    '14:80 notify.0.agents.1: there is no agent of this name: claude is what there is',
  ],
  [
    'no agent',
    NOTIFY(`${AT}, ${REST}, agents: []`),
    '14:71 notify.0.agents: names no agent: name some, or take the key out',
  ],
  [
    'a key of another kind',
    NOTIFY(`${AT}, ${REST}, secret: hunter2-hunter2`),
    `14:71 notify.0.secret: ${NO_KEY}`,
  ],
  [
    'a key that is too short',
    NOTIFY(`${AT}, ${REST}, secret: whsec_AAAA`),
    `14:71 notify.0.secret: ${NO_KEY}`,
  ],
  [
    'a key for what is not signed',
    NOTIFY(`${AT}, format: slack, states: [failed], secret: "${KEY}"`),
    '14:72 notify.0.secret: has no effect: only json is signed',
  ],
  [
    'two with one host',
    NOTIFY(`${AT}, ${REST}`, `${AT}/2, ${REST}`),
    '15:5 notify.1.name: another one has this name already, or this host: give this one a name of its own',
  ],
  ['an unknown key', NOTIFY(`${AT}, ${REST}, headers: {}`), '14:63 notify.0.headers: unknown key'],
];

describe('a config with a fault: who is told', () => {
  it.each(CASES)('says where and what: %s', async (_what, text, line) => {
    expect(await faultsOf(text)).toEqual([line]);
  });
});

describe('a config that says who is told', () => {
  it('has each with a name, and keeps address and key to itself', async () => {
    const { notify } = await load(
      NOTIFY(
        `url: "https://chat.example:8443/hook?key=k#", ${REST}`.replace('#', ''),
        `name: Ops, url: "\${HOOK}", ${REST}, secret: "${KEY}", agents: [claude], projects: ["acme/**"]`,
      ),
      {
        env: {
          SECRET: 'hook-secret-1',
          TOKEN: 'glpat-1',
          HOOK: 'https://chat.example/T0/secret-of-the-chat',
        },
      },
    );
    expect(notify.map(({ name }) => name)).toEqual(['chat.example:8443', 'Ops']);
    expect(notify[1]?.projects?.match('acme/shop')).toBe(true);
    expect(notify[0]).toMatchObject({ agents: undefined, projects: undefined, secret: undefined });
    expect(JSON.stringify(notify)).not.toMatch(/secret-of-the-chat|whsec_/);
  });
});
