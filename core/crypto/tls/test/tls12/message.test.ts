import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../../src/alert.ts';
import { readExtensions } from '../../src/extension.ts';
import { HANDSHAKE } from '../../src/frame.ts';
import { TicketKeys } from '../../src/server/ticket.ts';
import { describe12 } from '../../src/tls12/describe.ts';
import {
  emitHelloAnswer12,
  emitOffer12,
  HELLO_ANSWER12,
  OFFER12,
} from '../../src/tls12/extension.ts';
import { emitMessage12, type Message12, parseMessage12 } from '../../src/tls12/message.ts';
import { messages as messages13 } from '../arbitrary.ts';
import { hex } from '../hex.ts';
import { SUITES, verifier } from '../kit.ts';
import { pair12 } from './kit.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

/** Every kind of message that only TLS 1.2 has, or has in another form. */
const messages: fc.Arbitrary<Message12> = fc.oneof(
  fc.record({ type: fc.constant(HANDSHAKE.HELLO_REQUEST) }),
  fc.record({
    type: fc.constant(HANDSHAKE.CERTIFICATE),
    chain: fc.array(bytes(1, 100), { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant(HANDSHAKE.SERVER_KEY_EXCHANGE),
    group: u16,
    key: bytes(1, 133),
    scheme: u16,
    signature: bytes(0, 100),
  }),
  fc.record({
    type: fc.constant(HANDSHAKE.CERTIFICATE_REQUEST),
    certificateTypes: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 }),
    signatureSchemes: fc.array(u16, { minLength: 1, maxLength: 9 }),
    authorities: fc.array(bytes(1, 40), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant(HANDSHAKE.SERVER_HELLO_DONE) }),
  fc.record({ type: fc.constant(HANDSHAKE.CLIENT_KEY_EXCHANGE), key: bytes(1, 133) }),
  fc.record({
    type: fc.constant(HANDSHAKE.NEW_SESSION_TICKET),
    lifetime: fc.integer({ min: 0, max: 0xffff_ffff }),
    ticket: bytes(0, 200),
  }),
);

describe('messages', () => {
  it('are what was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(parseMessage12(emitMessage12(message))).toEqual({ ok: true, value: message });
      }),
    );
  });

  it('that are the same in TLS 1.3 are, too', () => {
    const same = [1, 2, 15, 20];
    fc.assert(
      fc.property(messages13, (message) => {
        if (!same.includes(message.type)) return;
        const written = emitMessage12(message as Message12);
        expect(parseMessage12(written)).toEqual({ ok: true, value: message });
      }),
    );
  });

  it('cut off anywhere, or with a byte behind them, are a decode_error', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        const whole = emitMessage12(message);
        const longer = Uint8Array.from([...whole, 0]);
        const shorter = whole.slice(0, 4 + (cut % Math.max(1, whole.length - 4)));
        for (const changed of [longer, shorter]) {
          const length = changed.length - 4;
          if (changed.length === whole.length) continue;
          changed.set([length >>> 16, length >>> 8, length], 1);
          expect(parseMessage12(changed)).toMatchObject({ error: { alert: ALERT.DECODE_ERROR } });
        }
      }),
    );
  });

  it.each([
    ['a message of TLS 1.3', '080000020000', ALERT.UNEXPECTED_MESSAGE],
    ['a CertificateStatus', '16000000', ALERT.UNEXPECTED_MESSAGE],
    ['a HelloRequest with content', '0000000100', ALERT.DECODE_ERROR],
    ['a curve by its parameters', '0c00000701000100000000', ALERT.ILLEGAL_PARAMETER],
    ['a ServerKeyExchange without a key', '0c00000803001d0004030000', ALERT.DECODE_ERROR],
    ['a ClientKeyExchange without a key', '1000000100', ALERT.DECODE_ERROR],
    ['an empty certificate', '0b000006000003000000', ALERT.DECODE_ERROR],
    ['a request for no kind of key', '0d00000700000204030000', ALERT.DECODE_ERROR],
    ['a request for no scheme', '0d000006014000000000', ALERT.DECODE_ERROR],
    ['eleven certificates', `0b00002f00002c${'00000130'.repeat(11)}`, ALERT.BAD_CERTIFICATE],
  ])('%s is refused', (_, message, alert) => {
    expect(parseMessage12(hex(message))).toMatchObject({ ok: false, error: { alert } });
  });
});

describe('extensions', () => {
  it('are what was written', () => {
    const offer = {
      pointFormats: [0, 1],
      extendedMasterSecret: true as const,
      ticket: Uint8Array.of(1, 2),
      renegotiation: Uint8Array.of(3),
    };
    expect(readExtensions(OFFER12, emitOffer12(offer))).toEqual({ ok: true, value: offer });
    const answer = {
      serverName: true as const,
      pointFormats: [0],
      protocols: ['h2'],
      extendedMasterSecret: true as const,
      recordSizeLimit: 64,
      ticket: true as const,
      renegotiation: new Uint8Array(0),
    };
    expect(readExtensions(HELLO_ANSWER12, emitHelloAnswer12(answer))).toEqual({
      ok: true,
      value: answer,
    });
  });

  it.each([
    ['point formats without any', 11, '00'],
    ['point formats and a byte more', 11, '010000'],
    ['an extended_master_secret with content', 23, '00'],
    ['a renegotiation_info without a length', 0xff01, ''],
    ['a renegotiation_info and a byte more', 0xff01, '0000'],
  ])('%s are a decode_error', (_, type, data) => {
    expect(readExtensions(OFFER12, [{ type, data: hex(data) }])).toMatchObject({
      error: { alert: ALERT.DECODE_ERROR },
    });
  });
});

it('a handshake is traced', () => {
  const tickets = new TicketKeys(SUITES.aes128.aead);
  const { client } = pair12({}, { tickets }).run();
  const lines = client.events.flatMap((event) =>
    event.kind === 'trace' ? [event.line.replace(/ of \d+ bytes for/, ' for')] : [],
  );
  expect(lines.slice(1)).toEqual([
    '< ServerHello TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, serverName true, recordSizeLimit 16384, pointFormats of 1, extendedMasterSecret true, ticket true, renegotiation of 0 bytes',
    '< Certificate 77 bytes',
    '< ServerKeyExchange x25519, ecdsa_secp256r1_sha256',
    '< ServerHelloDone',
    '> ClientKeyExchange of 32 bytes',
    '> ChangeCipherSpec',
    '> Finished',
    '< NewSessionTicket for 7200 s',
    '< ChangeCipherSpec',
    '< Finished',
  ]);
  const asked = pair12({}, { clients: { verifier, required: false } }).run();
  const heard = asked.client.events.flatMap((event) =>
    event.kind === 'trace' ? [event.line] : [],
  );
  expect(heard).toContain('< CertificateRequest ecdsa_secp256r1_sha256 ed25519');
  expect(heard).toContain('> Certificate none');
  expect(describe12(hex('00000000'))).toBe('HelloRequest');
  expect(describe12(hex('0e000001'))).toBe('a message of another length');
});
