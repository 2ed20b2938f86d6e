import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../src/runs/failures.ts';
import { runState } from '../src/runs/state.ts';
import { flow as aFlow } from './builders/flow.ts';
import type { Fault } from './doubles/gitlab.ts';
import { setUp } from './runs/set-up.ts';

const lostAnswer = () => new Failure('asking', { kind: 'transient', detail: 'no answer in time' });
const transient = (): Fault => ({ when: 'before', error: lostAnswer() });
const refused = (detail: string): Fault => ({
  when: 'before',
  error: new Failure('asking', { kind: 'refused', status: 400, detail }),
});

describe('perform', () => {
  it('asks GitLab for each thing once when nothing goes wrong', async () => {
    const { toTheEnd, calls } = setUp();
    const run = await toTheEnd();
    expect(runState(run)).toBe('succeeded');
    expect(calls).toEqual([
      'user',
      'accessLevel',
      'createNote',
      'thread',
      'createBranch',
      'resource',
      'threads',
      'user',
      'membership',
      'account',
      'createPipeline',
      'editNote',
      'pipeline',
      'changes',
      'resource',
      'createMergeRequest',
      'thread',
      'account',
      'editNote',
    ]);
  });

  it('keeps a time line, with what went wrong on the way', async () => {
    const { toTheEnd, double } = setUp();
    let left = 2;
    double.failing((operation) => {
      if (operation === 'createMergeRequest') return refused('Title is too long');
      return operation === 'createBranch' && left-- > 0 ? transient() : undefined;
    });
    const { history = [], finishedAt } = await toTheEnd();
    expect(history.map(({ what, step, times, detail = '' }) => [what, step, times, detail])).toEqual([
      ['taken up', 'admit', 1, ''],
      ['entered', 'turn', 1, ''],
      ['entered', 'note', 1, ''],
      ['entered', 'prepare', 1, ''],
      ['retrying', 'prepare', 2, 'asking: no answer in time'],
      ['entered', 'pipeline', 1, ''],
      ['entered', 'announce', 1, ''],
      ['entered', 'watch', 1, ''],
      ['waiting', 'watch', 1, ''],
      ['entered', 'deliver', 1, ''],
      ['gave up', 'deliver', 1, 'asking: Title is too long'],
      ['entered', 'finish', 1, ''],
      ['finished', 'finish', 1, ''],
    ]);
    expect(history.at(-1)?.at).toBe(finishedAt);
  });

  it('goes on with a run of an issue that an older program left in the step for forks', async () => {
    const { takeUp, saved, toTheEnd } = setUp();
    await takeUp({ ...saved(), step: 'fork' });
    expect((await toTheEnd()).outcome?.kind).not.toBe('refused');
  });

  it('asks GitLab for nothing more, and gives nothing up, once another has the run', async () => {
    const { takeUp, calls } = setUp();
    const taken = new AbortController();
    const confirm = async () => {
      if (calls.at(-1) !== 'threads') return;
      taken.abort();
      throw new Error('another worker has this run');
    };
    const performed = await takeUp(undefined, { confirm, signal: taken.signal });
    expect(calls.at(-1)).toBe('threads');
    expect(performed).toMatchObject({ kind: 'wait', run: { step: 'pipeline', failures: 0 } });
    expect(performed.run.outcome).toBeUndefined();
  });

  it('keeps nothing that has no commits', async () => {
    const { toTheEnd, branches, mergeRequests, note, double } = setUp();
    double.failing((operation) => {
      if (operation === 'changes') branches.set([...branches.keys()][1] ?? '', 'c0');
      return undefined;
    });
    await toTheEnd();
    expect(note()).toMatch(/It made no changes/);
    expect([...branches.keys()]).toEqual(['main']);
    expect(mergeRequests).toEqual([]);
  });

  it('is content where a protected branch without commits cannot be removed', async () => {
    const { toTheEnd, branches, note, double } = setUp();
    double.failing((operation) => {
      if (operation === 'changes') branches.set([...branches.keys()][1] ?? '', 'c0');
      return operation === 'deleteBranch' ? refused('405 Protected branch cannot be deleted') : undefined;
    });
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(note()).toMatch(/It made no changes/);
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
      mergeRequests.push({
        iid: 31,
        url: 'https://x/31',
        state: 'opened',
        sourceBranch,
        title: 'Mine',
        description: '',
      });
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

  it('is read where the branch was made, and of the default branch where the branch was there', async () => {
    const flow = { kind: 'file', path: 'flows/a.yml' } as const;
    const content = 'image: alpine:3\ncommands: [echo hi]\n';
    const fresh = setUp({ flow });
    fresh.files.set('flows/a.yml', content);
    expect(runState(await fresh.toTheEnd())).toBe('succeeded');
    expect(fresh.readAt).toEqual(['c0']);

    const resumed = setUp({ flow });
    resumed.files.set('flows/a.yml', content);
    resumed.double.failing((operation) =>
      operation === 'createBranch' ? { when: 'after', error: lostAnswer() } : undefined,
    );
    await resumed.takeUp();
    // Whoever may push to the branch has put another flow there.
    resumed.branches.set(`workloads/${resumed.saved().id}`, 'c-of-somebody');
    resumed.double.failing(() => undefined);
    expect(runState(await resumed.toTheEnd())).toBe('succeeded');
    expect(resumed.readAt).toEqual(['main']);
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

  it('goes by inputs at once where the project took no variables lately, until it refuses those', async () => {
    const { again, double, handed, calls } = setUp({ flow });
    const tries = async () => {
      calls.splice(0);
      expect(runState(await again())).toBe('succeeded');
      return calls.filter((call) => call === 'createPipeline').length;
    };
    const ways = () => handed.map(({ variables }) => (variables.length > 0 ? 'variables' : 'inputs'));
    Object.assign(double.takes, { variables: false, inputs: true });
    expect([await tries(), await tries()]).toEqual([2, 1]);
    Object.assign(double.takes, { variables: true, inputs: false });
    expect([await tries(), await tries()]).toEqual([2, 1]);
    expect(ways()).toEqual(['inputs', 'inputs', 'variables', 'variables']);
  });

  it('is tried by variables again after an hour', async () => {
    const { again, double, calls, pass } = setUp({ flow });
    pass(1);
    Object.assign(double.takes, { variables: false, inputs: true });
    await again();
    pass(3_600_000);
    calls.splice(0);
    await again();
    expect(calls.filter((call) => call === 'createPipeline')).toHaveLength(2);
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

describe('a run whose process dies', () => {
  it('waits a little longer each time, and forgets it with the next step', async () => {
    const { takeUp, saved, toTheEnd, calls } = setUp();
    expect(await takeUp(saved(), { interruptions: 1 })).toMatchObject({
      kind: 'wait',
      at: 1_000,
      run: { failures: 1 },
    });
    expect(await takeUp(saved(), { interruptions: 2 })).toMatchObject({
      kind: 'wait',
      at: 2_000,
      run: { failures: 2 },
    });
    expect(calls).toEqual([]);
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(saved().failures).toBe(0);
    expect(saved().history).toContainEqual(
      expect.objectContaining({ what: 'retrying', detail: 'the work was cut off', times: 2 }),
    );
  });

  it('at every try gives up without trying the step once more, and says so', async () => {
    const { takeUp, saved, note, calls, notes } = setUp();
    for (let times = 1; times < 12; times += 1) await takeUp(saved(), { interruptions: times });
    expect(calls).toEqual([]);
    const { kind, run } = await takeUp(saved(), { interruptions: 12 });
    expect(kind).toBe('done');
    expect(runState(run)).toBe('failed');
    expect(note()).toMatch(/^❌ Could not start .* error inside Beckon/);
    expect(notes).toHaveLength(1);
    expect(calls).not.toContain('accessLevel');
  });

  it('even while it says so comes to its end', async () => {
    const { takeUp, saved, notes } = setUp();
    let interruptions = 0;
    const dies = async () => {
      interruptions += 1;
      return takeUp({ ...saved(), step: 'finish', outcome: { kind: 'no_changes' } }, { interruptions });
    };
    for (let times = 1; times < 12; times += 1) expect((await dies()).kind).toBe('wait');
    expect(await dies()).toMatchObject({ kind: 'done', run: { finishedAt: expect.any(String) } });
    expect(notes).toEqual([]);
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
  ])('%s is said', async (status, words, state) => {
    const { toTheEnd, double, note, pipelines } = setUp();
    double.jobs.push({
      id: 1,
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

describe('a run that somebody stops', () => {
  it('before it was let in says so, and nothing else happens', async () => {
    const { stop, toTheEnd, note, calls } = setUp();
    stop();
    expect(runState(await toTheEnd())).toBe('cancelled');
    expect(note()).toMatch(/^🛑 Agent was cancelled by bob\./);
    expect(calls).toEqual(['findNote', 'createNote']);
  });

  it('has its pipeline cancelled, and the empty branch removed', async () => {
    const { stop, takeUp, toTheEnd, double, note, pipelines, branches, calls } = setUp();
    double.failing((operation) => {
      const [pipeline] = pipelines;
      if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status: 'running' });
      return undefined;
    });
    expect((await takeUp()).kind).toBe('wait');
    stop('who closed or merged it');
    expect(runState(await toTheEnd())).toBe('cancelled');
    expect(calls.filter((call) => call === 'cancelPipeline')).toHaveLength(1);
    expect(note()).toMatch(/^🛑 Agent was cancelled by bob, who closed or merged it\. See the \[pipeline\]/);
    expect([...branches.keys()]).toEqual(['main']);
  });

  it('cancels a pipeline of which no answer was heard', async () => {
    const { stop, takeUp, toTheEnd, double, calls } = setUp();
    double.failing((operation) =>
      operation === 'createPipeline' ? { when: 'after', error: lostAnswer() } : undefined,
    );
    expect((await takeUp()).run.step).toBe('pipeline');
    stop();
    expect(runState(await toTheEnd())).toBe('cancelled');
    expect(calls).toContain('apiPipelines');
    expect(calls.slice(-6)).toEqual([
      'cancelPipeline',
      'branch',
      'deleteBranch',
      'thread',
      'account',
      'editNote',
    ]);
  });

  it('tries again when GitLab is away at that moment', async () => {
    const { stop, takeUp, toTheEnd, double, pipelines } = setUp();
    let away = 2;
    double.failing((operation) => {
      const [pipeline] = pipelines;
      if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status: 'running' });
      if (operation !== 'cancelPipeline' || away === 0) return undefined;
      away -= 1;
      return transient();
    });
    await takeUp();
    stop();
    expect(runState(await toTheEnd())).toBe('cancelled');
  });

  it('says so in the note of which it had no answer', async () => {
    const { stop, takeUp, toTheEnd, double, note, notes } = setUp();
    double.failing((operation) =>
      operation === 'createNote' ? { when: 'after', error: lostAnswer() } : undefined,
    );
    await takeUp();
    double.failing(() => undefined);
    stop();
    await toTheEnd();
    expect(note()).toMatch(/^🛑 Agent was cancelled by bob/);
    expect(notes).toHaveLength(1);
  });

  it('ends as it does anyway once its outcome is known', async () => {
    const { stop, takeUp, toTheEnd, double, saved } = setUp();
    double.failing((operation) => (operation === 'editNote' && saved().outcome ? transient() : undefined));
    await takeUp();
    await takeUp();
    expect(saved().outcome?.kind).toBe('merge_request');
    stop();
    double.failing(() => undefined);
    expect(runState(await toTheEnd())).toBe('succeeded');
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
  type Trouble = 'fails before' | 'fails after' | 'dies before' | 'dies after';
  /** Where in the calls of a run there is trouble; a run has about twenty, and more with each trouble. */
  const troubles = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      what: fc.constantFrom<Trouble>('fails before', 'fails after', 'dies before', 'dies after'),
    }),
    { minLength: 1, maxLength: 8, size: 'max' },
  );

  /** Plays a run to its end with trouble on its way; `hit` hears of the operations that met with it. */
  async function play(
    plan: readonly { at: number; what: Trouble }[],
    { stopAt = -1, hit = new Set<string>() } = {},
  ) {
    const scene = setUp({ notify: 'auto', reactions: true });
    const coming = new Map(plan.map(({ at, what }) => [at, what]));
    let calls = -1;
    let die = () => {};
    scene.double.failing((operation) => {
      calls += 1;
      if (calls === stopAt) scene.stop();
      const what = coming.get(calls);
      if (what === undefined) return undefined;
      hit.add(`${operation} ${what}`);
      const when = what.endsWith('before') ? 'before' : 'after';
      return what.startsWith('dies') ? { when, death: die } : { when, error: lostAnswer() };
    });
    for (let times = 0; times < 100 && scene.saved().finishedAt === undefined; times += 1) {
      const death = new Promise<void>((resolve) => {
        die = resolve;
      });
      // What the dead process was doing never returns; the next one starts from what was saved.
      await Promise.race([scene.takeUp(), death]);
    }
    expect(scene.saved().finishedAt).toBeDefined();
    return { ...scene, kinds: scene.notes.map(({ body }) => /beckon:(run|done)=/.exec(body)?.[1]) };
  }

  it('a run has one note, one reply that tells of its end, one branch, one pipeline and one merge request', async () => {
    const hit = new Set<string>();
    await fc.assert(
      fc.asyncProperty(troubles, async (plan) => {
        const { kinds, branches, pipelines, mergeRequests, note, saved } = await play(plan, { hit });
        expect(kinds).toEqual(['run', 'done']);
        expect(pipelines).toHaveLength(1);
        expect(mergeRequests).toHaveLength(1);
        expect([...branches.keys()]).toEqual(['main', `workloads/${saved().id}`]);
        expect(note()).toMatch(/It opened the merge request/);
      }),
      { numRuns: 400 },
    );
    // The plan reached everything that must not be done twice.
    for (const operation of ['createNote', 'createBranch', 'createPipeline', 'createMergeRequest'])
      for (const what of ['fails after', 'dies after']) expect(hit).toContain(`${operation} ${what}`);
  });

  it('a run that is stopped anywhere ends, and has one note and no pipeline under way', async () => {
    await fc.assert(
      fc.asyncProperty(troubles, fc.integer({ min: 0, max: 25 }), async (plan, stopAt) => {
        const { kinds, branches, pipelines, mergeRequests, calls, saved } = await play(plan, { stopAt });
        const state = runState(saved());
        expect(['cancelled', 'succeeded']).toContain(state);
        expect(kinds.filter((kind) => kind === 'run')).toHaveLength(1);
        expect(pipelines.length).toBeLessThanOrEqual(1);
        if (state === 'succeeded') return;
        expect(mergeRequests).toEqual([]);
        if (pipelines.length > 0) expect(calls).toContain('cancelPipeline');
        // What the agent pushed before is kept.
        expect([...branches].filter(([, commit]) => commit === 'c0').map(([name]) => name)).toEqual(['main']);
      }),
      { numRuns: 400 },
    );
  });
});
