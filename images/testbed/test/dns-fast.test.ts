import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { createFrame } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { FRAME_CAPACITY } from '@atoll/device/network';
import { AnswerCache } from '@atoll/dns/cache';
import { FastAnswers } from '@atoll/dns/fast';
import type { Message, ResourceRecord } from '@atoll/dns/message';
import { QUERY } from '@atoll/dns/message';
import { parseName } from '@atoll/dns/name';
import { emitMessage } from '@atoll/dns/packet';
import { parseRdataText } from '@atoll/dns/rdata';
import { createDnsServer } from '@atoll/dns/server';
import { Zone } from '@atoll/dns/zone';
import { Logger } from '@atoll/log/log';
import { expect as unwrap } from '@atoll/result/result';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const CLIENT = { mac: 0x0200_0000_0001, address: 0x0a00_0001, port: 40_000 };
const SERVER = { mac: 0x0200_0000_0002, address: 0x0a00_0002, port: 53 };
const CAPACITY = 64;

describe('FastAnswers', () => {
  let fast: Awaited<ReturnType<typeof nodeFastPaths>>;
  beforeAll(async () => {
    fast = await nodeFastPaths(['dns']);
  });

  /** A server with local names, one upstream answer, and its table; `ask` is the ordinary path. */
  function bench(capacity = CAPACITY) {
    const lend = (): Frame => createFrame(fast.allocate);
    const table = new FastAnswers(fast, { capacity, salt: 7, mac: SERVER.mac });
    table.listen(SERVER.address);
    const zone = new Zone();
    const random = new Random(1);
    const server = createDnsServer({
      zone,
      cache: new AnswerCache(),
      upstreams: [{ address: 0x0a00_0009, port: 53 }],
      entropy: random,
      log: new Logger(() => {}),
      mixedCase: false,
      table,
    });
    const received = lend();
    const out = lend();
    const serveAny = (frame: Uint8Array, now: number): boolean => {
      received.bytes.set(frame);
      received.length = frame.length;
      out.length = table.responder(received.address, received.length, 0, out.address, now);
      return out.length > 0;
    };
    return {
      table,
      zone,
      /** The reply of the ordinary path, which fills the table on the way. */
      ask: (query: Uint8Array, now: number) =>
        server.handleQuery(query, CLIENT, SERVER.address, now),
      /** An upstream server answers whatever was asked last. */
      answer(records: readonly ResourceRecord[], now: number) {
        for (let action = server.pollAction(); action; action = server.pollAction()) {
          if (action.kind !== 'query') continue;
          const asked = action.payload;
          const reply = emitMessage({
            ...message((asked[0] << 8) | asked[1], 'www.example.'),
            response: true,
            recursionAvailable: true,
            answers: records,
          });
          server.handleUpstream(reply, action.port, action.to, now);
        }
      },
      /** The DNS message that the fast path answers the frame with, if it does. */
      serve(frame: Uint8Array, now: number): Uint8Array | undefined {
        return serveAny(frame, now) ? openReply(out.bytes.subarray(0, out.length)) : undefined;
      },
      /** Whether it answers a frame that may have come from anybody. */
      serveAny,
    };
  }

  it('leaves alone what it was not told', () => {
    expect(bench().serve(frameOf(query('www.example.')), 0)).toBeUndefined();
  });

  it('answers with the ID and the letter case of the question', () => {
    const { zone, ask, serve } = bench();
    zone.setHost(unwrap(parseName('www.example.')), 0x0a00_0063, 60, 'static');
    ask(query('www.example.', { id: 1 }), 0);
    const again = query('wWw.ExamplE.', { id: 0xbeef });
    const served = serve(frameOf(again), 10);
    expect(served).toBeDefined();
    expect(served).toEqual(ask(again, 10));
  });

  it('counts TTLs down to the second, and stops when the first of them ends', () => {
    const { ask, answer, serve } = bench();
    const record = (ttl: number, text: string) => ({
      name: unwrap(parseName('www.example.')),
      type: 1,
      class: 1,
      ttl,
      data: unwrap(parseRdataText(1, text)),
    });
    ask(query('www.example.'), 0);
    answer([record(30, '192.0.2.1'), record(30, '192.0.2.2')], 100);
    ask(query('www.example.'), 200);
    for (const now of [200, 1099, 1100, 15_000, 30_099]) {
      const served = serve(frameOf(query('www.example.', { id: 5 })), now);
      expect(served, `at ${now}`).toBeDefined();
      expect(served, `at ${now}`).toEqual(ask(query('www.example.', { id: 5 }), now));
    }
    expect(serve(frameOf(query('www.example.')), 30_100)).toBeUndefined();
  });

  it('forgets when a local name changes', () => {
    const { zone, ask, serve } = bench();
    const name = unwrap(parseName('www.example.'));
    zone.setHost(name, 0x0a00_0063, 60, 'static');
    ask(query('www.example.'), 0);
    expect(serve(frameOf(query('www.example.')), 1)).toBeDefined();
    zone.removeHost(name, 0x0a00_0063, 'static');
    expect(serve(frameOf(query('www.example.')), 1)).toBeUndefined();
  });

  it('keeps everything while it is three quarters full, though places depend on hashes', () => {
    const { zone, ask, serve } = bench(1024);
    const names = Array.from({ length: 768 }, (_, index) => `host${index}.example.`);
    for (const [index, name] of names.entries()) {
      zone.setHost(unwrap(parseName(name)), 0x0a00_0100 + index, 60, 'static');
    }
    for (const name of names) ask(query(name), 0);
    expect(names.filter((name) => serve(frameOf(query(name)), 0) === undefined)).toEqual([]);
  });

  it('holds no more than its capacity, and prefers what is asked for', () => {
    const { zone, ask, serve } = bench();
    const names = Array.from({ length: CAPACITY * 4 }, (_, index) => `host${index}.example.`);
    for (const [index, name] of names.entries()) {
      zone.setHost(unwrap(parseName(name)), 0x0a00_0100 + index, 60, 'static');
    }
    ask(query('host0.example.'), 0);
    for (const name of names) {
      ask(query(name), 0);
      serve(frameOf(query('host0.example.')), 0);
    }
    const kept = names.filter((name) => serve(frameOf(query(name)), 0) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(CAPACITY);
    expect(kept.length).toBeGreaterThan(CAPACITY / 2);
    expect(kept).toContain('host0.example.');
  });

  it.each([
    [
      'another hardware address',
      (frame: Uint8Array) => {
        frame[5] ^= 1;
      },
    ],
    [
      'a group as source',
      (frame: Uint8Array) => {
        frame[6] |= 1;
      },
    ],
    [
      'another protocol',
      (frame: Uint8Array) => {
        frame[12] = 0x86;
      },
    ],
    [
      'another address',
      (frame: Uint8Array) => {
        frame[33] ^= 1;
        fixHeader(frame);
      },
    ],
    [
      'a wrong header checksum',
      (frame: Uint8Array) => {
        frame[24] ^= 1;
      },
    ],
    [
      'a wrong UDP checksum',
      (frame: Uint8Array) => {
        frame[40] ^= 1;
      },
    ],
    [
      'a fragment',
      (frame: Uint8Array) => {
        frame[20] = 0x20;
        fixHeader(frame);
      },
    ],
    [
      'a multicast source',
      (frame: Uint8Array) => {
        frame[26] = 224;
        fixHeader(frame);
      },
    ],
    [
      'our own address as source',
      (frame: Uint8Array) => {
        frame.set([10, 0, 0, 2], 26);
        fixHeader(frame);
      },
    ],
    [
      'another port',
      (frame: Uint8Array) => {
        frame[37] = 54;
        frame[40] = frame[41] = 0;
      },
    ],
    [
      'source port 0',
      (frame: Uint8Array) => {
        frame[34] = frame[35] = frame[40] = frame[41] = 0;
      },
    ],
  ])('leaves alone frames with %s', (_, damage) => {
    const { zone, ask, serve } = bench();
    zone.setHost(unwrap(parseName('www.example.')), 0x0a00_0063, 60, 'static');
    ask(query('www.example.'), 0);
    const frame = frameOf(query('www.example.'));
    expect(serve(frame, 0)).toBeDefined();
    damage(frame);
    expect(serve(frame, 0)).toBeUndefined();
  });

  it('takes a datagram without checksum, and padding behind it', () => {
    const { zone, ask, serve } = bench();
    zone.setHost(unwrap(parseName('www.example.')), 0x0a00_0063, 60, 'static');
    ask(query('www.example.'), 0);
    const frame = frameOf(query('www.example.'));
    frame[40] = frame[41] = 0;
    const padded = new Uint8Array(frame.length + 20);
    padded.set(frame);
    expect(serve(padded, 0)).toBeDefined();
  });

  it('answers exactly as the ordinary path or not at all, whatever comes', () => {
    const { zone, ask, serve, serveAny } = bench();
    const names = ['www.example.', 'a.', 'very.long.name.of.a.host.in.some.example.', 'x.y.'];
    for (const [index, name] of names.entries()) {
      zone.setHost(unwrap(parseName(name)), 0x0a00_0100 + index, 60, 'static');
    }
    const random = new Random(42);
    const shapes: Partial<Message>[] = [
      {},
      { recursionDesired: false },
      { checkingDisabled: true },
      { authenticData: true },
      { edns: { version: 0, udpPayloadSize: 1232, dnssecOk: false, options: [] } },
      { edns: { version: 0, udpPayloadSize: 512, dnssecOk: true, options: [] } },
      { edns: { version: 1, udpPayloadSize: 512, dnssecOk: true, options: [] } },
      {
        edns: {
          version: 0,
          udpPayloadSize: 512,
          dnssecOk: false,
          options: [{ code: 10, data: new Uint8Array(8) }],
        },
      },
      { opcode: 2 },
    ];
    const inputs = Number(process.env.ATOLL_FUZZ ?? 5000);
    let served = 0;
    for (let round = 0; round < inputs; round++) {
      const sane = query(
        random.pick(names),
        { id: random.below(65536), ...random.pick(shapes) },
        random.pick([1, 1, 1, 28, 255]),
      );
      const asked = random.chance(0.5) ? mutate(random, sane) : sane;
      if (asked.length > 1400) continue;
      const before = serve(frameOf(asked), round);
      const ordinary = ask(asked, round);
      const after = serve(frameOf(asked), round);
      if (before !== undefined) expect(before).toEqual(ordinary);
      if (after !== undefined) expect(after).toEqual(ordinary);
      if (after !== undefined) served++;
      const damaged = mutate(random, frameOf(sane));
      if (damaged.length <= FRAME_CAPACITY) serveAny(damaged, round);
    }
    expect(served).toBeGreaterThan(inputs / 10);
  });
});

function message(id: number, name: string, type = 1): Message {
  return { ...QUERY, id, questions: [{ name: unwrap(parseName(name)), type, class: 1 }] };
}

function query(name: string, changes: Partial<Message> = {}, type = 1): Uint8Array {
  return emitMessage({ ...message(changes.id ?? 1, name, type), ...changes });
}

/** The Ethernet frame with the datagram from client to server, written down by hand. */
function frameOf(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(42 + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(2, SERVER.mac % 2 ** 32);
  view.setUint16(0, SERVER.mac / 2 ** 32);
  view.setUint32(8, CLIENT.mac % 2 ** 32);
  view.setUint16(6, CLIENT.mac / 2 ** 32);
  view.setUint16(12, 0x0800);
  view.setUint16(14, 0x4500);
  view.setUint16(16, 28 + payload.length);
  view.setUint16(22, 0x4011);
  view.setUint32(26, CLIENT.address);
  view.setUint32(30, SERVER.address);
  view.setUint16(34, CLIENT.port);
  view.setUint16(36, SERVER.port);
  view.setUint16(38, 8 + payload.length);
  frame.set(payload, 42);
  fixHeader(frame);
  view.setUint16(40, internetChecksum(frame, 34, frame.length, pseudoHeader(frame)) || 0xffff);
  return frame;
}

function fixHeader(frame: Uint8Array): void {
  const view = new DataView(frame.buffer);
  view.setUint16(24, 0);
  view.setUint16(24, internetChecksum(frame, 14, 34));
}

function pseudoHeader(frame: Uint8Array): number {
  const length = new DataView(frame.buffer, frame.byteOffset).getUint16(38);
  return sum(frame, 26, 34) + 17 + length;
}

/** Checks every field of the frame that came back, and takes the DNS message out. */
function openReply(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset);
  expect(view.getUint16(0) * 2 ** 32 + view.getUint32(2)).toBe(CLIENT.mac);
  expect(view.getUint16(6) * 2 ** 32 + view.getUint32(8)).toBe(SERVER.mac);
  expect(view.getUint16(12)).toBe(0x0800);
  expect(view.getUint16(16)).toBe(frame.length - 14);
  expect(internetChecksum(frame, 14, 34)).toBe(0);
  expect(view.getUint32(26)).toBe(SERVER.address);
  expect(view.getUint32(30)).toBe(CLIENT.address);
  expect([view.getUint16(34), view.getUint16(36)]).toEqual([SERVER.port, CLIENT.port]);
  expect(view.getUint16(38)).toBe(frame.length - 34);
  expect(internetChecksum(frame, 34, frame.length, pseudoHeader(frame))).toBe(0);
  return frame.slice(42);
}
