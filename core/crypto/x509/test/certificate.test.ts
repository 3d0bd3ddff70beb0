import { SEQUENCE } from '@atoll/asn1/tag';
import {
  bitString,
  boolean,
  element,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  tagged,
  time,
} from '@atoll/asn1/writer';
import { describe, expect, it } from 'vitest';
import { describeCertificate, parseCertificate } from '../src/certificate.ts';
import { emitExtension } from '../src/emit-extension.ts';
import { describeName, emitName } from '../src/name.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  POLICY_CONSTRAINTS,
  SUBJECT_ALT_NAME,
} from '../src/oid.ts';
import { authority, DAY, NOW, party, peer } from './kit.ts';

const root = party('root');

/** A certificate out of parts, of which any may be odd. */
function certificate(parts: {
  version?: Uint8Array[];
  serial?: Uint8Array;
  inner?: Uint8Array;
  before?: Uint8Array;
  publicKey?: Uint8Array;
  rest?: Uint8Array[];
}): string {
  const algorithm = sequence(oid('1.3.101.112'));
  const signed = sequence(
    ...(parts.version ?? [tagged(0, integer(2))]),
    parts.serial ?? integer(1),
    parts.inner ?? algorithm,
    root.name,
    sequence(parts.before ?? time(NOW), time(NOW + DAY)),
    root.name,
    parts.publicKey ?? root.publicKey,
    ...(parts.rest ?? []),
  );
  const result = parseCertificate(sequence(signed, algorithm, bitString(new Uint8Array(64))));
  return result.ok ? 'fine' : result.error.reason.replace(/, at byte \d+$/, '');
}

const extended = (...extensions: Uint8Array[]) =>
  certificate({ rest: [tagged(3, element(SEQUENCE, ...extensions))] });

const extension = (id: string, value: Uint8Array) => extended(emitExtension(id, false, value));

