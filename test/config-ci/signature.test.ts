import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlowFile } from '../../src/config/flow.ts';
import { inputsWithFlow, variablesWithFlow } from '../../src/flows/variables.ts';
import { Secret } from '../../src/lib/secret.ts';
import { publicKeyOf } from '../../src/lib/signing-key.ts';
import { describeWith } from '../support/needs.ts';
import { newSigningKey } from '../support/signing-key.ts';
import { runScript, SHELLS, type Shell } from './run-script.ts';
import { agentJob } from './template-files.ts';

const PEM = newSigningKey();
const OURS = publicKeyOf(PEM);
const NOW = Date.parse('2026-02-28T23:59:30Z');

const flow = FlowFile.parse({ image: 'node:22-bookworm', commands: ['echo flowed "$AI_FLOW_INPUT"'] });
const extended = FlowFile.parse({ ...flow, id_tokens: { CLOUD: { aud: 'https://cloud.example.com' } } });
const values = new Map([
  ['AI_FLOW_EVENT', 'mention'],
  ['AI_FLOW_ID', 'r1'],
  ['AI_FLOW_AGENT', 'claude'],
  ['AI_FLOW_INPUT', 'for $5'],
  ['CI_WORKLOAD_REF', 'workloads/r1'],
]);
const signing = { key: new Secret(PEM), projectId: 7, branch: 'workloads/r1', now: NOW };

/** What GitLab tells the job of its pipeline. */
const OF_PIPELINE = {
  CI_PROJECT_ID: '7',
  CI_COMMIT_BRANCH: 'workloads/r1',
  CI_PIPELINE_CREATED_AT: '2026-03-01T00:00:00Z',
};

type Way = 'variables' | 'inputs';
type Changes = Readonly<Record<string, string>>;

interface Options {
  readonly shell?: Shell;
  readonly way?: Way;
  readonly signers?: string;
  readonly programs?: readonly string[];
  readonly sent?: typeof flow;
  /** Commands before those of the job. */
  readonly before?: string;
}

