import files from 'static:../pages';
import type { Appliance } from '@atoll/appliance/appliance';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { optional } from '@atoll/conf/table';
import { readBody } from '@atoll/http/body';
import { compressed } from '@atoll/http/compress';
import { EventStream } from '@atoll/http/event-stream';
import { fastGzip, fastHeads } from '@atoll/http/fast';
import { Headers } from '@atoll/http/headers';
import { http2 } from '@atoll/http/http2';
import type { Request, Response } from '@atoll/http/message';
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
};

/** A web server with one of each, for clients to try. */
const web: Appliance<typeof ARGUMENTS> = {
  name: 'web',
  version: '0.1.0',
  summary: 'A web server to try clients with.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const { sockets } = startNetwork(system, options, 'service');
    const { clock, log } = system;
    const gzip = fastGzip(system.fast);
    const site = staticFiles(files, { headers: secureHeaders(new Headers(), 'http') });
    const router = new Router()
      .on('GET', '/', (request) => site.get('')?.respond(request, clock.wall()) ?? NOTHING)
      .on('GET', '/bytes/:count', (_, { count }) => pattern(Number(count)))
      .on('GET', '/chunks/:count', (_, { count }) => chunks(Number(count)))
      .on('GET', '/report', (request) => compressed(request, report(), gzip))
      .on('GET', '/events', () => events.response([{ data: 'welcome' }]))
      .on('POST', '/echo', echo)
      .on('PUT', '/echo', echo)
      .on('POST', '/form', form);
    const server = new HttpServer({
      ...{ handler: router.handle, clock, log: log.for('http'), heads: fastHeads(system.fast) },
      wake: () => system.wake(),
      versions: [http2()],
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
const events = new EventStream();

function pattern(count: number): Response {
  const body = new Uint8Array(Math.min(count, 0x10_0000) || 0);
  for (let at = 0; at < body.length; at++) body[at] = 0x61 + (at % 26);
  return { status: 200, headers: PLAIN, body };
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
