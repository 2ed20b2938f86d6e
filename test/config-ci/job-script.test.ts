import { describe, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { runScript, SHELLS, type Shell } from './run-script.ts';
import { agentJob } from './template-files.ts';

const WAYS = ['variables', 'inputs'] as const;
type Way = (typeof WAYS)[number];

/** Runs the job with a flow that came one way or the other, and with some variables. */
async function run(
  flow: string,
  variables: Readonly<Record<string, string>> = {},
  { shell = 'dash', way = 'variables' }: { readonly shell?: Shell; readonly way?: Way } = {},
) {
  const base64 = Buffer.from(flow).toString('base64');
  const inputs = { ai_flow_event: 'mention', ai_flow_agent: 'claude', ai_flow_script: base64 };
  const job = await agentJob(way === 'inputs' ? inputs : {});
  const sent = [
    { key: 'AI_FLOW_AGENT', value: 'claude' },
    { key: 'AI_FLOW_SCRIPT', value: base64.replace(/.{76}/g, '$&\n'), file: true },
  ];
  const [ofJob, more] = [job.variables, variables].map((some) =>
    Object.entries(some).map(([key, value]) => ({ key, value })),
  );
  const given = [...(ofJob ?? []), ...(way === 'variables' ? sent : []), ...(more ?? [])];
  return runScript(shell, job.script, given);
}

const cases = SHELLS.flatMap((shell) => WAYS.map((way) => ({ shell, way })));

describe.each(cases)('in $shell by $way', ({ shell, way }) => {
  describeWith(shell === 'bash' ? [] : [shell], 'the job', () => {
    const runHere = (flow: string, variables = {}) => run(flow, variables, { shell, way });

    test('runs the flow with its exit code, and its folder is gone afterwards', async () => {
      const flow = `[ "$(ls -A "$AI_FLOW_TMP")" = flow.sh ] && echo "it's \\$5"; exit 42\n`;
      expect(await runHere(flow)).toEqual({ code: 42, output: "it's $5\n", leftovers: [], checkout: {} });
    });

    test('runs the flow in bash where it is there', async () => {
      const { output } = await runHere('echo "${BASH_VERSION:+bash}"');
      expect(output).toBe(shell === 'bash' ? 'bash\n' : '\n');
    });

    test('takes a script of 600 kB', async () => {
      const { output } = await runHere(`cat <<'END' | wc -c\n${'x'.repeat(600_000)}\nEND\n`);
      expect(output.trim()).toBe('600001');
    });

    test('does not print the token of the agent, not even where the flow fails', async () => {
      const { code, output } = await runHere('no-such-program', { GITLAB_TOKEN_CLAUDE: 'glpat-1' });
      expect(code).toBe(127);
      expect(output).toContain('no-such-program');
      expect(output).not.toContain('glpat-1');
    });

    test('hands over the token of the agent and no other', async () => {
      const show = 'printf "[%s] [%s]\\n" "${GITLAB_TOKEN-none}" "${AI_FLOW_GITLAB_TOKEN-none}"';
      const { output } = await runHere(show, { GITLAB_TOKEN_CLAUDE: 'glpat-1', GITLAB_TOKEN_CODEX: 'x' });
      expect(output).toBe('[glpat-1] [glpat-1]\n');
    });
  });
});

describeWith(['dash'], 'the token of the agent', () => {
  const show = 'printf "[%s] [%s]\\n" "${GITLAB_TOKEN-none}" "${AI_FLOW_GITLAB_TOKEN-none}"';

  test.each([
    ['my-agent_2', { GITLAB_TOKEN_MY_AGENT_2: 'a $b `c` "d" \\n' }, '[a $b `c` "d" \\n] [a $b `c` "d" \\n]'],
    ['claude', { GITLAB_TOKEN_CODEX: 'glpat-1' }, '[none] [none]'],
    ['claude', { GITLAB_TOKEN: "the project's" }, "[the project's] [none]"],
    ['claude', { GITLAB_TOKEN: "the project's", GITLAB_TOKEN_CLAUDE: 'x' }, '[x] [x]'],
  ])('of %s with %o is %s', async (agent, variables, expected) => {
    const { output } = await run(show, { AI_FLOW_AGENT: agent, ...variables });
    expect(output).toBe(`${expected}\n`);
  });
});

describeWith(['dash'], 'the job refuses', () => {
  test.each(['', 'a b', '$(touch x)', 'x; id', 'a.b', 'ümlaut', 'a\nb'])(
    '%j as the name of an agent',
    async (agent) => {
      const { code, output } = await run('echo ran', { AI_FLOW_AGENT: agent }, { way: 'inputs' });
      expect([code, output]).toEqual([1, 'AI_FLOW_AGENT is not the name of an agent.\n']);
    },
  );

  test('a script that is no file', async () => {
    const { code, output } = await run('', { AI_FLOW_SCRIPT: 'ZWNobyByYW4=' }, { way: 'inputs' });
    expect([code, output]).toEqual([1, 'AI_FLOW_SCRIPT is not a variable of the type file.\n']);
  });

  test('a script that is not base64', async () => {
    const { code, output, leftovers } = await run('', { AI_FLOW_SCRIPT: '/bin/sh' }, { way: 'inputs' });
    expect(code).toBe(1);
    expect(output).toContain('base64');
    expect(leftovers).toEqual([]);
  });

  test('no script at all', async () => {
    const { code, output } = await run('', {}, { way: 'inputs' });
    expect([code, output]).toEqual([1, 'No script came with the pipeline.\n']);
  });
});

describe('an input of the template', () => {
  test.each([
    ['ai_flow_script', "eA=='; touch pwned; '"],
    ['ai_flow_script', 'eA==\n'],
    ['ai_flow_script', '$CI_JOB_TOKEN'],
    ['ai_flow_event', '" == "" || "'],
    ['ai_flow_agent', '$AGENT'],
    ['ai_flow_image', 'alpine:%CI_JOB_TOKEN%'],
    ['ai_flow_image', 'alpine $(id)'],
    ['ai_flow_extended', 'yes'],
  ])('%s refuses %j', async (name, value) => {
    await expect(agentJob({ [name]: value })).rejects.toThrow(
      /input: provided value does not match required RegEx pattern/,
    );
  });
});
