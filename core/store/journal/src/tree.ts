/**
 * Keys in order, with values: a B-tree whose nodes are shared with the snapshots that were taken of it and
 * copied when they are changed after that. Keys are binary text, which compares as the bytes do.
 */
export class Tree<T> {
  #root: Node<T> = leaf(0);
  /** Nodes of an earlier edition may be shared with a snapshot. */
  #edition = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): T | undefined {
    return find(this.#root, key);
  }

  /** Answers what it replaced. */
  set(key: string, value: T): T | undefined {
    this.#root = this.#own(this.#root);
    const replaced = this.#insert(this.#root, key, value);
    if (this.#root.keys.length > WIDTH) {
      const [middle, right] = split(this.#root, this.#edition);
      const keys = [this.#root.keys[0], middle];
      this.#root = { edition: this.#edition, keys, values: [], children: [this.#root, right] };
    }
    if (replaced === undefined) this.#size++;
    return replaced;
  }

  /** Answers what it removed. */
  delete(key: string): T | undefined {
    if (this.get(key) === undefined) return undefined;
    this.#root = this.#own(this.#root);
    const removed = this.#remove(this.#root, key);
    while (this.#root.children.length === 1) this.#root = this.#root.children[0];
    this.#size--;
    return removed;
  }

  /** The tree as it is now; later changes do not show in it. */
  snapshot(): TreeView<T> {
    this.#edition++;
    const root = this.#root;
    return { get: (key) => find(root, key), from: (key) => walk(root, key) };
  }

  /** Keys from `key` on, in order, while the tree does not change. */
  from(key: string): Generator<[string, T]> {
    return walk(this.#root, key);
  }

  /** The same in fewer steps: calls `visit` for each leaf until it answers false. */
  visit(key: string, visit: LeafVisitor<T>): void {
    visitFrom(this.#root, key, visit);
  }

  #own(node: Node<T>): Node<T> {
    if (node.edition === this.#edition) return node;
    return {
      edition: this.#edition,
      keys: node.keys.slice(),
      values: node.values.slice(),
      children: node.children.slice(),
    };
  }

  #insert(node: Node<T>, key: string, value: T): T | undefined {
    if (node.children.length === 0) {
      const at = lowerBound(node.keys, key);
      const replaced = node.keys[at] === key ? node.values[at] : undefined;
      if (node.keys[at] === key) node.values[at] = value;
      else {
        node.keys.splice(at, 0, key);
        node.values.splice(at, 0, value);
      }
      return replaced;
    }
    const at = childFor(node, key);
    const child = this.#own(node.children[at]);
    node.children[at] = child;
    const replaced = this.#insert(child, key, value);
    node.keys[at] = child.keys[0];
    if (child.keys.length > WIDTH) {
      const [middle, right] = split(child, this.#edition);
      node.keys.splice(at + 1, 0, middle);
      node.children.splice(at + 1, 0, right);
    }
    return replaced;
  }

  /** `key` is there. A node that becomes empty goes; others are not merged, as keys come back. */
  #remove(node: Node<T>, key: string): T {
    if (node.children.length === 0) {
      const at = lowerBound(node.keys, key);
      node.keys.splice(at, 1);
      return node.values.splice(at, 1)[0];
    }
    const at = childFor(node, key);
    const child = this.#own(node.children[at]);
    node.children[at] = child;
    const removed = this.#remove(child, key);
    if (child.keys.length === 0) {
      node.keys.splice(at, 1);
      node.children.splice(at, 1);
    } else {
      node.keys[at] = child.keys[0];
    }
    return removed;
  }
}

/** Gets the keys and values of a leaf, in order, of which those `from` a place on are meant. */
export type LeafVisitor<T> = (
  keys: readonly string[],
  values: readonly T[],
  from: number,
) => boolean;

/** What does not change. */
export interface TreeView<T> {
  get(key: string): T | undefined;
  /** Keys from `key` on, in order. */
  from(key: string): Generator<[string, T]>;
}

/** A leaf has values, another node has children, each with its smallest key. */
interface Node<T> {
  readonly edition: number;
  readonly keys: string[];
  readonly values: T[];
  readonly children: Node<T>[];
}

const WIDTH = 64;

function leaf<T>(edition: number): Node<T> {
  return { edition, keys: [], values: [], children: [] };
}

/** With every read and write, and most of their costs: so the loop of `lowerBound` is here once more. */
function find<T>(root: Node<T>, key: string): T | undefined {
  for (let node = root; ; ) {
    const { keys, children } = node;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    const isHere = low < keys.length && keys[low] === key;
    if (children.length === 0) return isHere ? node.values[low] : undefined;
    node = children[isHere || low === 0 ? low : low - 1];
  }
}

function* walk<T>(node: Node<T>, key: string): Generator<[string, T]> {
  if (node.children.length === 0) {
    for (let at = lowerBound(node.keys, key); at < node.keys.length; at++) {
      yield [node.keys[at], node.values[at]];
    }
    return;
  }
  for (let at = childFor(node, key); at < node.children.length; at++) {
    yield* walk(node.children[at], key);
  }
}

/** False when `visit` answered that. */
function visitFrom<T>(
  { keys, values, children }: Node<T>,
  key: string,
  visit: LeafVisitor<T>,
): boolean {
  if (children.length === 0) {
    const from = lowerBound(keys, key);
    return from === keys.length || visit(keys, values, from);
  }
  for (let at = childFor({ keys }, key); at < children.length; at++) {
    if (!visitFrom(children[at], key, visit)) return false;
  }
  return true;
}

/** The place of the first key that is not smaller. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that has `key` if any has: the last one whose smallest key is not larger, or the first. */
function childFor({ keys }: Pick<Node<unknown>, 'keys'>, key: string): number {
  const at = lowerBound(keys, key);
  return keys[at] === key || at === 0 ? at : at - 1;
}

/** Takes the upper half away from `node`; answers its first key and itself. */
function split<T>(node: Node<T>, edition: number): [string, Node<T>] {
  // Keys that come in order leave full nodes behind.
  const at = Math.floor(node.keys.length * 0.75);
  const keys = node.keys.splice(at);
  const values = node.values.splice(at);
  const children = node.children.splice(at);
  return [keys[0], { edition, keys, values, children }];
}
