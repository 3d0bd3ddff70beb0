import fc from 'fast-check';
import { EXTENSION, type Extension } from '../src/extension.ts';
import { HANDSHAKE } from '../src/frame.ts';
import type { Message } from '../src/message.ts';
import type { Offer } from '../src/offer.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const random = bytes(32, 32);
const list = fc.array(u16, { minLength: 1, maxLength: 20 });

const extensions: fc.Arbitrary<Extension[]> = fc.uniqueArray(
  fc.record({
    type: u16.filter((type) => type !== EXTENSION.PRE_SHARED_KEY),
    data: bytes(0, 40),
  }),
  { selector: ({ type }) => type, maxLength: 5 },
);

/** Every kind of message, each with any values that it can have. */
export const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant(HANDSHAKE.CLIENT_HELLO),
    legacyVersion: u16,
    random,
    sessionId: bytes(0, 32),
    suites: list,
    compressions: bytes(1, 4),
    extensions,
  }),
  fc.record({
    type: fc.constant(HANDSHAKE.SERVER_HELLO),
    legacyVersion: u16,
    random,
    sessionId: bytes(0, 32),
    suite: u16,
    compression: fc.integer({ min: 0, max: 255 }),
    extensions,
  }),
  fc.record({
    type: fc.constant(HANDSHAKE.NEW_SESSION_TICKET),
    lifetime: u32,
    ageAdd: u32,
    nonce: bytes(0, 8),
    ticket: bytes(1, 200),
    extensions,
  }),
  fc.record({ type: fc.constant(HANDSHAKE.END_OF_EARLY_DATA) }),
  fc.record({ type: fc.constant(HANDSHAKE.ENCRYPTED_EXTENSIONS), extensions }),
  fc.record({
    type: fc.constant(HANDSHAKE.CERTIFICATE),
    context: bytes(0, 8),
    entries: fc.array(fc.record({ certificate: bytes(1, 100), extensions }), { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant(HANDSHAKE.CERTIFICATE_REQUEST), context: bytes(0, 8), extensions }),
  fc.record({
    type: fc.constant(HANDSHAKE.CERTIFICATE_VERIFY),
    scheme: u16,
    signature: bytes(0, 100),
  }),
  fc.record({ type: fc.constant(HANDSHAKE.FINISHED), verifyData: bytes(32, 48) }),
  fc.record({ type: fc.constant(HANDSHAKE.KEY_UPDATE), requested: fc.boolean() }),
);

const protocol = fc.string({ minLength: 1, maxLength: 10, unit: fc.constantFrom(...'h2/1.\xff') });

/** Any part of what a ClientHello may offer. */
export const offers: fc.Arbitrary<Partial<Offer>> = fc.record(
  {
    serverName: fc.constantFrom('a', 'xn--nxasmq6b.example', '_dmarc.example.org'),
    statusRequest: fc.constant(true),
    groups: list,
    signatureSchemes: list,
    certificateSchemes: list,
    protocols: fc.array(protocol, { minLength: 1, maxLength: 4 }),
    recordSizeLimit: u16,
    versions: list,
    cookie: bytes(1, 100),
    pskModes: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 }),
    authorities: fc.array(bytes(1, 50), { minLength: 1, maxLength: 4 }),
    keyShares: fc.array(fc.record({ group: u16, key: bytes(1, 97) }), { maxLength: 4 }),
    earlyData: fc.constant(true as const),
    preSharedKey: fc.record({
      identities: fc.array(fc.record({ identity: bytes(1, 99), obfuscatedAge: u32 }), {
        minLength: 1,
        maxLength: 3,
      }),
      binders: fc.array(bytes(32, 48), { minLength: 1, maxLength: 3 }),
    }),
  },
  { requiredKeys: [] },
);
