import type { Flow } from '../config/flow.ts';
import { cutBytes } from '../lib/text.ts';
import { nameIdTokens, pack, unpack } from './belongings.ts';
import { base64Lines, maxValueBytes } from './environment.ts';
import { quote } from './shell.ts';
import { withholdSecrets } from './withhold.ts';

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
    ...nameIdTokens(flow),
    ...withholdSecrets({ ...flow, variables: [...flow.variables, ...Object.keys(flow.id_tokens)] }),
    'AI_FLOW_TMP="${AI_FLOW_TMP:-$(mktemp -d)}"',
    'export AI_FLOW_TMP',
    // After an `||` a failure ends nothing, so the exit code of the job stays what it was.
    ...['beckon_end() {', ...pack(flow), 'rm -rf "$AI_FLOW_TMP"', '}', "trap 'beckon_end || :' EXIT"],
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
  if (flow.injectGatewayToken) lines.push(...needGatewayToken);
  lines.push(...unpack(flow));
  for (const [index, command] of [...flow.setup_script, ...flow.commands].entries())
    lines.push(...collapsible(command, index));
  return `${lines.join('\n')}\n`;
}

const needGatewayToken = [
  'if [ -z "${AI_FLOW_AI_GATEWAY_TOKEN:-}" ]; then',
  "  echo 'The flow asks for a gateway token (injectGatewayToken), and the project has no CI/CD variable AI_FLOW_AI_GATEWAY_TOKEN.' >&2",
  '  exit 1',
  'fi',
];

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

/**
 * The command as the Runner would show it, then the command itself, and around both the marks with which GitLab's
 * log viewer folds them (https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections).
 */
function collapsible(command: string, index: number): readonly string[] {
  const [first = '', ...rest] = command.trimEnd().split('\n');
  const shown = rest.length === 0 ? first : `${first} # collapsed multi-line command`;
  const mark = (what: 'start' | 'end') => `\\033[0Ksection_${what}:%s:command_${index + 1}\\r\\033[0K`;
  return [
    `printf '${mark('start')}\\033[32;1m$ %s\\033[0m\\n' "$(date +%s)" ${quote(shown)}`,
    command.trimEnd(),
    `printf '${mark('end')}' "$(date +%s)"`,
  ];
}
