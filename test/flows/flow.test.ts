import { describe, expect, it } from 'vitest';
import { createFlowParser } from '../../src/flows/flow.ts';

const TEXT = 'image: alpine:3\ncommands: [echo hi]\n';

describe('flow files', () => {
  it('are parsed once for each content', () => {
    const parse = createFlowParser();
    const first = parse({ text: TEXT, path: 'a.yaml', blobId: '1' });
    expect(first).toMatchObject({ commands: ['echo hi'] });
    expect(parse({ text: TEXT, path: 'a.yaml', blobId: '1' })).toBe(first);
    expect(parse({ text: TEXT.replace('hi', 'ho'), path: 'a.yaml', blobId: '2' })).toMatchObject({
      commands: ['echo ho'],
    });
  });

  it('with a fault are named by their own path', () => {
    const parse = createFlowParser();
    for (const path of ['a.yaml', 'b.yaml'])
      expect(parse({ text: 'image: x\n', path, blobId: '1' })).toContain(`${path}:1:1 commands: is missing`);
  });

  it('are parsed anew where GitLab does not name their content, and when they were not used for long', () => {
    const parse = createFlowParser();
    const without = parse({ text: TEXT, path: 'a.yaml', blobId: undefined });
    expect(parse({ text: TEXT, path: 'a.yaml', blobId: undefined })).not.toBe(without);
    const [used, unused] = ['used', 'unused'].map((blobId) => parse({ text: TEXT, path: 'a.yaml', blobId }));
    for (let id = 0; id < 199; id += 1) {
      parse({ text: TEXT, path: 'a.yaml', blobId: 'used' });
      parse({ text: TEXT, path: 'a.yaml', blobId: String(id) });
    }
    expect(parse({ text: TEXT, path: 'a.yaml', blobId: 'used' })).toBe(used);
    expect(parse({ text: TEXT, path: 'a.yaml', blobId: 'unused' })).not.toBe(unused);
  });
});
