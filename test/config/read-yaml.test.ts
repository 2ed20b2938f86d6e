import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/explain.ts';
import { FlowFile } from '../../src/config/flow.ts';
import { readYaml } from '../../src/config/read-yaml.ts';

function faultsOf(text: string): readonly string[] {
  const reading = readYaml(text, FlowFile);
  return 'faults' in reading ? reading.faults.map((fault) => formatFault('flow.yaml', fault)) : [];
}

const FLOW = 'image: node:22\ncommands:\n  - echo hi\n';
const QUOTE = '(texts with ${…} inside [ ] or { } must be in quotes)';

describe('readYaml, on a flow file', () => {
  it('gives the data with its defaults', () => {
    expect(readYaml(FLOW, FlowFile)).toEqual({
      data: {
        image: 'node:22',
        commands: ['echo hi'],
        setup_script: [],
        variables: [],
        injectGatewayToken: false,
        id_tokens: {},
        report_artifacts: {},
      },
    });
  });

  it('leaves ${…} alone where nothing is put in', () => {
    const text = FLOW.replace('echo hi', () => 'echo "${CI_JOB_ID}" $${X} ${');
    expect(readYaml(text, FlowFile)).toMatchObject({ data: { commands: ['echo "${CI_JOB_ID}" $${X} ${'] } });
  });

  it.each([
    ['injectGatewayToken: 1', 'injectGatewayToken: is not true or false', 21],
    ['setup_script: {}', 'setup_script: is neither a command nor a list of commands', 15],
    ['id_tokens: { A-B: { aud: x } }', 'id_tokens.A-B: is not the name of a variable', 14],
    ['id_tokens: { A: {} }', 'id_tokens.A.aud: is missing', 17],
    [
      'id_tokens: { A: { aud: "$X" } }',
      'id_tokens.A.aud: has characters other than letters, digits and ._-/:@',
      24,
    ],
    ['id_tokens: { A: { aud: [a, b] } }', 'id_tokens.A.aud: takes one audience here', 24],
    [
      'id_tokens: { A: { aud: x }, B: { aud: x }, C: { aud: x }, D: { aud: x } }',
      'id_tokens: takes 3 tokens at most',
      12,
    ],
    [
      'report_artifacts: { lsif: [a] }',
      'report_artifacts.lsif: is not one of accessibility, codequality, container_scanning, cyclonedx, dast, dependency_scanning, junit, sast, secret_detection, terraform',
      21,
    ],
    ['report_artifacts: { junit: [] }', 'report_artifacts.junit: needs at least one path', 28],
    [
      'report_artifacts: { junit: [a b] }',
      'report_artifacts.junit.0: is not a path or pattern below the checkout',
      29,
    ],
    [
      'report_artifacts: { junit: [../a] }',
      'report_artifacts.junit.0: leads out of the checkout, or into .git',
      29,
    ],
    ['cache: { paths: ["a/*"] }', 'cache.paths.0: is not a path below the checkout', 18],
    ['cache: { paths: [/etc] }', 'cache.paths.0: is not a path below the checkout', 18],
    ['cache: { paths: [.git/hooks] }', 'cache.paths.0: leads out of the checkout, or into .git', 18],
    [
      'cache: { key: "a b", paths: [a] }',
      'cache.key: is not made of letters, digits and ._- (100 at most)',
      15,
    ],
    ['cache: { key: a }', 'cache.paths: is missing', 8],
    ['timeout: 2 hours', 'timeout: is not a duration such as 90s, 10m, 2h or 30d', 10],
    [
      'steps: []',
      'steps: is not supported: a flow here has no steps, write its shell commands under commands',
    ],
    ['yaml_definition: x', 'yaml_definition: is not supported: the flow is this file itself'],
    ['comands: []', 'comands: unknown key; did you mean commands?'],
    ['script: []', 'script: is not supported: write the shell commands under commands'],
    ['entrypoint: []', 'entrypoint: unknown key'],
    ['toString: x', 'toString: unknown key'],
    ['variables: [A-B]', 'variables.0: is not the name of a variable', 13],
    ['variables: A', 'variables: is not a list', 12],
  ])('refuses %s', (line, message, column = 1) => {
    expect(faultsOf(`${FLOW}${line}\n`)).toEqual([`flow.yaml:4:${column} ${message}`]);
  });

  it.each([
    ['', ['1:1 image: is missing', '1:1 commands: is missing']],
    ['just a text', ['1:1 is not a mapping']],
    ['- a', ['1:1 is not a mapping']],
    ['image: a\ncommands: [""]', ['2:12 commands.0: must not be empty']],
  ])('refuses %j', (text, lines) => {
    expect(faultsOf(text)).toEqual(lines.map((line) => `flow.yaml:${line}`));
  });
});

describe('readYaml, on what is no valid YAML', () => {
  it.each([
    ['a: "x', '1:6', `a colon, quote, comma or bracket is missing ${QUOTE}`],
    ['a: [${X}]', '1:6', `a colon, quote, comma or bracket is missing ${QUOTE}`],
    ['a: [x]]', '1:7', `this does not belong here ${QUOTE}`],
    [
      'a: "\\q"',
      '1:5',
      'there is no such escape in a text in double quotes; single quotes take a backslash as it is',
    ],
    ['a: {\nb: 1', '2:1', 'the indentation does not fit what is around it'],
    ['a: @x', '1:4', 'a text that begins with this character must be in quotes'],
    ['a: b: c', '1:4', 'a text with a colon and a space in it must be in quotes'],
    ['a:\n\t- x', '2:1', 'a tab cannot indent: use spaces'],
    ['a: 1\nb\nc: 2', '2:1', `a colon, quote, comma or bracket is missing ${QUOTE}`],
    ['a: 1\n---\nb: 2', '2:1', 'the file holds a second document: it must be one, without --- in the middle'],
    ['a: &b *b', '1:7', 'this cannot be read'],
  ])('%j: at %s %s', (text, place, message) => {
    expect(faultsOf(text)[0]).toBe(`flow.yaml:${place} the file is not valid YAML: ${message}`);
  });
});

describe('readYaml, on a file made to be heavy', () => {
  it('refuses more than 1 MB, counted in bytes', () => {
    expect(faultsOf(`# ${'é'.repeat(500_000)}`)).toEqual(['flow.yaml:1:1 the file is over 1 MB']);
    expect(faultsOf(`${FLOW}# ${'x'.repeat(990_000)}`)).toEqual([]);
  });

  it.each(['[', '{a: ', '- ', '? '])('refuses deep nesting of %j', (opening) => {
    expect(faultsOf(opening.repeat(100_000))).toEqual(['flow.yaml:1:1 the file nests too deeply']);
  });

  it('refuses aliases that unfold without end', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level <= 9; level += 1) {
      const [before, own] = [`l${level - 1}`.replace('l0', 'a'), `l${level}`];
      levels.push(`${own}: &${own} [${Array(10).fill(`*${before}`).join(', ')}]`);
    }
    expect(faultsOf(levels.join('\n'))).toEqual(['flow.yaml:1:1 the file has aliases that unfold too far']);
  });

  it('refuses more than 100 aliases', () => {
    const commands = `commands: [&a x, ${Array(101).fill('*a').join(', ')}]`;
    expect(faultsOf(`image: a\n${commands}`)).toContain('flow.yaml:2:418 the file has more than 100 aliases');
  });

  it('reads a mapping of very many keys in good time', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`);
    const start = performance.now();
    const faults = faultsOf(FLOW + keys.join(''));
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toBe('flow.yaml:104:1 here and below there are 19900 more faults');
  });
});
