/** What the model does, one step for each request that offers it tools: act, act, …, and say something last. */
export type Step = { readonly write: FileText } | { readonly say: string };

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

/** The tools that write files, by the names that the agents give them; the first one offered is taken. */
const TOOLS: Readonly<Record<string, (file: FileText) => ToolInput>> = {
  // Claude Code
  Write: ({ path, content }) => ({ file_path: path, content }),
  // opencode
  write: ({ path, content }) => ({ filePath: path, content }),
  // Gemini CLI
  write_file: ({ path, content }) => ({ file_path: path, content }),
  // Codex, by version and model; the first is for JavaScript
  exec: (file) => `await tools.exec_command(${JSON.stringify({ cmd: shell(file) })})`,
  exec_command: (file) => ({ cmd: shell(file) }),
  shell_command: (file) => ({ command: shell(file) }),
  shell: (file) => ({ command: ['bash', '-c', shell(file)] }),
};

/**
 * What the model says to a request. One without tools is for a title or the like, and gets a word.
 * @throws Error when no tool is known that could do the step.
 */
export function replyTo({ tools, results }: Conversation, script: readonly Step[]): Reply {
  const step = script[results] ?? script.at(-1);
  if (tools.length === 0 || step === undefined) return { say: 'Work' };
  if ('say' in step) return step;
  for (const [name, input] of Object.entries(TOOLS))
    if (tools.includes(name)) return { call: { name, input: input(step.write) } };
  throw new Error(`none of these tools is known to write files: ${tools.join(', ')}`);
}
