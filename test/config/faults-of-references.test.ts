import { describe, expect, it } from 'vitest';
import { faultsOf, MINIMAL } from './load-text.ts';

const FLOW = (flow: string) => MINIMAL.replace('triggers:', `    flow: ${flow}\ntriggers:`);
const URL_AS = (url: string) => MINIMAL.replace('https://gitlab.example.com', url);
const AND = (more: string) => `${MINIMAL}${more}\n`;
const NOT_A_URL = 'is not an http:// or https:// address';

/** What is wrong, the config, and the line that says so. */
const CASES: readonly (readonly [string, string, string])[] = [
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

describe('a config with a fault: what is put in', () => {
  it.each(CASES)('says where and what: %s', async (_what, text, line) => {
    expect(await faultsOf(text)).toEqual([line]);
  });
});
