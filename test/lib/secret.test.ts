import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideSecrets, Secret } from '../../src/lib/secret.ts';

describe('a secret', () => {
  it('shows nothing of itself unless it is asked for its value', () => {
    const secret = new Secret('glpat-only-where-needed');
    const shown = `${secret} ${JSON.stringify({ secret })} ${inspect({ secret }, { showHidden: true })}`;
    expect(shown).not.toContain('glpat');
    expect(secret.reveal()).toBe('glpat-only-where-needed');
  });
});

describe('hideSecrets', () => {
  it('masks every secret that was ever held, wherever it stands', () => {
    new Secret('glpat-one-of-two');
    new Secret('glpat-one-of-two-longer');
    expect(hideSecrets('a glpat-one-of-two-longer, "glpat-one-of-two", glpat-one')).toBe(
      'a [secret], "[secret]", glpat-one',
    );
  });

  it('masks it as JSON, texts and addresses have it, whatever is in it', () => {
    const value = fc.string({ unit: 'binary', minLength: 8 }).filter((text) => /\S{4}/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        new Secret(text);
        for (const form of [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
          expect(hideSecrets(`(${form})`)).toBe('([secret])');
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('takes one that is no text', () => {
    new Secret('\ud800-half-a-character');
    expect(hideSecrets('nothing')).toBe('nothing');
  });

  it.each([
    ['redis://:sesame@example.com:6379', 'redis://[secret]@example.com:6379'],
    [
      'at postgres://user:se%40same@db/x and http://u:p@q',
      'at postgres://[secret]@db/x and http://[secret]@q',
    ],
    ['https://example.com:8080/a@b', 'https://example.com:8080/a@b'],
    ['ssh://git@example.com', 'ssh://git@example.com'],
  ])('has no passwords of addresses: %s', (text, shown) => expect(hideSecrets(text)).toBe(shown));

  it('takes linear time', () => {
    const start = performance.now();
    hideSecrets(`//${':'.repeat(200_000)}${'//a:'.repeat(100_000)}`);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it('leaves short values alone, which may be words', () => {
    new Secret('project');
    expect(hideSecrets('the project')).toBe('the project');
  });
});
