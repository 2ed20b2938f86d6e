import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';

/** Where a path of the data leads in a YAML document. */
export interface Place {
  /** Offset in the text; of the nearest node around where nothing is there. */
  readonly offset: number;
  /** What stands there, an alias followed; `undefined` where nothing does. */
  readonly node: Node | undefined;
}

/**
 * Makes a function that follows paths of the data through a document, through aliases too. `atKey`: to the key,
 * not its value. Remembers the keys of the mappings it came through, so that many faults take no longer than few.
 */
export function placesIn(document: Document): (path: readonly PropertyKey[], atKey?: boolean) => Place {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const pairOf = (node: unknown, key: PropertyKey): Pair | undefined => {
    if (!isMap(node)) return undefined;
    const index = indexes.get(node) ?? indexOf(node);
    indexes.set(node, index);
    return index.get(String(key));
  };
  return (path, atKey = false) => find(document, path, atKey, pairOf);
}

function find(
  document: Document,
  path: readonly PropertyKey[],
  atKey: boolean,
  pairOf: (node: unknown, key: PropertyKey) => Pair | undefined,
): Place {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const pair = pairOf(follow(node, document), step);
    if (pair !== undefined && atKey && depth === path.length - 1) {
      return { offset: offsetOf(pair.key) ?? offset, node: isNode(pair.key) ? pair.key : undefined };
    }
    node = pair === undefined ? itemOf(follow(node, document), step) : pair.value;
    offset = offsetOf(node) ?? offsetOf(pair?.key) ?? offset;
    if (!isNode(node)) return { offset, node: undefined };
  }
  const found = follow(node, document);
  return { offset, node: isNode(found) ? found : undefined };
}

/** The path of the data that leads to a node, from the nodes around it as `visit` gives them. */
export function pathOf(ancestors: readonly unknown[], node: unknown): readonly PropertyKey[] {
  const chain = [...ancestors, node];
  return chain.flatMap((outer, index): PropertyKey[] => {
    const inner = chain[index + 1];
    if (isPair(outer)) return [isScalar(outer.key) ? String(outer.key.value) : '?'];
    return isSeq(outer) && inner !== undefined ? [outer.items.indexOf(inner)] : [];
  });
}

function follow(node: unknown, document: Document): unknown {
  return isAlias(node) ? (node as Alias).resolve(document) : node;
}

/** By key; of a key that stands twice the last one, which is the one that counts. */
function indexOf({ items }: YAMLMap): ReadonlyMap<string, Pair> {
  return new Map(items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])));
}

function itemOf(node: unknown, index: PropertyKey): unknown {
  return isSeq(node) ? node.items[Number(index)] : undefined;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
