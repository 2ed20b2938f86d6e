import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPerform } from '../src/perform.ts';
import { Failure } from '../src/runs/failures.ts';
import { planRun } from '../src/runs/plan.ts';
import type { Observer } from '../src/runs/ports.ts';
import type { Run } from '../src/runs/run.ts';
import { runState } from '../src/runs/state.ts';
import { agent, config, trigger } from './builders/config.ts';
import { mention } from './builders/events.ts';
import { flow as aFlow } from './builders/flow.ts';
import { type Fault, gitlabDouble } from './doubles/gitlab.ts';
import { turnsDouble } from './doubles/turns.ts';

const silent: Observer = {
  queued: () => {},
  stepped: () => {},
  retrying: () => {},
  gaveUp: () => {},
  finished: () => {},
};
const lostAnswer = () => new Failure('asking', { kind: 'transient', detail: 'no answer in time' });
const transient = (): Fault => ({ when: 'before', error: lostAnswer() });
const refused = (detail: string): Fault => ({
  when: 'before',
  error: new Failure('asking', { kind: 'refused', status: 400, detail }),
});

function setUp(fields: Parameters<typeof agent>[0] = {}) {
  const double = gitlabDouble();
  const rule = trigger({ agent: agent(fields) });
  let now = 0;
  const perform = createPerform({
    config: config({ triggers: [rule] }),
    gitlabOf: () => double.gitlab,
    turns: turnsDouble().port,
    observer: silent,
    clock: () => now,
    random: () => 1,
  });
  let saved: Run = planRun(
    { event: mention(), trigger: rule },
    { gitlabUrl: 'https://gitlab.example.com', now },
  );

  /** Takes the run up as a worker does, from what was saved last; gives how it went. */
  async function takeUp(run = saved) {
    const performed = await perform(run, {
      save: async (step) => {
        saved = step;
      },
      signal: new AbortController().signal,
    });
    saved = performed.run;
    return performed;
  }
  /** Takes the run up again and again, as often as it asks for, until it is done. */
  async function toTheEnd() {
    for (let times = 0; times < 200; times += 1) {
      const performed = await takeUp();
      if (performed.kind === 'done') return performed.run;
      now = performed.at;
    }
    throw new Error('the run does not end');
  }
  const note = () => double.notes[0]?.body ?? '';
  return {
    ...double,
    double,
    takeUp,
    toTheEnd,
    note,
    saved: () => saved,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('perform', () => {
  it('asks GitLab for each thing once when nothing goes wrong', async () => {
    const { toTheEnd, calls } = setUp();
    const run = await toTheEnd();
    expect(runState(run)).toBe('succeeded');
    expect(calls).toEqual([
      'user',
      'accessLevel',
      'createNote',
      'createBranch',
      'account',
      'resource',
      'threads',
      'createPipeline',
      'editNote',
      'pipeline',
      'branch',
      'createMergeRequest',
      'editNote',
    ]);
  });

  it('keeps nothing that has no commits', async () => {
    const { toTheEnd, branches, mergeRequests, note, double } = setUp();
    double.failing((operation) => {
      if (operation === 'branch') branches.set([...branches.keys()][1] ?? '', 'c0');
      return undefined;
    });
    await toTheEnd();
    expect(note()).toMatch(/It made no changes/);
    expect([...branches.keys()]).toEqual(['main']);
    expect(mergeRequests).toEqual([]);
  });

  it('leaves the branch alone where the agent is to open no merge request', async () => {
    const { toTheEnd, branches, mergeRequests, note } = setUp({ mergeRequest: 'never' });
    const run = await toTheEnd();
    expect(note()).toContain(`on the branch \`workloads/${run.id}\``);
    expect(branches.size).toBe(2);
    expect(mergeRequests).toEqual([]);
  });

  it('takes the merge request that the agent opened itself', async () => {
    const { toTheEnd, double, mergeRequests, note } = setUp();
    double.failing((operation) => {
      if (operation !== 'createMergeRequest' || mergeRequests.length > 0) return undefined;
      const [, sourceBranch = ''] = [...double.branches.keys()];
      mergeRequests.push({ iid: 31, url: 'https://x/31', sourceBranch, title: 'Mine', description: '' });
      return undefined;
    });
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(note()).toContain('[!31](https://x/31)');
    expect(mergeRequests).toMatchObject([{ title: 'Mine' }]);
  });

  it('opens the merge request as a draft where the agent is set so', async () => {
    const { toTheEnd, mergeRequests } = setUp({ mergeRequest: 'draft' });
    await toTheEnd();
    expect(mergeRequests).toMatchObject([{ title: 'Draft: Resolve "Checkout fails for guests"' }]);
  });

  it('takes a flow from either ending of its path', async () => {
    const { toTheEnd, files } = setUp({ flow: { kind: 'file', path: 'flows/a.yml' } });
    files.set('flows/a.yaml', 'image: alpine:3\ncommands: [echo hi]\n');
    expect((await toTheEnd()).flow).toMatchObject({ commands: ['echo hi'] });
  });
});

describe('the data of a run', () => {
  const flow = { kind: 'inline', flow: aFlow() } as const;

  it.each([
    ['auto', { variables: true, inputs: false }, 'variables'],
    ['auto', { variables: true, inputs: true }, 'variables'],
    ['auto', { variables: false, inputs: true }, 'inputs'],
    ['variables', { variables: true, inputs: true }, 'variables'],
    ['inputs', { variables: true, inputs: true }, 'inputs'],
  ] as const)('goes by %s where the project takes %j: by %s', async (handoff, takes, way) => {
    const { toTheEnd, double, handed } = setUp({ flow, handoff });
    Object.assign(double.takes, takes);
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(handed).toHaveLength(1);
    const [{ variables, inputs } = { variables: [], inputs: {} }] = handed;
    expect(variables.map(({ key }) => key)).toEqual(
      way === 'inputs' ? [] : expect.arrayContaining(['AI_FLOW_EVENT', 'AI_FLOW_SCRIPT']),
    );
    expect(Object.keys(inputs)).toEqual(
      way === 'variables'
        ? []
        : ['ai_flow_event', 'ai_flow_id', 'ai_flow_agent', 'ai_flow_image', 'ai_flow_script'],
    );
  });

  it.each([
    ['auto', { variables: false, inputs: false }, /Minimum role to use pipeline variables.*beckon ci/],
    ['variables', { variables: false, inputs: true }, /Minimum role to use pipeline variables/],
    ['inputs', { variables: true, inputs: false }, /does not take the inputs of an agent/],
  ] as const)('that finds no way by %s where the project takes %j is said', async (handoff, takes, words) => {
    const { toTheEnd, double, note, branches } = setUp({ flow, handoff });
    Object.assign(double.takes, takes);
    expect(runState(await toTheEnd())).toBe('failed');
    expect(note().replaceAll('\\', '')).toMatch(words);
    expect([...branches.keys()]).toEqual(['main']);
  });

  it('is tried again by the same way when GitLab was only away for a moment', async () => {
    const { toTheEnd, double, handed } = setUp({ flow });
    let failed = false;
    double.takes.variables = false;
    double.takes.inputs = true;
    double.failing((operation) => {
      if (operation !== 'createPipeline' || handed.length > 0 || failed) return undefined;
      failed = true;
      return transient();
    });
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(handed).toHaveLength(1);
  });
});

describe('a flow', () => {
  const file = { kind: 'file', path: 'flows/a.yaml' } as const;
  const text = 'image: alpine:3\ncommands: [echo hi]\n';

  it('that asks for the token of a gateway says what to do instead', async () => {
    const { toTheEnd, files, note, pipelines } = setUp({ flow: file });
    files.set('flows/a.yaml', `${text}injectGatewayToken: true\n`);
    await toTheEnd();
    expect(note().replaceAll('\\', '')).toMatch(/AI gateway.*API key under variables.*gateway: variables/);
    expect(pipelines).toEqual([]);
  });

  it('that asks for it runs where the projects bring a token', async () => {
    const { toTheEnd, files } = setUp({ flow: file, gateway: 'variables' });
    files.set('flows/a.yaml', `${text}injectGatewayToken: true\n`);
    expect(runState(await toTheEnd())).toBe('succeeded');
  });

  it('can have less time than its agent, and not more', async () => {
    for (const [timeout, ends] of [
      ['5m', 300_000],
      ['5h', 600_000],
    ] as const) {
      const { takeUp, files, double, pass, pipelines, calls } = setUp({ flow: file, timeout: 600_000 });
      files.set('flows/a.yaml', `${text}timeout: ${timeout}\n`);
      double.failing((operation) => {
        const [pipeline] = pipelines;
        if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status: 'running' });
        return undefined;
      });
      await takeUp();
      pass(ends - 1);
      await takeUp();
      expect(calls).not.toContain('cancelPipeline');
      pass(1);
      await takeUp();
      expect(calls).toContain('cancelPipeline');
    }
  });
});

