import { Headers } from './headers.ts';
import type { Request, Response } from './message.ts';
import { pathSegments } from './target.ts';

/** What the path of a request says in the places of `:name` and `*`, decoded to latin1 of its octets. */
export type Parameters = Readonly<Record<string, string>>;

export type RouteHandler = (
  request: Request,
  parameters: Parameters,
) => Response | Promise<Response>;

interface Node {
  readonly fixed: Map<string, Node>;
  /** What follows a segment of any text. */
  any: Node | undefined;
  /** Who handles this path, by method. */
  readonly handlers: Map<string, Route>;
  /** Who handles all that begins with this path. */
  readonly rest: Map<string, Route>;
}

interface Route {
  readonly handler: RouteHandler;
  /** Of the segments that may be any text, in their order. */
  readonly names: readonly string[];
}

/**
 * Finds the handler of a request by path and method.
 *
 *     router.on('GET', '/users/:name', (request, { name }) => ...);
 *     router.on('GET', '/files/*', (request, { '*': path }) => ...);
 *
 * A fixed segment goes before `:name`, and both before `*`. Paths are compared segment by segment after
 * decoding, so `/a%2Db` is `/a-b`, and nothing that was decoded is split again. GET answers HEAD as well; OPTIONS and
 * methods that a path does not have are answered with what it has.
 */
export class Router {
  readonly #root = newNode();
  /** The nodes of paths without parameters that are written as they are, by path. */
  readonly #plain = new Map<string, Node>();

  /** Throws when another handler has this method and path already. */
  on(method: string, pattern: string, handler: RouteHandler): this {
    const segments = pattern.split('/');
    if (segments.shift() !== '') throw new TypeError(`${pattern} does not start with a slash`);
    const names: string[] = [];
    let node = this.#root;
    for (const [at, segment] of segments.entries()) {
      if (segment === '*' && at === segments.length - 1) {
        put(node.rest, method, { handler, names: [...names, '*'] }, pattern);
        return this;
      }
      if (segment.startsWith(':')) {
        names.push(segment.slice(1));
        node.any ??= newNode();
        node = node.any;
      } else {
        node = childOf(node, segment);
      }
    }
    put(node.handlers, method, { handler, names }, pattern);
    const asWritten = pathSegments(pattern);
    if (names.length === 0 && asWritten.ok && asWritten.value.join('/') === segments.join('/')) {
      this.#plain.set(pattern, node);
    }
    return this;
  }

  /** Answers 404, 405, or 400 for a path that has no clear meaning, when nobody handles the request. */
  readonly handle = (request: Request): Response | Promise<Response> => {
    const { method, path } = request;
    const plain = this.#plain.get(path)?.handlers.get(method);
    if (plain !== undefined) return plain.handler(request, NO_PARAMETERS);
    if (path === '*') return { status: 204, headers: new Headers({ allow: EVERYWHERE }) };
    const segments = pathSegments(path);
    if (!segments.ok) return { status: segments.error.status };
    const allowed = new Set<string>();
    const found = find(this.#root, segments.value, 0, [], method, allowed);
    if (found !== undefined) {
      const { route, values } = found;
      const named = route.names.map((name, at) => [name, values[at]] as const);
      return route.handler(request, Object.fromEntries(named));
    }
    if (allowed.size === 0) return { status: 404 };
    if (allowed.has('GET')) allowed.add('HEAD');
    const headers = new Headers({ allow: [...allowed, 'OPTIONS'].join(', ') });
    return { status: method === 'OPTIONS' ? 204 : 405, headers };
  };
}

/** Depth first, so that what is more exact goes first; `allowed` gathers the methods of what else matches. */
function find(
  node: Node,
  segments: readonly string[],
  at: number,
  values: readonly string[],
  method: string,
  allowed: Set<string>,
): { route: Route; values: readonly string[] } | undefined {
  if (at === segments.length) {
    const route = routeOf(node.handlers, method, allowed);
    if (route !== undefined) return { route, values };
  } else {
    const segment = segments[at];
    const fixed = node.fixed.get(segment);
    const found =
      (fixed && find(fixed, segments, at + 1, values, method, allowed)) ??
      (node.any && segment !== ''
        ? find(node.any, segments, at + 1, [...values, segment], method, allowed)
        : undefined);
    if (found !== undefined) return found;
    const route = routeOf(node.rest, method, allowed);
    if (route !== undefined) return { route, values: [...values, segments.slice(at).join('/')] };
  }
  return undefined;
}

function routeOf(
  routes: ReadonlyMap<string, Route>,
  method: string,
  allowed: Set<string>,
): Route | undefined {
  for (const name of routes.keys()) allowed.add(name);
  return routes.get(method) ?? (method === 'HEAD' ? routes.get('GET') : undefined);
}

function childOf(node: Node, segment: string): Node {
  const child = node.fixed.get(segment) ?? newNode();
  node.fixed.set(segment, child);
  return child;
}

function put(routes: Map<string, Route>, method: string, route: Route, pattern: string): void {
  if (routes.has(method)) throw new TypeError(`${method} ${pattern} has a handler already`);
  routes.set(method, route);
}

function newNode(): Node {
  return { fixed: new Map(), any: undefined, handlers: new Map(), rest: new Map() };
}

const NO_PARAMETERS: Parameters = Object.freeze({});
const EVERYWHERE = 'GET, HEAD, OPTIONS';
