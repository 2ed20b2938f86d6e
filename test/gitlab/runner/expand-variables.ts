import { dependencyOrder } from './dependency-order.ts';

/** A CI/CD variable as GitLab hands it to a Runner. A raw one is never expanded. */
export interface CiVariable {
  readonly key: string;
  readonly value: string;
  readonly file?: boolean;
  readonly raw?: boolean;
}

/** GitLab's references: `$$` and `%%` stand for themselves, `$NAME`, `${NAME}` and `%NAME%` for a variable. */
const REFERENCE = /\$\$|%%|\$([a-zA-Z_]\w*)|\$\{([a-zA-Z_]\w*)?\}|%([a-zA-Z_]\w*)%/g;

function references({ value, raw }: CiVariable): readonly string[] {
  if (raw === true) return [];
  return [...value.matchAll(REFERENCE)].flatMap(
    ([, plain, braced, percent]) => plain ?? braced ?? percent ?? [],
  );
}

function last(variables: readonly CiVariable[], key: string): CiVariable | undefined {
  return variables.findLast((variable) => variable.key === key);
}

/**
 * The first expansion, which GitLab does: references to variables that are neither raw nor files are replaced,
 * all others are left to the Runner. From `lib/gitlab/ci/variables/collection.rb`.
 */
function expandAsGitLab(
  variables: readonly CiVariable[],
): readonly CiVariable[] | { readonly error: string } {
  const { order, cycles } = dependencyOrder(variables, (variable) =>
    references(variable).flatMap((key) => variables.filter((other) => other.key === key)),
  );
  if (cycles.length > 0) {
    const keys = cycles.map((cycle) => JSON.stringify(cycle.map(({ key }) => key)).replaceAll(',', ', '));
    return { error: `circular variable reference detected: ${keys.join(', ')}` };
  }
  const expanded: CiVariable[] = [];
  for (const variable of order) {
    const value = variable.value.replace(
      REFERENCE,
      (whole, plain?: string, braced?: string, percent?: string) => {
        const key = plain ?? braced ?? percent;
        const known = key === undefined ? undefined : last(expanded, key);
        return known === undefined || known.file === true || known.raw === true ? whole : known.value;
      },
    );
    expanded.push(variable.raw === true ? variable : { ...variable, value });
  }
  return expanded;
}

/** What follows a `$` for Go's `os.Expand`: a name in braces, broken braces, one special sign, or a name. */
const NAMES = String.raw`\{([*#$@!?\-0-9])\}|\{([^}]+)\}|\{\}|\{|([*#$@!?\-0-9])|(\w+)`;
const SHELL = new RegExp(`\\$(?:${NAMES})`, 'g');
/** In Go 1.10, which Runners before 13.0 kept to, a `$` before anything else is a nameless variable. */
const SHELL_BEFORE_13 = new RegExp(`\\$(?:${NAMES}|(?=[^]))`, 'g');

/**
 * The second expansion, which the Runner does with Go's `os.Expand`: unknown names, `$5`, `$@` and broken braces
 * vanish, `$$` becomes `$`, and a `$` before anything else stays. From `common/spec/variables.go`.
 */
function expandAsRunner(value: string, shell: RegExp, lookUp: (key: string) => string): string {
  return value.replace(shell, (_whole, ...groups: (string | undefined)[]) => {
    const [special, braced, sign, name] = groups;
    const key = special ?? braced ?? sign ?? name;
    if (key === undefined) return '';
    if (key === '$') return '$';
    return /^[*#@!?\-0-9]$/.test(key) ? '' : lookUp(key);
  });
}

/**
 * What a job finds in its environment: both expansions, one after the other. The order of the list counts, the
 * last variable of a name wins. A file variable's value is its content; where it is referred to, `filePath` says
 * what stands for it. `runnerBefore13` is how Runners older than 13.0 did it.
 *
 * Variables that a job defines in the CI configuration are not part of this.
 */
export function expandVariables(
  variables: readonly CiVariable[],
  {
    filePath,
    runnerBefore13 = false,
  }: { readonly filePath: (key: string) => string; readonly runnerBefore13?: boolean },
): { readonly variables: readonly CiVariable[] } | { readonly error: string } {
  const sent = expandAsGitLab(variables);
  if ('error' in sent) return sent;
  const lookUp = (key: string): string => {
    const known = last(sent, key);
    return known?.file === true ? filePath(key) : (known?.value ?? '');
  };
  const shell = runnerBefore13 ? SHELL_BEFORE_13 : SHELL;
  return {
    variables: sent.map((variable) =>
      variable.raw === true
        ? variable
        : { ...variable, value: expandAsRunner(variable.value, shell, lookUp) },
    ),
  };
}