describe('a run that cannot start', () => {
  it.each([
    ['there is no flow file', {}, /flow file flows\/a\.yaml is not on the branch main/],
    [
      'the flow file is wrong',
      { 'flows/a.yaml': 'image: alpine:3\ncomands: [x]\n' },
      /flows\/a\.yaml:2:1 comands: unknown key; did you mean commands/,
    ],
  ])('says so when %s', async (_what, files, words) => {
    const { toTheEnd, double, note, pipelines } = setUp({ flow: { kind: 'file', path: 'flows/a.yaml' } });
    for (const [path, text] of Object.entries(files)) double.files.set(path, text);
    expect(runState(await toTheEnd())).toBe('failed');
    expect(note().replaceAll('\\', '')).toMatch(words);
    expect(note()).toMatch(/^❌ Could not start the agent due to this error: /);
    expect(pipelines).toEqual([]);
  });

  it('says what to change when GitLab refuses the pipeline, and removes its branch', async () => {
    const { toTheEnd, double, note, branches, notes } = setUp();
    double.failing((operation) =>
      operation === 'createPipeline'
        ? refused('400 Insufficient permissions to set pipeline variables')
        : undefined,
    );
    await toTheEnd();
    expect(note()).toMatch(/^❌ Could not start .*Minimum role to use pipeline variables/);
    expect([...branches.keys()]).toEqual(['main']);
    expect(notes).toHaveLength(1);
  });

  it('says so when its own code has a fault, without showing it', async () => {
    const { toTheEnd, double, note } = setUp();
    double.failing((operation) =>
      operation === 'resource' ? { when: 'before', error: new TypeError('glpat-x of undefined') } : undefined,
    );
    await toTheEnd();
    expect(note()).toMatch(/error inside Beckon/);
    expect(note()).not.toContain('glpat');
  });
});

