import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import {
  ENCRYPTED_ANSWER,
  emitEncryptedAnswer,
  emitHelloAnswer,
  emitRequest,
  emitRetryAnswer,
  emitTicketAnswer,
  HELLO_ANSWER,
  REQUEST,
  RETRY_ANSWER,
  TICKET_ANSWER,
} from '../src/answer.ts';
import { Deframer } from '../src/deframer.ts';
import { describeMessage } from '../src/describe.ts';
import { EXTENSION, readExtensions } from '../src/extension.ts';
import { HANDSHAKE } from '../src/frame.ts';
import { emitMessage, type Message, parseMessage } from '../src/message.ts';
import { emitOffer, OFFER, type Offer, PSK_DHE_KE } from '../src/offer.ts';
import { messages, offers } from './arbitrary.ts';
import { hex } from './hex.ts';
import { MESSAGES } from './rfc8448/messages.ts';

describe('messages of RFC 8448', () => {
  const all: [string, Uint8Array, string][] = [
    [
      'ClientHello',
      MESSAGES.clientHello,
      'ClientHello TLS_AES_128_GCM_SHA256 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_256_GCM_SHA384, serverName server, groups x25519 secp256r1 secp384r1 secp521r1 0x0100 0x0101 0x0102 0x0103 and 1 more, keyShares x25519, versions 0x0304, signatureSchemes ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 0x0203 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 and 7 more, pskModes of 1, recordSizeLimit 16385',
    ],
    [
      'ServerHello',
      MESSAGES.serverHello,
      'ServerHello TLS_AES_128_GCM_SHA256, keyShare x25519, version 0x0304',
    ],
    [
      'HelloRetryRequest',
      MESSAGES.retry,
      'HelloRetryRequest TLS_AES_128_GCM_SHA256, group secp256r1, cookie of 114 bytes, version 0x0304',
    ],
    [
      'EncryptedExtensions',
      MESSAGES.encryptedExtensions,
      'EncryptedExtensions, groups x25519 secp256r1 secp384r1 secp521r1 0x0100 0x0101 0x0102 0x0103 and 1 more, recordSizeLimit 16385, serverName true',
    ],
    ['Certificate', MESSAGES.certificate, 'Certificate 432 bytes'],
    ['CertificateVerify', MESSAGES.certificateVerify, 'CertificateVerify rsa_pss_rsae_sha256'],
    ['Finished', MESSAGES.serverFinished, 'Finished'],
  ];
  it.each(all)('%s is read and written', (_, bytes, line) => {
    const message = value(parseMessage(bytes));
    expect(describeMessage(message)).toBe(line);
    expect(emitMessage(message)).toEqual(bytes);
  });

  it('a ClientHello that resumes', () => {
    const hello = value(parseMessage(MESSAGES.resumingHello));
    if (hello.type !== HANDSHAKE.CLIENT_HELLO) throw new Error(describeMessage(hello));
    const offer = value(readExtensions(OFFER, hello.extensions));
    expect(offer.earlyData).toBe(true);
    expect(offer.pskModes).toEqual([PSK_DHE_KE]);
    const [{ identity, obfuscatedAge }] = offer.preSharedKey?.identities ?? [];
    expect([identity.length, obfuscatedAge]).toEqual([0xb2, 0xfad6aacb]);
    expect(offer.preSharedKey?.binders.map((binder) => binder.length)).toEqual([32]);
  });
});

describe('messages', () => {
  it('are what was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(value(parseMessage(emitMessage(message)))).toEqual(message);
      }),
    );
  });

  it('cut off anywhere are a decode_error', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        const bytes = emitMessage(message).slice();
        const body = bytes.length - 4;
        // Whatever fits is a Finished, and neither a hello nor its extensions need be there.
        if (body === 0 || message.type === HANDSHAKE.FINISHED) return;
        const short = bytes.slice(0, 4 + (cut % body));
        const length = short.length - 4;
        short.set([length >>> 16, length >>> 8, length], 1);
        const parsed = parseMessage(short);
        if (parsed.ok) expect('extensions' in parsed.value && parsed.value.extensions).toEqual([]);
        else expect(parsed.error.alert).toBe(ALERT.DECODE_ERROR);
      }),
    );
  });

  it.each([
    ['an unknown type', '63000000', ALERT.UNEXPECTED_MESSAGE],
    ['a hello of TLS 1.2 that is a HelloRequest', '00000000', ALERT.UNEXPECTED_MESSAGE],
    ['a length that lies', '0800000200', ALERT.DECODE_ERROR],
    ['bytes after the extensions', '08000003000000', ALERT.DECODE_ERROR],
    ['an extension twice', '0800000a000800000000' + '00000000', ALERT.ILLEGAL_PARAMETER],
    ['a KeyUpdate with 2', '1800000102', ALERT.ILLEGAL_PARAMETER],
    ['an EndOfEarlyData with content', '0500000100', ALERT.DECODE_ERROR],
    ['an empty ticket', '0400000d000000000000000000' + '00000000', ALERT.DECODE_ERROR],
    ['an empty certificate', '0b000009000000050000000000', ALERT.DECODE_ERROR],
    [
      'eleven certificates',
      `0b000046000000${(11 * 6).toString(16)}${'000001300000'.repeat(11)}`,
      ALERT.BAD_CERTIFICATE,
    ],
  ])('%s is refused', (_, bytes, alert) => {
    const parsed = parseMessage(hex(bytes));
    expect(parsed).toMatchObject({ ok: false, error: { blame: 'peer', alert } });
  });

  it('a pre_shared_key before others is refused', () => {
    const hello = value(parseMessage(MESSAGES.resumingHello));
    if (hello.type !== HANDSHAKE.CLIENT_HELLO) throw new Error(describeMessage(hello));
    const parsed = parseMessage(
      emitMessage({ ...hello, extensions: hello.extensions.toReversed() }),
    );
    expect(parsed).toMatchObject({ error: { alert: ALERT.ILLEGAL_PARAMETER } });
  });
});

