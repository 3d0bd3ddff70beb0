import type { System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { BlockDevice } from '@atoll/device/block';
import { Headers } from '@atoll/http/headers';
import type { Handler, Request, Response } from '@atoll/http/message';
import { HttpServer } from '@atoll/http/server';
import { Registry } from '@atoll/metrics/registry';
import { acceptedFormat, CONTENT_TYPES, metricsText } from '@atoll/metrics/text';
import type { Network } from '@atoll/network/network';
import type { StatusOptions } from './arguments.ts';
import { collectBlockDevice, collectNetworkDevice } from './collect/device.ts';
import { collectHttp } from './collect/http.ts';
import { collectProgram } from './collect/program.ts';
import { collectStack } from './collect/stack.ts';
import type { Section } from './page.ts';
import { pageResponse } from './page.ts';
import { RecentLines } from './recent.ts';
import { addressSection, programSection, trafficSection } from './sections.ts';

/**
 * What an appliance shows of itself: `page` for people and `metrics` for Prometheus, which are handlers for any HTTP
 * server. What all appliances have is there; an appliance adds what is its own to `registry` and by `show`.
 */
export class Status {
  readonly registry = new Registry();
  readonly #system: System;
  readonly #summary: string;
  readonly #sections: (() => Section)[] = [];
  readonly #recent: RecentLines;

  /** `summary` is a sentence on the page. Warnings are remembered from now on. */
  constructor(system: System, summary: string) {
    const { clock, log, launchedAt } = system;
    this.#system = system;
    this.#summary = summary;
    this.#recent = new RecentLines(log, clock);
    const startedAt = clock.wall() - (clock.monotonic() - launchedAt);
    this.registry.collect(collectProgram(system, startedAt, this.#recent));
  }

  /** Has `section` on the page, below what is there already, as it is when somebody looks. */
  show(section: () => Section): void {
    this.#sections.push(section);
  }

  /** Shows what is known of `network`. */
  watchNetwork(network: Network): void {
    const { stack } = network;
    this.show(() => addressSection(network));
    if (stack === undefined) return;
    for (const { device } of stack.interfaces) {
      this.show(() => trafficSection(device));
      this.registry.collect(collectNetworkDevice(device));
    }
    this.registry.collect(collectStack(stack));
  }

  watchDisk(disk: BlockDevice): void {
    this.registry.collect(collectBlockDevice(disk));
  }

  readonly page = ({ scheme }: Request): Response => {
    const { name } = this.#system.program;
    const sections = [
      programSection(this.#system),
      ...this.#sections.map((section) => section()),
      this.#recent.section(),
    ];
    return pageResponse({ name, summary: this.#summary }, sections, scheme);
  };

  readonly metrics = ({ headers }: Request): Response => {
    const format = acceptedFormat(headers.get('accept'));
    const body = encodeUtf8(metricsText(this.registry.families(), format));
    return { status: 200, headers: METRICS[format], body };
  };

  /** All of a server that shows nothing else. */
  readonly handle: Handler = (request) => {
    const { method, path } = request;
    const view = path === '/' ? this.page : path === '/metrics' ? this.metrics : undefined;
    if (view === undefined) return { status: 404 };
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: ALLOWED };
    return view(request);
  };
}

/** Serves `status` where the boot arguments say; throws `Misconfiguration` when the port is taken. */
export function serveStatus(
  system: System,
  { sockets }: Network,
  { metrics: port }: StatusOptions,
  status: Status,
): void {
  if (port === undefined) return;
  const { clock } = system;
  const log = system.log.for('status');
  const server = new HttpServer({
    ...{ handler: status.handle, clock, log, limits: LIMITS },
    wake: () => system.wake(),
  });
  if (!server.listen(sockets.tcp, port)) {
    throw new Misconfiguration(`--metrics=${port}: the port is taken\n  expected another one`);
  }
  system.run(server);
  status.registry.collect(collectHttp(server, 'status'));
  log.info(`the status page and /metrics are on TCP port ${port}, for everybody`);
}

const METRICS = {
  prometheus: new Headers({ 'content-type': CONTENT_TYPES.prometheus }),
  openmetrics: new Headers({ 'content-type': CONTENT_TYPES.openmetrics }),
};
const ALLOWED = new Headers({ allow: 'GET, HEAD' });

/** There are few who look, and they say little. */
const LIMITS = { connections: 16, connectionsOfPeer: 8, body: 0, requestLine: 1024 };