describe('the acting person', () => {
  it('who is a member with too little a role is told what is missing', async () => {
    const { toTheEnd, members, note, pipelines } = setUp();
    members.set(5, 20);
    expect(runState(await toTheEnd())).toBe('refused');
    expect(note().replaceAll('\\', '')).toContain(
      '@alice needs at least the Developer role in this project to start this agent, and has Reporter.',
    );
    expect(pipelines).toEqual([]);
  });

  it.each([
    ['a stranger', (double: ReturnType<typeof setUp>) => void double.members.delete(5)],
    ['a bot', (double: ReturnType<typeof setUp>) => void double.bots.add(5)],
  ])('who is %s gets silence', async (_what, make) => {
    const scene = setUp();
    make(scene);
    expect(runState(await scene.toTheEnd())).toBe('refused');
    expect(scene.notes).toEqual([]);
  });
});

describe('a pipeline that does not end well', () => {
  it.each([
    ['failed', /❌ Agent has failed in the job \[external-agent\].*a command of the job failed/, 'failed'],
    ['canceled', /🛑 Agent was cancelled/, 'cancelled'],
    ['skipped', /GitLab skipped the pipeline/, 'failed'],
    ['manual', /waits for somebody to start a job by hand/, 'failed'],
  ])('%s is said', async (status, words, state) => {
    const { toTheEnd, double, note, pipelines } = setUp();
    double.jobs.push({
      name: 'external-agent',
      status: 'failed',
      url: 'https://x/-/jobs/1',
      failureReason: 'script_failure',
    });
    double.failing((operation) => {
      const [pipeline] = pipelines;
      if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status });
      return undefined;
    });
    expect(runState(await toTheEnd())).toBe(state);
    expect(note()).toMatch(words);
  });

  it('is waited for with growing intervals, and cancelled after its time', async () => {
    const { takeUp, double, note, calls, pass, pipelines } = setUp({ timeout: 600_000 });
    double.failing((operation) => {
      const [pipeline] = pipelines;
      if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status: 'running' });
      return undefined;
    });
    const waits: number[] = [];
    let now = 0;
    for (let performed = await takeUp(); performed.kind === 'wait'; performed = await takeUp()) {
      waits.push(performed.at - now);
      pass(performed.at - now);
      now = performed.at;
    }
    expect(waits[0]).toBe(3_000);
    expect(Math.max(...waits)).toBe(60_000);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(600_000);
    expect(calls).toContain('cancelPipeline');
    expect(note()).toMatch(/longer than it may/);
  });

  it('was deleted: is said', async () => {
    const { takeUp, toTheEnd, double, note, pipelines } = setUp();
    double.failing((operation) => {
      const [pipeline] = pipelines;
      if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status: 'running' });
      return undefined;
    });
    await takeUp();
    pipelines.splice(0);
    await toTheEnd();
    expect(note()).toMatch(/somebody deleted the pipeline/);
  });
});

