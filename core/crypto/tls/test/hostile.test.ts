import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import type { TlsConnection } from '../src/connection.ts';
import { tlsServer } from '../src/server.ts';
import { hex } from './hex.ts';
import { join } from './join.ts';
import { credentials, NOW, Pair, SERVER } from './kit.ts';

const QUICK = { credentials: () => [credentials({ purpose: 'server', name: 'host' }, 'ed25519')] };

describe('a server', () => {
  const server = () => tlsServer(SERVER, new Random(2));
  const hello = () => new Pair().flights[0].bytes;
  it.each([
    ['HTTP', '474554202f20485454502f312e310d0a', ALERT.UNEXPECTED_MESSAGE],
    ['a hello of SSL 2', '802e0100020015', ALERT.UNEXPECTED_MESSAGE],
    ['data', '170303000100', ALERT.UNEXPECTED_MESSAGE],
    ['a change_cipher_spec', '140303000101', ALERT.UNEXPECTED_MESSAGE],
    ['an empty record', '1603030000', ALERT.UNEXPECTED_MESSAGE],
    ['a long alert', '1503030003010000', ALERT.DECODE_ERROR],
    ['an alert inside of a message', '160303000101' + '15030300020100', ALERT.UNEXPECTED_MESSAGE],
    ['a record that is too long', '1603034001', ALERT.RECORD_OVERFLOW],
    ['a message that is too long', '160303000401ffffff', ALERT.ILLEGAL_PARAMETER],
  ])('refuses %s at first', (_, bytes, alert) => {
    const connection = server();
    const { failure, send } = connection.handle(hex(bytes), NOW);
    expect(failure).toMatchObject({ blame: 'peer', alert });
    expect(send).toEqual(Uint8Array.of(21, 3, 3, 0, 2, 2, alert));
    expectSilence(connection);
  });

  it('refuses who does not offer TLS 1.3', () => {
    const old = hex(`16030300 2d 01000029 0303 ${'11'.repeat(32)} 00 0002 c02f 01 00`);
    expect(server().handle(old, NOW).failure?.alert).toBe(ALERT.PROTOCOL_VERSION);
  });

  it('refuses what follows a hello in its record', () => {
    const bytes = join(hello(), Uint8Array.of(20));
    const length = bytes.length - 5;
    bytes.set([length >> 8, length], 3);
    expect(server().handle(bytes, NOW).failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
  });

  it('refuses unprotected messages once there are keys, and endless change_cipher_specs', () => {
    const plain = server();
    plain.handle(hello(), NOW);
    const failed = plain.handle(hex('1603030004 14000000'), NOW).failure;
    expect(failed?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
    const patient = server();
    patient.handle(hello(), NOW);
    const pretence = hex('140303000101');
    for (let turn = 0; turn < 32; turn++) {
      expect(patient.handle(pretence.slice(), NOW).failure).toBe(undefined);
    }
    expect(patient.handle(pretence, NOW).failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
  });

  it('hears that the client could not go on', () => {
    const connection = server();
    connection.handle(hello(), NOW);
    const { failure, send } = connection.handle(hex('1503030002 022f'), NOW);
    expect(failure).toMatchObject({ blame: 'alert', alert: ALERT.ILLEGAL_PARAMETER });
    expect(send.length).toBe(0);
  });
});

describe('after the handshake', () => {
  it('a change of any bit of data ends the connection', () => {
    for (let at = 0; at < 30; at++) {
      const pair = new Pair({}, QUICK).run();
      const bytes = pair.client.connection.send(Uint8Array.of(1, 2, 3));
      // A longer record would be waited for.
      if (at === 3 || at === 4 || at >= bytes.length) continue;
      bytes[at] ^= 1;
      const { failure, deliver } = pair.server.connection.handle(bytes, NOW);
      expect(failure?.blame).toBe('peer');
      expect(deliver).toEqual([]);
      expectSilence(pair.server.connection);
    }
  });

  it('a record that comes twice, or late, ends the connection', () => {
    const pair = new Pair({}, QUICK).run();
    const first = pair.client.connection.send(Uint8Array.of(1));
    const { connection } = pair.server;
    expect(connection.handle(first.slice(), NOW).deliver.length).toBe(1);
    expect(connection.handle(first, NOW).failure?.alert).toBe(ALERT.BAD_RECORD_MAC);
  });

  it('a handshake message of before is refused', () => {
    const pair = new Pair({}, QUICK).run();
    const { client, server } = pair;
    // The client's own Finished, again, and a hello without protection.
    const output = server.connection.handle(pair.flights[0].bytes, NOW);
    expect(output.failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
    pair.post(server, output.send).run();
    expect(client.failure).toMatchObject({ blame: 'alert', alert: ALERT.UNEXPECTED_MESSAGE });
  });
});

/** A connection that failed says and hears nothing any more. */
function expectSilence(connection: TlsConnection): void {
  expect([connection.isReadClosed, connection.isWriteClosed]).toEqual([true, true]);
  const { failure, send, deliver } = connection.handle(hex('16030300'), NOW);
  expect([failure, send.length, deliver.length, connection.close().length]).toEqual([
    undefined,
    0,
    0,
    0,
  ]);
}
