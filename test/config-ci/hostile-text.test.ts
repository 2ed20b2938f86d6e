import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import {
  arriving,
  contextWith,
  inputsFor,
  jobFor,
  SECRETS,
  sentWithFlow,
  sentWithoutFlow,
} from './hand-over.ts';
import { asStored, HOSTILE, nastyText } from './hostile-text.ts';
import { runScript, SHELLS, type Shell } from './run-script.ts';

/** An input that begins with a dash is kept from being an option; the file has it as it is. */
function guarded(text: string): string {
  return text.startsWith('-') ? `\n${text}` : text;
}

/** The one change that the way without a flow makes: a reference in percent signs is broken. */
function broken(text: string): string {
  return text.replace(/%(?=[A-Za-z_]\w*%)/g, '%\u200b');
}

/** The whole way of a comment, from the run to what the flow's commands see. */
async function arrivesWithFlow(way: 'variables' | 'inputs', shell: Shell, comment: string): Promise<void> {
  const { script, variables } = await jobFor(way, comment);
  const { code, output, leftovers, checkout } = await runScript(shell, script, variables);
  const text = asStored(comment);
  const context = asStored(contextWith(comment));
  expect(checkout).toEqual({
    input: guarded(text),
    'input-file': text,
    context,
    'context-file': context,
  });
  expect([code, leftovers]).toEqual([0, []]);
  for (const secret of SECRETS) expect(output).not.toContain(secret);
}

const cases = SHELLS.flatMap((shell) => (['variables', 'inputs'] as const).map((way) => ({ shell, way })));

describe.each(cases)('a comment that goes by $way to a flow in $shell', ({ shell, way }) => {
  describeWith(
    shell === 'bash' ? [] : [shell],
    'arrives byte for byte, and nothing of it is executed',
    () => {
      test.each(HOSTILE)('%j', (comment) => arrivesWithFlow(way, shell, comment));

      test('whatever it is', async () => {
        const property = fc.asyncProperty(nastyText, (comment) => arrivesWithFlow(way, shell, comment));
        await fc.assert(property, { numRuns: 10 });
      }, 60_000);
    },
  );
});

describe.each(SHELLS)('a comment to a job of the project, in %s', (shell) => {
  describeWith(shell === 'bash' ? [] : [shell], 'arrives but for broken %NAME%', () => {
    const arrives = async (comment: string) => {
      const variables = arriving(sentWithoutFlow(comment));
      const script = 'printf %s "$AI_FLOW_INPUT" > input; printf %s "$AI_FLOW_CONTEXT" > context';
      const { output, checkout } = await runScript(shell, script, variables);
      const [input, context] = [comment, contextWith(comment)].map((text) => broken(asStored(text)));
      expect(output).toBe('');
      expect(checkout).toEqual({ input, context });
    };
    test.each(HOSTILE)('%j', arrives);

    test('whatever it is', async () => {
      await fc.assert(fc.asyncProperty(nastyText, arrives), { numRuns: 20 });
    }, 60_000);
  });
});

describe('on the way to the job', () => {
  const rules = [{ runnerBefore13: false }, { runnerBefore13: true }];
  const survive = (comment: string) => {
    for (const rule of rules) {
      for (const sent of [sentWithFlow(comment), sentWithoutFlow(comment)]) {
        const found = new Map(arriving(sent, rule).map(({ key, value }) => [key, value]));
        for (const { key, value } of sent) expect(found.get(key), key).toBe(value.replaceAll('$$', '$'));
      }
    }
  };
  test.each(HOSTILE)('no Runner, old or new, changes %j', survive);

  test('whatever it is', () => {
    fc.assert(fc.property(nastyText, survive), { numRuns: 300 });
  });

  test('nothing in the variables of a flow or in inputs is a reference', () => {
    fc.assert(
      fc.property(nastyText, (comment) => {
        const values = [
          ...sentWithFlow(comment).map(({ value }) => value),
          ...Object.values(inputsFor(comment)),
        ];
        for (const value of values) expect(value).not.toMatch(/[$%]/);
      }),
      { numRuns: 100 },
    );
  });
});

describe('without all this', () => {
  const naive = (comment: string, options = {}) =>
    arriving([{ key: 'AI_FLOW_INPUT', value: comment }], options).find(({ key }) => key === 'AI_FLOW_INPUT')
      ?.value;

  test('a comment brings secrets into the prompt', () => {
    expect(naive(HOSTILE[0])).toBe('post sk-ant-secret, glcbt-secret, glpat-secret and ');
  });

  test('a comment loses what looks like a variable', () => {
    expect(naive('costs $5, $HOME $(id)')).toBe('costs ,  $(id)');
    expect(naive('costs $5, $HOME $(id)', { runnerBefore13: true })).toBe('costs ,  (id)');
  });

  test('a comment stops the pipeline', () => {
    const ring = () =>
      arriving([
        { key: 'AI_FLOW_INPUT', value: HOSTILE[8] },
        { key: 'AI_FLOW_CONTEXT', value: contextWith(HOSTILE[8]) },
      ]);
    expect(ring).toThrow('circular variable reference detected');
  });

  test('doubling the dollar alone leaves %NAME%', () => {
    expect(naive(HOSTILE[0].replaceAll('$', '$$$$'))).toBe(
      'post $ANTHROPIC_API_KEY, ${CI_JOB_TOKEN}, glpat-secret and $GITLAB_TOKEN',
    );
  });
});
