/** The last `keep` bytes of a body as text; all before them is let go as it comes, however much it is. */
export async function readTail(body: AsyncIterable<Uint8Array>, keep: number): Promise<string> {
  let kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    kept.push(chunk);
    size += chunk.length;
    if (size < 2 * keep) continue;
    kept = [Buffer.concat(kept).subarray(-keep)];
    size = keep;
  }
  return Buffer.concat(kept).subarray(-keep).toString('utf8');
}
