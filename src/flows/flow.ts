import { formatFault } from '../config/explain.ts';
import { type Flow, FlowFile } from '../config/flow.ts';
import { readYaml } from '../config/read-yaml.ts';

/** Reads a flow file. What is wrong with it comes back as a text for people, with line and column. */
export function parseFlow(text: string, path: string): Flow | string {
  const reading = readYaml(text, FlowFile);
  if ('data' in reading) return reading.data;
  return `The flow file cannot be used: ${reading.faults.map((fault) => formatFault(path, fault)).join('; ')}`;
}