/** Runs the job of a project that asks for a signature, with what Beckon sends changed by somebody. */
async function run(
  changes: Changes = {},
  {
    shell = 'dash',
    way = 'variables',
    signers = OURS,
    programs = ['openssl'],
    sent = flow,
    before = '',
  }: Options = {},
) {
  const inputs = way === 'inputs' ? (inputsWithFlow(values, sent, signing) ?? {}) : {};
  const job = await agentJob(inputs, { signers });
  const byVariables = way === 'inputs' ? [] : variablesWithFlow(values, sent, signing);
  const all = new Map([
    ...Object.entries(job.variables).map(([key, value]) => [key, { key, value }] as const),
    ...byVariables.map(({ key, value, type }) => [key, { key, value, file: type === 'file' }] as const),
    ...Object.entries({ ...OF_PIPELINE, ...changes }).map(
      ([key, value]) => [key, { key, value, file: key === 'AI_FLOW_SCRIPT' }] as const,
    ),
  ]);
  return runScript(shell, `${before}\n${job.script}`, [...all.values()], { programs });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const [SIGNATURE = ''] = variablesWithFlow(values, flow, signing).flatMap(({ key, value }) =>
  key === 'AI_FLOW_SIGNATURE' ? [value] : [],
);
const [SCRIPT = ''] = variablesWithFlow(values, flow, signing).flatMap(({ key, value }) =>
  key === 'AI_FLOW_SCRIPT' ? [Buffer.from(value, 'base64').toString()] : [],
);

const NOT_OURS = 'Beckon did not start this pipeline:';
const UNFIT = `${NOT_OURS} it has no signature, or not one of what it sends, for this project and branch.`;
const STRANGE = `${NOT_OURS} it sends no such characters.`;
const LATE = `${NOT_OURS} it was made after the time for which its signature holds.`;

const cases = SHELLS.flatMap((shell) =>
  (['variables', 'inputs'] as const).flatMap((way) =>
    (['openssl', 'node'] as const).map((program) => ({ shell, way, program })),
  ),
);

describe.each(cases)('in $shell by $way with $program', ({ shell, way, program }) => {
  const needed = [...(program === 'node' ? [] : [program]), ...(shell === 'bash' ? [] : [shell])];
  describeWith(needed, 'a job that asks for a signature', () => {
    const options = { shell, way, programs: [program] };

    test('runs what Beckon signed, and leaves nothing', async () => {
      const { code, output, leftovers } = await run({}, options);
      expect([code, leftovers], output).toEqual([0, []]);
      expect(output).toContain('flowed for $5\n');
    });

    test('takes any of several keys', async () => {
      const signers = `${publicKeyOf(newSigningKey())} ${OURS}`;
      expect((await run({}, { ...options, signers })).code).toBe(0);
    });

    test('runs nothing that somebody else signed', async () => {
      const { code, output } = await run({}, { ...options, signers: publicKeyOf(newSigningKey()) });
      expect([code, output]).toEqual([1, `${UNFIT}\n`]);
    });
  });
});

describeWith(['dash', 'openssl'], 'a job that asks for a signature', () => {
  const [firstLine = '', ...lines] = SCRIPT.split('\n');

  test.each<[string, Changes, string]>([
    ['none', { AI_FLOW_SIGNATURE: '' }, UNFIT],
    ['one of another kind', { AI_FLOW_SIGNATURE: `${SIGNATURE.split('.')[0]}.MAAA` }, UNFIT],
    ['none but a time', { AI_FLOW_SIGNATURE: '9999999999' }, UNFIT],
    ['one that is no Base64', { AI_FLOW_SIGNATURE: `${SIGNATURE.split('.')[0]}.=` }, UNFIT],
    ['a later time', { AI_FLOW_SIGNATURE: SIGNATURE.replace(/^\d+/, '9999999999') }, UNFIT],
    ['a script of somebody', { AI_FLOW_SCRIPT: base64('echo flowed') }, UNFIT],
    ['a line more', { AI_FLOW_SCRIPT: base64(`${SCRIPT}echo flowed\n`) }, UNFIT],
    ['another agent', { AI_FLOW_AGENT: 'codex' }, UNFIT],
    ['another image', { AI_FLOW_IMAGE: 'evil:1' }, UNFIT],
    ['an ID token for another', { AI_FLOW_AUD_1: 'https://evil.example.com' }, UNFIT],
    ['the cache of another', { AI_FLOW_CACHE_KEY: 'ai-flow-codex-npm' }, UNFIT],
    ['another branch', { CI_COMMIT_BRANCH: 'workloads/r2' }, UNFIT],
    ['another project', { CI_PROJECT_ID: '8' }, UNFIT],
    [
      'a line of the script as a value',
      { AI_FLOW_CACHE_KEY: `\n${firstLine}`, AI_FLOW_SCRIPT: base64(lines.join('\n')) },
      STRANGE,
    ],
    ['an image of two lines', { AI_FLOW_IMAGE: 'a\nb' }, STRANGE],
  ])('refuses %s', async (_name, changes, why) => {
    const { code, output, leftovers } = await run(changes);
    expect(output).not.toContain('flowed');
    expect([code, output, leftovers]).toEqual([1, `${why}\n`, []]);
  });

  test('lets nothing of the branch into the cache of the agent where it refuses', async () => {
    const before = 'mkdir -p .ai-flow/cache/1; echo mine > .ai-flow/cache/1/x; echo of the branch > file';
    const forged = await run({ AI_FLOW_AGENT: 'codex' }, { shell: 'bash', before });
    expect(forged).toMatchObject({ code: 1, checkout: { file: 'of the branch\n' } });
  });

  test('refuses an image in which nothing can check it', async () => {
    const { code, output } = await run({}, { programs: [] });
    expect([code, output]).toEqual([
      1,
      'The signature cannot be checked: the image has neither openssl nor node.\n',
    ]);
  });

  test.each(['variables', 'inputs'] as const)('takes a flow with ID tokens by %s', async (way) => {
    // The job for these has what the first has not, each `unused` where it was not sent.
    const unused = { AI_FLOW_AUD_2: 'unused', AI_FLOW_AUD_3: 'unused', AI_FLOW_CACHE_KEY: 'unused' };
    const given = { AI_FLOW_AUD_1: 'https://cloud.example.com', ...unused, AI_FLOW_ID_TOKEN_1: 'eyJ' };
    expect(await run(given, { way, sent: extended })).toMatchObject({ code: 0 });
    const forged = { ...given, AI_FLOW_AUD_2: 'https://evil.example.com' };
    expect(await run(forged, { way, sent: extended })).toMatchObject({ code: 1 });
  });

  test('is not asked where the project has no key', async () => {
    expect(await run({ AI_FLOW_SIGNATURE: '' }, { signers: '', programs: [] })).toMatchObject({ code: 0 });
  });

  test.each([
    ['2026-02-28T23:59:30Z', 0],
    ['2026-03-01T00:09:30Z', 0],
    ['2026-03-01T00:09:31Z', 1],
    ['2026-03-01T00:09:29.999Z', 0],
    ['2026-02-28T19:09:30-05:00', 0],
    ['2026-02-28T19:09:31-05:00', 1],
    ['2026-03-01T05:39:30+05:30', 0],
    ['2026-03-01T05:39:31+05:30', 1],
    ['2026-03-02T00:00:00Z', 1],
    ['', 1],
    ['yesterday', 1],
  ])('for a pipeline of %j has the exit code %i', async (at, code) => {
    const made = await run({ CI_PIPELINE_CREATED_AT: at });
    expect([made.code, made.output === `${LATE}\n`]).toEqual([code, code === 1]);
  });
});

describe.each(SHELLS)('the time of a pipeline, in %s', (shell) => {
  describeWith(shell === 'bash' ? [] : [shell], 'is read', () => {
    test('to the second, whatever day and time zone it is', async () => {
      const { script } = await agentJob({}, { signers: OURS });
      const [, program = ''] = /awk -v until="\$until" '([^']*)'/.exec(script) ?? [];
      const at = fc.date({
        min: new Date('2000-01-01T00:00:00Z'),
        max: new Date('2199-12-31T23:59:59Z'),
        noInvalidDate: true,
      });
      const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
      const property = fc.asyncProperty(at, offset, async (date, minutes) => {
        const second = Math.floor(date.getTime() / 1000);
        const local = new Date((second + minutes * 60) * 1000).toISOString().slice(0, 19);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const two = (count: number) => String(count).padStart(2, '0');
        const zone = `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
        const compare = (until: number) =>
          `awk -v until=${until} '${program}' && echo in time || echo too late`;
        const { output } = await runScript(shell, `${compare(second)}; ${compare(second - 1)}`, [
          { key: 'CI_PIPELINE_CREATED_AT', value: `${local}${zone}` },
        ]);
        expect(output).toBe('in time\ntoo late\n');
      });
      await fc.assert(property, { numRuns: 100 });
    }, 60_000);
  });
});

describe('an input of the project', () => {
  test.each([
    ['signers', "'; id; '"],
    ['signers', '$KEY'],
    ['signers', '"`id`"'],
    ['accounts', '.*)$/ || "" =~ /(.*'],
    ['accounts', '$NAME'],
    ['images', 'node|")'],
  ])('%s refuses %j', async (name, value) => {
    await expect(agentJob({}, { [name]: value })).rejects.toThrow(/does not match required RegEx pattern/);
  });
});
