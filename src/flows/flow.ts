import { formatFault } from '../config/explain.ts';
import { type Flow, FlowFile } from '../config/flow.ts';
import { readYaml } from '../config/read-yaml.ts';

/** Reads a flow file. What is wrong with it comes back as a text for people, with line and column. */
export function parseFlow(text: string, path: string): Flow | string {
  const reading = readYaml(text, FlowFile);
  if ('data' in reading) return reading.data;
  return `The flow file cannot be used: ${reading.faults.map((fault) => formatFault(path, fault)).join('; ')}`;
}

/** Where a flow file may be: GitLab's documentation writes both `.yml` and `.yaml` for the same file. */
export function flowPaths(path: string): readonly string[] {
  return path.endsWith('.yml')
    ? [path, path.replace(/\.yml$/, '.yaml')]
    : [path, path.replace(/\.yaml$/, '.yml')];
}

/** How many flow files are known at once. */
const MAX_KNOWN = 200;

/**
 * Parses flow files, each content once: GitLab names a content by its blob id, which changes with every byte.
 * Without an id it is parsed anew.
 */
export function createFlowParser(): (file: {
  readonly text: string;
  readonly path: string;
  readonly blobId: string | undefined;
}) => Flow | string {
  const known = new Map<string, Flow | string>();
  return ({ text, path, blobId }) => {
    if (blobId === undefined) return parseFlow(text, path);
    const key = `${blobId} ${path}`;
    const flow = known.get(key) ?? parseFlow(text, path);
    // Taken out and put in again, so that the first in the map is the one that was not used for longest.
    known.delete(key);
    known.set(key, flow);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    return flow;
  };
}
