import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { MINIMAL } from './load-text.ts';

const read = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
const validate = new Ajv({ strict: false, allErrors: true }).compile(configJsonSchema());

/** Where the schema refuses a config, as JSON pointers. */
function refusals(text: string): readonly string[] {
  validate(parse(text));
  return [...new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))];
}

describe('config/schema.json', () => {
  it('is fresh', () => {
    const isFresh = read('schema.json') === `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
    expect(isFresh, 'config/schema.json is stale. Make it anew: npx beckon schema > config/schema.json').toBe(
      true,
    );
  });

  it('explains every key', () => {
    const bare: string[] = [];
    let count = 0;
    const visit = (schema: unknown, path: string) => {
      if (typeof schema !== 'object' || schema === null) return;
      if ('properties' in schema) {
        for (const [key, inner] of Object.entries(schema.properties ?? {})) {
          count += 1;
          if (!(inner as { description?: string }).description) bare.push(`${path}.${key}`);
        }
      }
      for (const [key, inner] of Object.entries(schema)) visit(inner, `${path}.${key}`);
    };
    visit(configJsonSchema(), '');
    expect(bare).toEqual([]);
    expect(count).toBeGreaterThan(45);
  });
});

describe('configJsonSchema', () => {
  it.each(['minimal.yaml', 'example.yaml'])('accepts %s as it is written', (name) => {
    expect(refusals(read(name))).toEqual([]);
  });

  it('accepts references where a number, an address or another form is asked for', () => {
    const text = `gitlab: { url: "\${URL}" }
server: { port: "\${PORT}", publicUrl: "https://\${HOST}" }
webhook: { signingTokens: ["\${file:token}"] }
queue: { url: "\${REDIS}", concurrency: "\${CONCURRENCY}" }
agents:
  a: { account: "\${ACCOUNT}", token: "\${T}", flow: { image: "\${IMAGE}", commands: [ls] }, timeout: "\${TIMEOUT}" }
  b: { account: b, token: "\${T}", flow: "\${FLOW}", handoff: "\${HANDOFF}" }
triggers:
  - { agent: a, events: ["\${EVENT}"], projects: ["\${PROJECT}"], minAccess: "\${ROLE}", users: { allow: ["\${USER}"] } }
limits: { runs: { global: "\${GLOBAL}" }, rate: { perUser: "\${RATE}" } }
`;
    expect(refusals(text)).toEqual([]);
  });

  it.each([
    ['server: { port: http }', ['/server/port']],
    ['server: { port: 70000 }', ['/server/port']],
    ['server: { port: true }', ['/server/port']],
    ['retention: { runs: 30 days }', ['/retention/runs']],
    ['limits: { rate: { perUser: often } }', ['/limits/rate/perUser']],
    ['    minAccess: admin', ['/triggers/0/minAccess']],
    ['    filter: { mention: {} }', ['/triggers/0/filter/mention']],
    ['    users: { allow: ["@ada"] }', ['/triggers/0/users/allow/0']],
    ['colour: red', ['']],
    ['    colour: red', ['/triggers/0']],
  ])('refuses %s', (more, pointers) => {
    expect(refusals(`${MINIMAL}${more}\n`)).toEqual(pointers);
  });

  it('holds names of agents to their form, and lets no reference stand there', () => {
    expect(refusals(MINIMAL.replace('  claude:', '  "${A}":'))).toEqual(['/agents']);
  });

  it('gives editors the choices and the defaults', () => {
    expect(configJsonSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Beckon config',
      required: ['gitlab', 'agents', 'triggers'],
      properties: {
        server: { properties: { port: { default: 8080 } } },
        triggers: {
          items: {
            properties: {
              minAccess: {
                default: 'developer',
                anyOf: [
                  { enum: ['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner'] },
                  { pattern: '\\$\\{' },
                ],
              },
            },
          },
        },
      },
    });
  });
});
