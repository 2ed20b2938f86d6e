/** What the model does, one step for each request that offers it tools: act, act, …, and say something last. */
export type Step = Act | { readonly say: string };

/** Write a file, or run a command in a shell. */
type Act = { readonly write: FileText } | { readonly run: string };

interface FileText {
  /** In the working directory of the agent. */
  readonly path: string;
  readonly content: string;
}

/** What a request tells of a conversation. */
export interface Conversation {
  /** Names of the tools that the model may call. */
  readonly tools: readonly string[];
  /** How many calls of tools have been answered so far. */
  readonly results: number;
  readonly stream: boolean;
}

/** The model's answer: words, or one call of a tool. */
export type Reply =
  | { readonly say: string }
  | { readonly call: { readonly name: string; readonly input: ToolInput } };

/** Fields, or the text that some tools of Codex take. */
type ToolInput = Readonly<Record<string, unknown>> | string;

/** The shell command that writes a file. */
function shell({ path, content }: FileText): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `printf %s ${quoted(content)} > ${quoted(path)}`;
}

const byShell = (act: Act) => ('run' in act ? act.run : shell(act.write));

/** What the agents call their tools, and what those take for an act, or nothing where they cannot do it. */
const TOOLS: Readonly<Record<string, (act: Act) => ToolInput | undefined>> = {
  // Claude Code
  Write: (act) => ('write' in act ? { file_path: act.write.path, content: act.write.content } : undefined),
  Bash: (act) => ('run' in act ? { command: act.run, description: 'Run it' } : undefined),
  // opencode
  write: (act) => ('write' in act ? { filePath: act.write.path, content: act.write.content } : undefined),
  bash: (act) => ('run' in act ? { command: act.run, description: 'Run it' } : undefined),
  // Gemini CLI
  write_file: (act) =>
    'write' in act ? { file_path: act.write.path, content: act.write.content } : undefined,
  run_shell_command: (act) => ('run' in act ? { command: act.run } : undefined),
  // Codex, by version and model; the first is for JavaScript
  exec: (act) => `await tools.exec_command(${JSON.stringify({ cmd: byShell(act) })})`,
  exec_command: (act) => ({ cmd: byShell(act) }),
  shell_command: (act) => ({ command: byShell(act) }),
  shell: (act) => ({ command: ['bash', '-c', byShell(act)] }),
};

/**
 * What the model says to a request. One without tools is for a title or the like, and gets a word.
 * @throws Error when no tool is known that could do the step.
 */
export function replyTo({ tools, results }: Conversation, script: readonly Step[]): Reply {
  const step = script[results] ?? script.at(-1);
  if (tools.length === 0 || step === undefined) return { say: 'Work' };
  if ('say' in step) return step;
  for (const [name, inputFor] of Object.entries(TOOLS)) {
    const input = tools.includes(name) ? inputFor(step) : undefined;
    if (input !== undefined) return { call: { name, input } };
  }
  throw new Error(`no known tool for ${Object.keys(step)} is among ${tools.join(', ')}`);
}
