import files from 'static:../pages';
import type { Appliance } from '@atoll/appliance/appliance';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { optional, withDefault } from '@atoll/conf/table';
import { integer } from '@atoll/conf/value';
import { readBody } from '@atoll/http/body';
import { compressed } from '@atoll/http/compress';
import { EventStream } from '@atoll/http/event-stream';
import { fastGzip, fastHeads } from '@atoll/http/fast';
import { Headers } from '@atoll/http/headers';
import { http2 } from '@atoll/http/http2';
import type { BodyProducer, BodyWriter, Request, Response } from '@atoll/http/message';
import { formBoundary, readMultipart } from '@atoll/http/multipart';
import { Router } from '@atoll/http/router';
import { secureHeaders } from '@atoll/http/security';
import { HttpServer } from '@atoll/http/server';
import { staticFiles } from '@atoll/http/static';
import { networkArguments } from '@atoll/network/arguments';
import { startNetwork } from '@atoll/network/network';
import { expect } from '@atoll/result/result';
import { x509Signers } from '@atoll/tls/x509';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { parsePrivateKey } from '@atoll/x509/private-key';
import { algorithms } from '../../tls/appliance/src/algorithms.ts';
import { base64 } from '../../tls/appliance/src/arguments.ts';

const ARGUMENTS = {
  ...networkArguments('dhcp'),
  certificate: optional(base64, { summary: 'Who we are, for HTTPS.', example: 'MIIB…' }),
  key: optional(base64, { summary: 'Its key, as PKCS #8.', example: 'MIGH…' }),
  connections: withDefault(integer(1, 20_000), '512', {
    summary: 'How many connections there may be, all of them with one peer if need be.',
    example: '12000',
  }),
  patience: withDefault(integer(1, 3600), '10', {
    summary: 'Seconds that clients, and handlers, may take for anything.',
    example: '2',
  }),
};

/** A web server with one of each, for clients to try. */
const web: Appliance<typeof ARGUMENTS> = {
  name: 'web',
  version: '0.1.0',
  summary: 'A web server to try clients with.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const { connections, patience } = options;
    const { sockets } = startNetwork(system, options, 'service', { connections });
    const { clock, log } = system;
    const gzip = fastGzip(system.fast);
    const site = staticFiles(files, { headers: secureHeaders(new Headers(), 'http') });
    const octets = alphabets(0x10_0000);
    const router = new Router()
      .on('GET', '/', (request) => site.get('')?.respond(request, clock.wall()) ?? NOTHING)
      .on('GET', '/bytes/:count', (_, { count }) => {
        const body = octets.subarray(0, Number(count) || 0);
        return { status: 200, headers: PLAIN, body };
      })
      .on('GET', '/chunks/:count', (_, { count }) => chunks(Number(count)))
      .on('GET', '/report', (request) => compressed(request, report(), gzip))
      .on('GET', '/events', () => events.response(() => [{ data: 'welcome' }]))
      .on('GET', '/never', () => new Promise(() => {}))
      .on('GET', '/throws', () => ({ status: 200, body: { start: thrower } }))
      .on('POST', '/echo', echo)
      .on('PUT', '/echo', echo)
      .on('POST', '/form', form);
    const ms = patience * 1000;
    const server = new HttpServer({
      ...{ handler: router.handle, clock, log: log.for('http'), heads: fastHeads(system.fast) },
      wake: () => system.wake(),
      versions: [http2()],
      limits: {
        ...{ headMs: ms, idleMs: ms, stallMs: ms, lingerMs: ms, handlerMs: ms },
        ...{ connections, connectionsOfPeer: connections },
      },
    });
    system.run(server);
    server.listen(sockets.tcp, 80);
    server.listen(sockets.tcp, 8080);
    const { certificate, key } = options;
    if (certificate === undefined || key === undefined) return;
    const { suites, groups, signatures } = algorithms(system.fast);
    const signers = x509Signers(expect(parsePrivateKey(key)), signatures);
    const credentials = [{ chain: [certificate], signers }];
    const config = { suites, groups, credentials: () => credentials, protocols: server.protocols };
    const tls = new TlsSockets(system);
    system.run(tls);
    sockets.tcp.listen(
      443,
      tls.serving(config, (socket) => server.accept(socket, 'https')),
    );
  },
};

export default web;

const NOTHING: Response = { status: 404 };
const PLAIN = new Headers({ 'content-type': 'text/plain' });
const BLOCK = new Uint8Array(10_000);
const events = new EventStream();

/** The alphabet again and again. A body of one's own for each request would stay until its client took it. */
function alphabets(length: number): Uint8Array {
  const octets = new Uint8Array(length);
  octets.set(encodeLatin1('abcdefghijklmnopqrstuvwxyz'));
  for (let made = 26; made < length; made *= 2) octets.copyWithin(made, 0, made);
  return octets;
}

/** Numbers that are made when they are asked for. */
function report(): Response {
  const rows = Array.from({ length: 100 }, (_, at) => ({ name: `host ${at}`, queries: at * 37 }));
  const headers = new Headers({ 'content-type': 'application/json' });
  return { status: 200, headers, body: encodeUtf8(JSON.stringify(rows)) };
}

/** So many lines, each written by itself, as fast as the client takes them. */
function chunks(count: number): Response {
  let left = count;
  let rest = encodeLatin1('');
  return {
    status: 200,
    headers: PLAIN,
    body: {
      start: (writer) => ({
        onWritable() {
          while (left > 0 || rest.length > 0) {
            if (rest.length === 0) rest = encodeLatin1(`line ${left--}\n`);
            const taken = writer.write(rest);
            rest = rest.subarray(taken);
            if (rest.length > 0) return;
          }
          writer.end(new Headers({ 'x-lines': String(count) }));
        },
      }),
    },
  };
}

/** A body that fails, once all that came before it went out. */
function thrower(writer: BodyWriter): BodyProducer {
  let round = 0;
  return {
    onWritable() {
      if (round++ > 0) throw new Error('this body always fails');
      while (writer.write(BLOCK) > 0);
    },
  };
}

async function echo({ body }: Request): Promise<Response> {
  const read = await readBody(body, 1_000_000);
  return read.ok ? { status: 200, headers: PLAIN, body: read.value } : { status: 400 };
}

/** Says what parts a form has, and how large they are. */
async function form({ headers, body }: Request): Promise<Response> {
  const boundary = formBoundary(headers.get('content-type'));
  if (boundary === undefined) return { status: 415 };
  const lines: string[] = [];
  const sizes: number[] = [];
  const read = await readMultipart(body, boundary, (event) => {
    if (event.kind === 'part') {
      lines.push(`${event.name} ${event.filename ?? ''}`);
      sizes.push(0);
    }
    if (event.kind === 'data') sizes[sizes.length - 1] += event.bytes.length;
    return true;
  });
  if (!read.ok) return { status: 400, body: encodeUtf8(`${read.error.reason}\n`) };
  const text = lines.map((line, at) => `${line} ${sizes[at]}\n`).join('');
  return { status: 200, headers: PLAIN, body: encodeUtf8(text) };
}
