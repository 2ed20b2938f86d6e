import { type Flow, FlowFile } from '../../src/config/flow.ts';

/** A flow file with these keys, as valid. */
export function flow(fields: Partial<Flow> = {}): Flow {
  return FlowFile.parse({ image: 'alpine:3.22', commands: ['echo hi'], ...fields });
}
