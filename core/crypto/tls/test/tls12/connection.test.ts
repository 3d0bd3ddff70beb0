/** What happens once the handshake is over. */
import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { CONTENT } from '../../src/record.ts';
import { tls12Client } from '../../src/tls12/client.ts';
import { ecdheSuite } from '../../src/tls12/suite.ts';
import { hex } from '../hex.ts';
import { NOW, Pair } from '../kit.ts';
import { contentsOf, TOY } from '../toy.ts';
import { pair12, QUICK, SUITES12 } from './kit.ts';
import { scenarios12, sealedRecord12, stepsOf } from './scenario.ts';

const HELLO = Uint8Array.of(1, 2, 3);

describe('a connection', () => {
  it('is closed by both when one closes it (RFC 5246, 7.2.1)', () => {
    const pair = pair12({}, QUICK).run();
    const { client, server } = pair;
    pair.post(client, client.connection.close()).run();
    expect(server.events.at(-1)).toEqual({ kind: 'closed' });
    for (const { connection, failure } of [client, server]) {
      expect([connection.isReadClosed, connection.isWriteClosed]).toEqual([true, true]);
      expect(failure).toBe(undefined);
    }
    expect(() => server.connection.send(HELLO)).toThrow();
    expect(server.connection.close().length).toBe(0);
  });

  it('delivers what was under way when we closed', () => {
    const pair = pair12({}, QUICK).run();
    const { client, server } = pair;
    const late = server.connection.send(HELLO);
    pair.post(client, client.connection.close()).post(server, late).run();
    expect(client.got).toEqual([...HELLO]);
  });

  it('keeps to the record size limit of each side, which counts the content alone', () => {
    const pair = pair12({ recordSizeLimit: 64 }, { ...QUICK, recordSizeLimit: 200 }).run();
    const { client, server } = pair;
    const data = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const fromServer = server.connection.send(data);
    const fromClient = client.connection.send(data);
    expect([fromServer[4], fromClient[4]]).toEqual([64 + 24, 200 + 24]);
    expect([server.connection.recordCapacity, client.connection.recordCapacity]).toEqual([64, 200]);
    pair.post(client, fromClient).post(server, fromServer).run();
    expect(server.got).toEqual([...data]);
    expect(client.got).toEqual([...data]);
  });

  it('fills records up to 2^14 bytes, and does not pad them', () => {
    const { client, server } = pair12({}, QUICK).run();
    const data = new Uint8Array(40_000).map((_, index) => index % 251);
    const bytes = client.connection.send(data, 1000);
    expect(bytes.length).toBe(40_000 + 3 * (5 + 8 + 16));
    expect((bytes[3] << 8) | bytes[4]).toBe(2 ** 14 + 24);
    const { deliver } = server.connection.handle(bytes, NOW);
    expect(deliver.flatMap((part) => [...part])).toEqual([...data]);
  });

  it('refuses a record with more than its limit', () => {
    const pair = pair12({}, { ...QUICK, recordSizeLimit: 64 });
    pair.run();
    const longer = pair12({}, QUICK).run().client.connection.send(new Uint8Array(65));
    expect(pair.server.connection.handle(longer, NOW).failure?.alert).toBe(ALERT.RECORD_OVERFLOW);
  });

  it('is refused with a change of any bit of data, and with a record that comes twice', () => {
    const length = pair12({}, QUICK).run().client.connection.send(HELLO).length;
    for (let at = 0; at < length; at++) {
      // A longer record would be waited for.
      if (at === 3 || at === 4) continue;
      const pair = pair12({}, QUICK).run();
      const bytes = pair.client.connection.send(HELLO);
      bytes[at] ^= 1;
      const { failure, deliver } = pair.server.connection.handle(bytes, NOW);
      expect(failure?.blame).toBe('peer');
      expect(deliver).toEqual([]);
    }
    const pair = pair12({}, QUICK).run();
    const bytes = pair.client.connection.send(HELLO);
    expect(pair.server.connection.handle(bytes.slice(), NOW).deliver.length).toBe(1);
    const { failure } = pair.server.connection.handle(bytes, NOW);
    expect(failure?.alert).toBe(ALERT.BAD_RECORD_MAC);
  });

  it('never uses a nonce twice', () => {
    const { connection } = pair12({}, QUICK).run().client;
    const nonces = new Set<string>();
    for (let turn = 0; turn < 50; turn++) {
      nonces.add(String(connection.send(HELLO).slice(5, 13)));
    }
    expect(nonces.size).toBe(50);
  });

  it('ends before its keys are worn, which TLS 1.2 cannot update', () => {
    const worn = { ...SUITES12.aes128, recordLimit: 4 };
    const pair = pair12({ tls12: tls12Client([worn]) }, QUICK).run();
    const { client, server } = pair;
    expect(() => client.connection.updateKeys(false)).toThrow('TLS 1.2');
    let sent = 0;
    while (!client.connection.isWriteClosed) {
      pair.post(client, client.connection.send(HELLO)).run();
      sent++;
    }
    expect(sent).toBe(3);
    expect(server.got.length).toBe(3 * HELLO.length);
    expect(server.events.at(-1)).toEqual({ kind: 'closed' });
  });

  it('exports the same on both ends, with a context or without', () => {
    const { client, server } = pair12({}, QUICK).run();
    for (const context of [undefined, new Uint8Array(0), HELLO]) {
      const exported = client.connection.exportKeyingMaterial('EXPORTER-a', context, 40);
      expect(server.connection.exportKeyingMaterial('EXPORTER-a', context, 40)).toEqual(exported);
    }
  });
});

describe('a second handshake (CVE-2009-3555)', () => {
  const [scenario] = scenarios12(ecdheSuite(TOY.suite.aead, TOY.hash));
  const [clientHello] = stepsOf(scenario, 'client');
  const pair = () => new Pair(scenario.client, scenario.server, scenario.target).run();
  const warning = Uint8Array.of(1, ALERT.NO_RENEGOTIATION);

  it.each([
    ['client', hex('00000000')],
    ['server', clientHello.message ?? HELLO],
  ] as const)('is refused by a %s, with a warning', (role, message) => {
    const { connection } = pair()[role];
    const record = sealedRecord12(CONTENT.HANDSHAKE, message);
    const { failure, send } = connection.handle(record.slice(), NOW);
    expect(failure).toBe(undefined);
    expect(contentsOf(send)[0].content.slice(8, 10)).toEqual(warning);
    const data = sealedRecord12(CONTENT.APPLICATION_DATA, HELLO);
    expect(connection.handle(data, NOW).deliver.map((part) => [...part])).toEqual([[...HELLO]]);
    for (let turn = 0; turn < 32; turn++) {
      expect(connection.handle(record.slice(), NOW).failure).toBe(undefined);
    }
    expect(connection.handle(record, NOW).failure?.alert).toBe(ALERT.UNEXPECTED_MESSAGE);
  });

  it('is not answered by who is done', () => {
    const { connection } = pair().client;
    connection.close();
    const record = sealedRecord12(CONTENT.HANDSHAKE, hex('00000000'));
    const { failure, send } = connection.handle(record, NOW);
    expect([failure, send.length]).toEqual([undefined, 0]);
  });
});
