import type { Flow } from '../config/flow.ts';
import { cutBytes } from '../lib/text.ts';
import { base64Lines, maxValueBytes } from './environment.ts';

/** Values that a person wrote, or that hold what people wrote; the job also gets each of them whole in a file. */
const LONG_VALUES = [
  { name: 'AI_FLOW_INPUT', file: 'AI_FLOW_INPUT_FILE', fileName: 'input.txt' },
  { name: 'AI_FLOW_CONTEXT', file: 'AI_FLOW_CONTEXT_FILE', fileName: 'context.json' },
] as const;

/**
 * Compiles a flow and the values of a run into one POSIX script. Text of people only ever stands in Base64 or
 * between single quotes, so no shell acts on it. The commands keep their meaning: they run in one shell, an
 * `export` stays, and the first that fails ends the job with its exit code.
 */
export function compileScript(flow: Flow, values: ReadonlyMap<string, string>): string {
  const lines = [
    'set -e',
    'if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi',
    withholdSecrets(flow.variables),
    'AI_FLOW_TMP="${AI_FLOW_TMP:-$(mktemp -d)}"',
    'export AI_FLOW_TMP',
    'trap \'rm -rf "$AI_FLOW_TMP"\' EXIT',
  ];
  for (const { name, file, fileName } of LONG_VALUES) {
    lines.push(
      `base64 -d > "$AI_FLOW_TMP/${fileName}" <<'BECKON_END'`,
      base64Lines(values.get(name) ?? ''),
      'BECKON_END',
      `export ${file}="$AI_FLOW_TMP/${fileName}"`,
    );
  }
  for (const [name, value] of values) lines.push(`export ${name}=${quote(environmentValue(name, value))}`);
  for (const command of flow.commands) lines.push(...echoed(command));
  return `${lines.join('\n')}\n`;
}

/**
 * A value as the environment can hold it. The longest ones are cut, with word of where the whole is; an input
 * that begins with a dash gets a line break before it, because `agent -p "$AI_FLOW_INPUT"` would take it for an
 * option, and options of agents run commands.
 */
function environmentValue(name: string, value: string): string {
  const guarded = name === 'AI_FLOW_INPUT' && value.startsWith('-') ? `\n${value}` : value;
  return cutBytes(
    guarded,
    maxValueBytes(name),
    `\n[cut here by Beckon: the whole is in the file $${name}_FILE]`,
  );
}

/** The command as the Runner would show it, then the command itself. */
function echoed(command: string): readonly string[] {
  const [first = '', ...rest] = command.trimEnd().split('\n');
  const shown = rest.length === 0 ? first : `${first} # collapsed multi-line command`;
  return [`printf '\\033[32;1m$ %s\\033[0m\\n' ${quote(shown)}`, command.trimEnd()];
}

/**
 * Takes variables with the name of a secret out of the environment, except GitLab's own, ours and those that the
 * flow asks for. The project's other keys are not the agent's business. Names come from awk, because the lines
 * that `env` prints cannot be told from the lines of a value.
 */
function withholdSecrets(asked: readonly string[]): string {
  const kept = ['CI', 'CI_*', 'GITLAB_CI', 'GITLAB_USER_*', 'GITLAB_TOKEN', 'AI_FLOW_*', ...asked].join('|');
  return [
    "for beckon_name in $(awk 'BEGIN { for (name in ENVIRON) print name }'); do",
    '  case "$beckon_name" in',
    `    ${kept}) ;;`,
    '    *TOKEN*|*SECRET*|*PASSWORD*|*PASSWD*|*CREDENTIAL*|*APIKEY*|*_KEY|*_KEY_*) unset "$beckon_name" ;;',
    '  esac',
    'done',
    'unset beckon_name',
  ].join('\n');
}

/** POSIX single quotes: between them no character means anything but a single quote, which is put outside. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