describe('certificates', () => {
  it('are read as they were written', () => {
    const issuer = party('An, issuer');
    const subject = party('gateway');
    const parsed = peer(subject, issuer, {
      names: [
        { kind: 'dns', value: '*.example.com' },
        { kind: 'ip', value: Uint8Array.of(192, 0, 2, 1) },
        { kind: 'email', value: 'who@example.com' },
      ],
      roles: ['client', 'server'],
    });
    expect(describeName(parsed.issuer)).toBe('CN=An\\, issuer');
    expect(describeCertificate(parsed)).toMatch(/^CN=gateway \(serial [0-9a-f]{32}\)$/);
    expect(parsed).toMatchObject({ version: 3, notBefore: NOW - DAY, notAfter: NOW + DAY });
    expect(parsed.publicKey).toMatchObject({ kind: 'ed25519', bytes: subject.publicKey });
    expect(parsed.extensions.subjectAltName).toEqual([
      { kind: 'dns', value: '*.example.com' },
      { kind: 'ip', value: Uint8Array.of(192, 0, 2, 1) },
      { kind: 'email', value: 'who@example.com' },
    ]);
    expect(parsed.extensions.keyUsage).toMatchObject({ digitalSignature: true, listSign: false });
    expect(authority(root, root, { pathLength: 2 }).extensions).toMatchObject({
      basicConstraints: { isAuthority: true, pathLength: 2 },
      keyUsage: { certificateSign: true, listSign: true },
      authorityKeyIdentifier: { keyIdentifier: root.keyIdentifier, hasIssuer: false },
    });
  });

  it('keep the rules of versions', () => {
    const someExtension = tagged(3, sequence(emitExtension('1.2.3', false, integer(1))));
    const identifier = element(0x81, Uint8Array.of(0, 1));
    expect(certificate({})).toBe('fine');
    expect(certificate({ version: [] })).toBe('fine');
    expect(certificate({ version: [tagged(0, integer(0))] })).toContain('default value');
    expect(certificate({ version: [tagged(0, integer(3))] })).toContain('INTEGER above 2');
    expect(certificate({ version: [], rest: [someExtension] })).toContain(
      'extensions in version 1',
    );
    expect(certificate({ version: [tagged(0, integer(1))], rest: [someExtension] })).toContain(
      'extensions in version 2',
    );
    expect(certificate({ version: [], rest: [identifier] })).toContain('a unique identifier');
    expect(certificate({ rest: [identifier, someExtension] })).toBe('fine');
    expect(certificate({ rest: [someExtension, identifier] })).toContain('something follows');
  });

  it('are signed in the way that they say', () => {
    expect(certificate({ inner: sequence(oid('1.3.101.113')) })).toContain('two different');
  });

  it('have keys that are keys', () => {
    const key = (algorithm: Uint8Array, bytes: Uint8Array) =>
      certificate({ publicKey: sequence(algorithm, bitString(bytes)) });
    const rsa = sequence(oid('1.2.840.113549.1.1.1'), element(0x05));
    const p256 = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
    expect(key(rsa, sequence(integer(15), integer(3)))).toBe('fine');
    expect(key(rsa, integer(15))).toContain('RSA key: INTEGER, not SEQUENCE');
    expect(key(sequence(oid('1.2.840.113549.1.1.1')), sequence(integer(15), integer(3)))).toContain(
      'RSA without the NULL',
    );
    expect(key(p256, Uint8Array.of(4, ...new Uint8Array(64)))).toBe('fine');
    expect(key(p256, Uint8Array.of(2, ...new Uint8Array(32)))).toContain('not uncompressed');
    expect(key(sequence(oid('1.3.101.112')), new Uint8Array(31))).toContain('has not 32 bytes');
  });

  it('have extensions that are well-formed', () => {
    const other = emitExtension('1.2.3', false, integer(1));
    expect(extended(other, other)).toContain('extension 1.2.3 twice');
    expect(extended()).toContain('an empty SEQUENCE');
    expect(extended(sequence(oid('1.2.3'), boolean(false), octetString(integer(1))))).toContain(
      'default value',
    );
    expect(extension(BASIC_CONSTRAINTS, sequence(integer(1)))).toContain('without an authority');
    expect(extension(BASIC_CONSTRAINTS, sequence(boolean(false)))).toContain('default value');
    expect(extension(KEY_USAGE, bitString(Uint8Array.of(0)))).toContain('zeros at the end');
    expect(extension(KEY_USAGE, namedBits([5]))).toBe('fine');
    expect(extension(SUBJECT_ALT_NAME, sequence())).toContain('an empty SEQUENCE');
    expect(extension(SUBJECT_ALT_NAME, sequence(element(0x87, new Uint8Array(5))))).toContain(
      'an IP address of 5 octets',
    );
    expect(extension(SUBJECT_ALT_NAME, sequence(element(0x82, Uint8Array.of(0xe9))))).toContain(
      'IA5String',
    );
    expect(extension(NAME_CONSTRAINTS, sequence())).toContain('without any');
    const maximum = sequence(element(0x82), element(0x81, Uint8Array.of(1)));
    expect(extension(NAME_CONSTRAINTS, sequence(tagged(0, maximum)))).toContain(
      'something follows',
    );
    expect(extension(POLICY_CONSTRAINTS, sequence())).toContain('without any');
    const policy = sequence(oid('1.2.3'));
    expect(extension(CERTIFICATE_POLICIES, sequence(policy, policy))).toContain('a policy twice');
    expect(
      extension(AUTHORITY_KEY_IDENTIFIER, sequence(element(0x82, Uint8Array.of(1)))),
    ).toContain('an issuer without serial number');
    expect(extension(BASIC_CONSTRAINTS, Uint8Array.of(0x30, 0, 0))).toContain('something follows');
  });

  it('are not long without end', () => {
    const padding = emitExtension('1.2.3', false, octetString(new Uint8Array(0x4_0000)));
    expect(extended(padding)).toContain('more than 262144 bytes');
  });
});

describe('names', () => {
  const key = (attributes: readonly (readonly [string, string])[]) => {
    const parsed = authority({ ...root, name: emitName(attributes) }, root);
    return parsed.subject.key;
  };

  it('are the same whatever their case, spaces and string types', () => {
    expect(key([['CN', ' A  name ']])).toBe(key([['CN', 'a NAME']]));
    expect(key([['C', 'DE']])).toBe(key([['C', 'de*'.slice(0, 2)]]));
    expect(key([['CN', 'a']])).not.toBe(key([['O', 'a']]));
    expect(
      key([
        ['CN', 'a'],
        ['O', 'b'],
      ]),
    ).not.toBe(
      key([
        ['O', 'b'],
        ['CN', 'a'],
      ]),
    );
    expect(key([['CN', 'a/2.5.4.10=1:b']])).not.toBe(
      key([
        ['CN', 'a'],
        ['O', 'b'],
      ]),
    );
  });

  it('are shown without control characters', () => {
    const { subject } = authority(
      { ...root, name: emitName([['CN', 'a\n\u001b[1m\u202e']]) },
      root,
    );
    expect(describeName(subject)).toBe('CN=a\\u{a}\\u{1b}[1m\\u{202e}');
  });
});
