import { stripVTControlCharacters } from 'node:util';

/** gitlab-ci-local prints what stopped it in red, after warnings in other colours. */
const RED = '\u001b[31m';

/** `    • MESSAGE at PATH [SCHEMA PATH]`: one finding of the schema check. */
const FINDING = /^\s*• (.+) at (\S*) \[#.*\]$/;

function inGitLabWords(message: string, path: string): string {
  const job = `jobs:${path.replaceAll('.', ':')}`;
  const unknown = /^'(.+)' property is not expected to be here$/.exec(message)?.[1];
  if (unknown !== undefined)
    return path === ''
      ? `root config contains unknown keys: ${unknown}`
      : `${job} config contains unknown keys: ${unknown}`;
  return path === '' ? message : `${job} ${message}`;
}

/**
 * What is wrong with a CI configuration, in the manner of GitLab, from what gitlab-ci-local printed in colour.
 * Nothing when it printed no error.
 */
export function configError(printed: string): string | undefined {
  const start = printed.indexOf(RED);
  if (start < 0) return undefined;
  const lines = stripVTControlCharacters(printed.slice(start)).split('\n');
  const findings = lines.flatMap((line) => {
    const [, message, path] = FINDING.exec(line) ?? [];
    return message === undefined || path === undefined ? [] : [inGitLabWords(message, path)];
  });
  if (findings.length > 0) return findings.join('; ');
  const stack = lines.findIndex((line) => /^\s+at /.test(line));
  const text = lines
    .slice(0, stack < 0 ? undefined : stack)
    .join('\n')
    .trim();
  const syntax = /^YAMLException: (.+)/.exec(text)?.[1];
  if (syntax !== undefined) return `(<unknown>): ${syntax}`;
  const [, stage, job] = /^stage:(\S+) not found for (.+)$/.exec(text) ?? [];
  return stage === undefined ? text : `${job} job: chosen stage ${stage} does not exist`;
}