describe('failures that pass', () => {
  it('are tried again after a while, and counted for the step', async () => {
    const { takeUp, toTheEnd, double, notes } = setUp();
    double.failing((operation) => (operation === 'createNote' ? transient() : undefined));
    const performed = await takeUp();
    expect(performed).toMatchObject({ kind: 'wait', at: 1_000, run: { step: 'note', failures: 1 } });
    double.failing(() => undefined);
    expect((await toTheEnd()).failures).toBe(0);
    expect(notes).toHaveLength(1);
  });

  it('that do not pass are said in the end', async () => {
    const { toTheEnd, double, note } = setUp();
    double.failing((operation) => (operation === 'createBranch' ? transient() : undefined));
    await toTheEnd();
    expect(note()).toMatch(/GitLab could not be reached for a while/);
  });
});

describe('a deleted note', () => {
  it('stops nothing', async () => {
    const { toTheEnd, double, notes, mergeRequests } = setUp();
    double.failing((operation) => {
      if (operation === 'editNote') notes.splice(0);
      return undefined;
    });
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(mergeRequests).toHaveLength(1);
  });
});

describe('whatever fails, and whenever the process dies', () => {
  it('a run has one note, one branch, one pipeline and one merge request in the end', async () => {
    const moments = fc.array(
      fc.constantFrom('well', 'well', 'fails before', 'fails after', 'dies before', 'dies after'),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(moments, async (plan) => {
        const { takeUp, double, notes, branches, pipelines, mergeRequests, note, saved } = setUp();
        const coming = [...plan];
        let die = () => {};
        double.failing(() => {
          const next = coming.shift() ?? 'well';
          if (next === 'well') return undefined;
          const when = next.endsWith('before') ? 'before' : 'after';
          return next.startsWith('dies') ? { when, death: die } : { when, error: lostAnswer() };
        });
        for (let times = 0; times < 100 && saved().finishedAt === undefined; times += 1) {
          const death = new Promise<void>((resolve) => {
            die = resolve;
          });
          // What the dead process was doing never returns; the next one starts from what was saved.
          await Promise.race([takeUp(), death]);
        }
        expect(saved().finishedAt).toBeDefined();
        expect(notes).toHaveLength(1);
        expect(pipelines).toHaveLength(1);
        expect(mergeRequests).toHaveLength(1);
        expect([...branches.keys()]).toEqual(['main', `workloads/${saved().id}`]);
        expect(note()).toMatch(/It opened the merge request/);
      }),
      { numRuns: 300 },
    );
  });
});