describe('extensions', () => {
  it('of a ClientHello are what was written', () => {
    fc.assert(
      fc.property(offers, (offer) => {
        expect(value(readExtensions(OFFER, emitOffer(offer)))).toEqual(offer);
      }),
    );
  });

  it('of the answers are what was written', () => {
    const share = { group: 0x1d, key: Uint8Array.of(1) };
    const hello = { version: 0x0304, keyShare: share, preSharedKey: 2 };
    expect(value(readExtensions(HELLO_ANSWER, emitHelloAnswer(hello)))).toEqual(hello);
    const retry = { version: 0x0304, group: 0x17, cookie: Uint8Array.of(1, 2) };
    expect(value(readExtensions(RETRY_ANSWER, emitRetryAnswer(retry)))).toEqual(retry);
    const encrypted = { protocols: ['h2'], recordSizeLimit: 64, serverName: true, groups: [23] };
    const answer = emitEncryptedAnswer({ ...encrypted, serverName: true, earlyData: true });
    expect(value(readExtensions(ENCRYPTED_ANSWER, answer))).toEqual({
      ...encrypted,
      earlyData: true,
    });
    const request = {
      signatureSchemes: [0x0403],
      certificateSchemes: [0x0804],
      authorities: [Uint8Array.of(0x30, 0)],
    };
    expect(value(readExtensions(REQUEST, emitRequest(request)))).toEqual(request);
    const ticket = { earlyData: 0xffff_ffff };
    expect(value(readExtensions(TICKET_ANSWER, emitTicketAnswer(ticket)))).toEqual(ticket);
  });

  it('that nobody asked for, or of another message, are refused', () => {
    const asked = new Set<number>([EXTENSION.KEY_SHARE]);
    const unasked = emitEncryptedAnswer({ protocols: ['h2'] });
    expect(readExtensions(ENCRYPTED_ANSWER, unasked, asked)).toMatchObject({
      error: { alert: ALERT.UNSUPPORTED_EXTENSION },
    });
    const misplaced = emitRetryAnswer({ group: 0x17 });
    expect(readExtensions(ENCRYPTED_ANSWER, misplaced, asked)).toMatchObject({
      error: { alert: ALERT.ILLEGAL_PARAMETER },
    });
  });

  const HOST = '0000000f000d00000a61';
  it.each([
    ['a host name with a zero in it', `${HOST}00${'61'.repeat(8)}`],
    ['a host name that ends with a dot', `${HOST}${'61'.repeat(8)}2e`],
    ['two host names', '0000000a00080000016100000162'],
    ['groups of an odd length', '000a0005000300170a'],
    ['no groups', '000a00020000'],
    ['an empty name of a protocol', '00100003000100'],
    ['a key share without a key', '003300060004001d0000'],
    ['an identity without a binder', '0029000b0007000161000000000000'],
    ['versions and one byte more', '002b00040203' + '0400'],
    ['early data with content', '002a000100'],
  ])('%s are a decode_error', (_, bytes) => {
    const [high, low, ...rest] = hex(bytes);
    const extension = { type: (high << 8) | low, data: Uint8Array.from(rest.slice(2)) };
    expect((rest[0] << 8) | rest[1]).toBe(extension.data.length);
    expect(readExtensions<Offer>(OFFER, [extension])).toMatchObject({
      error: { alert: ALERT.DECODE_ERROR },
    });
  });
});

describe('the deframer', () => {
  it('gives each message once, however they were cut', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1 }),
        (list, cuts) => {
          const all = list.flatMap((message) => [...emitMessage(message)]);
          const deframer = new Deframer();
          const got: Message[] = [];
          for (let at = 0, turn = 0; at < all.length; turn++) {
            const cut = cuts[turn % cuts.length];
            deframer.push(Uint8Array.from(all.slice(at, at + cut)));
            at += cut;
            for (;;) {
              const next = value(deframer.next());
              if (next === undefined) break;
              got.push(value(parseMessage(next)));
            }
          }
          expect(got).toEqual(list);
          expect(deframer.isInside).toBe(false);
        },
      ),
    );
  });

  it('refuses a message that is too long for its type before it is there', () => {
    const deframer = new Deframer();
    deframer.push(hex('140000ff'));
    expect(deframer.next()).toMatchObject({ error: { alert: ALERT.ILLEGAL_PARAMETER } });
  });
});

function value<T>(result: { ok: true; value: T } | { ok: false; error: { reason: string } }): T {
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}
