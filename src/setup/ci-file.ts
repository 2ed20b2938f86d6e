import { parseAllDocuments } from 'yaml';

/** The include that is there for agents. */
export interface AgentInclude {
  readonly name: string;
  /** Its path where it is a file of the same project. */
  readonly local: string | undefined;
  /** What the project chose of the inputs; not those that hand on what came with a pipeline. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** What a CI configuration file says about agents, as far as it can be seen without running it. */
export interface CiFile {
  readonly agentInclude: AgentInclude | undefined;
  /** Files of the same project whose include keeps them out of an agent's pipeline. */
  readonly guarded: readonly string[];
  /** Jobs and includes that nothing keeps out of an agent's pipeline. */
  readonly unguarded: readonly string[];
  /** Names under `spec:inputs`. */
  readonly inputs: readonly string[];
  /** Tags that a runner has to have for the agent's job. */
  readonly tags: readonly string[];
}

type Mapping = Readonly<Record<string, unknown>>;

/** Keys at the top of a CI file that are no jobs: GitLab's reference, https://docs.gitlab.com/ci/yaml/ */
const GLOBAL_KEYS = new Set(
  'default include stages variables workflow image services before_script after_script cache spec'.split(' '),
);

/** Reads a CI file; `undefined` where it is no CI configuration at all. */
export function readCiFile(text: string): CiFile | undefined {
  const documents = readDocuments(text);
  const body = documents?.at(-1);
  if (documents === undefined || body === undefined) return undefined;
  const header = documents.length > 1 ? mapping(documents[0]) : undefined;
  const includes = asList(body.include).map(readInclude);
  const agentInclude = includes.find((include) => include.forAgents);
  return {
    agentInclude,
    guarded: includes.flatMap(({ guarded, local }) => (guarded && local !== undefined ? [local] : [])),
    unguarded: [
      ...unguardedJobs(body),
      ...includes.filter((include) => !include.forAgents && !include.guarded).map(({ name }) => name),
    ],
    inputs: Object.keys(mapping(mapping(header?.spec)?.inputs) ?? {}),
    tags: agentTags(body),
  };
}

/** Of a job of the project's own, else what is merged into the shipped job, which takes the project's default. */
function agentTags(body: Mapping): readonly string[] {
  const own = jobsOf(body).find(([, job]) => eventRule(job.rules) === 'for')?.[1];
  const job = own ?? mapping(body['.external-agent']);
  return asList(job?.tags ?? mapping(body.default)?.tags).map(String);
}

/**
 * Names a job that runs when an agent is called, out of GitLab's merged configuration. `forFlows` asks for one that
 * also runs the script of a flow.
 */
export function agentJobIn(mergedYaml: string, { forFlows }: { forFlows: boolean }): string | undefined {
  const jobs = jobsOf(readDocuments(mergedYaml)?.at(-1) ?? {});
  const found = jobs.find(
    ([, job]) =>
      eventRule(job.rules) === 'for' && (!forFlows || JSON.stringify(job).includes('AI_FLOW_SCRIPT')),
  );
  return found?.[0];
}

function readDocuments(text: string): readonly Mapping[] | undefined {
  // GitLab's own tags (`!reference`) and merge keys are fine, and so is a key that is there twice.
  const options = { logLevel: 'silent', merge: true, uniqueKeys: false } as const;
  const documents = [...parseAllDocuments(text, options)];
  if (documents.some((document) => document.errors.length > 0)) return undefined;
  const read = documents.map((document) => document.toJS() ?? {});
  return read.every((value) => mapping(value) !== undefined) ? read : undefined;
}

function readInclude(include: unknown) {
  const entry = typeof include === 'string' ? { local: include } : (mapping(include) ?? {});
  const files = asList(entry.local ?? entry.file ?? entry.component ?? entry.remote ?? entry.template).map(
    String,
  );
  const name = [...(entry.project === undefined ? [] : [String(entry.project)]), ...files].join(' ');
  const rule = eventRule(entry.rules);
  const isShipped = files.some((file) => /(^|\/)external-agent\.ya?ml$/.test(file));
  return {
    name,
    local: entry.local === undefined ? undefined : String(entry.local).replace(/^\//, ''),
    chosen: chosenOf(entry.inputs),
    forAgents: rule === 'for' || (rule === undefined && isShipped),
    guarded: rule === 'against',
  };
}

function chosenOf(inputs: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(mapping(inputs) ?? {}).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => !value.includes('$[[')));
}

function unguardedJobs(body: Mapping): readonly string[] {
  return jobsOf(body)
    .filter(([, job]) => eventRule(job.rules) === undefined)
    .map(([name]) => `the job ${name}`);
}

function jobsOf(body: Mapping): readonly (readonly [string, Mapping])[] {
  return Object.entries(body).flatMap(([name, value]) => {
    const job = mapping(value);
    return job === undefined || name.startsWith('.') || GLOBAL_KEYS.has(name) ? [] : [[name, job] as const];
  });
}

/** Whether the first rule about an agent's event is there to run something for agents, or to keep it from them. */
function eventRule(rules: unknown): 'for' | 'against' | undefined {
  for (const rule of asList(rules).map(mapping)) {
    const condition = String(rule?.if ?? '');
    if (!/ai_flow_event/i.test(condition)) continue;
    return rule?.when === 'never' || /ai_flow_event[^&|]*==\s*(null|""|'')/i.test(condition)
      ? 'against'
      : 'for';
  }
  return undefined;
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.flat(10) : [value];
}

function mapping(value: unknown): Mapping | undefined {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMapping ? (value as Mapping) : undefined;
}
