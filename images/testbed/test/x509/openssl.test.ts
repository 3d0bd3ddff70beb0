import { sha256 } from '@atoll/primitives/reference/sha2';
import { expect as must } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { lacks } from '@atoll/testbed/requirements';
import { parseCertificate } from '@atoll/x509/certificate';
import { authorityExtensions, peerExtensions } from '@atoll/x509/emit-extension';
import {
  emitCertificate,
  emitRevocationList,
  keyIdentifier,
  newSerial,
  type Signer,
} from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { readPkcs12 } from '@atoll/x509/pkcs12';
import { emitPrivateKey, findPrivateKey, type PrivateKey } from '@atoll/x509/private-key';
import { strictProfile } from '@atoll/x509/profile';
import { emitRequest, isRequestSigned, parseRequest } from '@atoll/x509/request';
import { parseRevocationList } from '@atoll/x509/revocation-list';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesIn, KINDS, newKey, PASSWORD, publicKeyOf, SIGNATURES, verify } from './kit.ts';
import { OpenSsl } from './openssl.ts';

const HOUR = 3_600_000;
const now = Date.now();
const entropy = new Random(now);

describe.skipIf(lacks('openssl')).each(KINDS)('$name and OpenSSL', ({ words, signature }) => {
  const openssl = new OpenSsl();
  let key: PrivateKey;
  let publicKey: Uint8Array;
  let own: Uint8Array;
  let signer: Signer;
  beforeAll(() => {
    key = newKey(openssl, words, 'key.pem');
    publicKey = publicKeyOf(key);
    own = keyIdentifier(publicKey, sha256);
    signer = { key, signature };
  });
  afterAll(() => openssl.remove());
  const validity = { notBefore: now - HOUR, notAfter: now + HOUR };
  const rootName = emitName([
    ['C', 'DE'],
    ['O', 'Atoll'],
    ['CN', 'Root'],
  ]);
  const names = [{ kind: 'dns', value: 'gateway.example.com' } as const];

  it('agree on the key', () => {
    openssl.writePem('ours.pem', 'PRIVATE KEY', emitPrivateKey(key));
    expect(openssl.run('pkey', '-in', 'ours.pem', '-noout', '-check')).toContain('valid');
    openssl.run('pkey', '-in', 'ours.pem', '-pubout', '-out', 'public.pem');
    expect(openssl.readPem('public.pem')[0].bytes).toEqual(publicKey);
    const shapes = key.kind === 'rsa' ? ['rsa'] : key.kind === 'ec' ? ['ec'] : [];
    for (const shape of shapes) {
      const traditional = shape === 'rsa' ? ['-traditional'] : [];
      openssl.run(shape, '-in', 'key.pem', ...traditional, '-out', 'traditional.pem');
      expect(openssl.readPem('traditional.pem')[0].label).toBe(
        `${shape.toUpperCase()} PRIVATE KEY`,
      );
      expect(findPrivateKey(openssl.readPem('traditional.pem'))).toEqual({ ok: true, value: key });
    }
  });

  it('agree on the key behind a password', () => {
    for (const [cipher, prf] of [
      ['aes-256-cbc', 'hmacWithSHA256'],
      ['aes-128-cbc', 'hmacWithSHA1'],
      ['aes-128-cbc', 'hmacWithSHA384'],
      ['aes-256-cbc', 'hmacWithSHA512'],
    ]) {
      const encrypt = ['-topk8', '-v2', cipher, '-v2prf', prf, '-iter', '100'];
      openssl.run(
        'pkcs8',
        '-in',
        'key.pem',
        ...encrypt,
        '-passout',
        `pass:${PASSWORD.text}`,
        '-out',
        'secret.pem',
      );
      const blocks = openssl.readPem('secret.pem');
      expect(findPrivateKey(blocks, PASSWORD)).toEqual({ ok: true, value: key });
      expect(findPrivateKey(blocks, { ...PASSWORD, text: 'wrong' }).ok).toBe(false);
      expect(findPrivateKey(blocks).ok).toBe(false);
    }
  });

  it('agree on a chain and a revocation list of ours', () => {
    const middleName = emitName([
      ['O', 'Atoll'],
      ['CN', 'Mitte ü'],
    ]);
    const middle = newKey(openssl, words, 'middle.pem');
    const middlePublic = publicKeyOf(middle);
    const middleId = keyIdentifier(middlePublic, sha256);
    const serial = newSerial(entropy);
    const root = emitCertificate(
      {
        serial: newSerial(entropy),
        issuer: rootName,
        subject: rootName,
        publicKey,
        ...validity,
        extensions: authorityExtensions(
          { own, issuer: own },
          { permitted: [{ kind: 'dns', value: 'example.com' }] },
        ),
      },
      signer,
      entropy,
    );
    const intermediate = emitCertificate(
      {
        serial: newSerial(entropy),
        issuer: rootName,
        subject: middleName,
        publicKey: middlePublic,
        ...validity,
        extensions: authorityExtensions({ own: middleId, issuer: own }, { pathLength: 0 }),
      },
      signer,
      entropy,
    );
    const leaf = emitCertificate(
      {
        serial,
        issuer: middleName,
        subject: emitName([['CN', 'gateway']]),
        publicKey,
        ...validity,
        extensions: peerExtensions({ own, issuer: middleId }, { names, roles: ['server'] }),
      },
      { key: middle, signature },
      entropy,
    );
    const list = (revoked: readonly { serial: Uint8Array; time: number }[]) =>
      emitRevocationList(
        {
          issuer: middleName,
          issuerKeyIdentifier: middleId,
          number: 300,
          thisUpdate: now - HOUR,
          nextUpdate: now + HOUR,
          revoked,
        },
        { key: middle, signature },
        entropy,
      );
    openssl.writePem('root.crt', 'CERTIFICATE', root);
    openssl.writePem('middle.crt', 'CERTIFICATE', intermediate);
    openssl.writePem('leaf.crt', 'CERTIFICATE', leaf);
    openssl.writePem('empty.crl', 'X509 CRL', list([]));
    openssl.writePem('full.crl', 'X509 CRL', list([{ serial, time: now - HOUR }]));
    const check = ['verify', '-x509_strict', '-CAfile', 'root.crt', '-untrusted', 'middle.crt'];
    const server = ['-purpose', 'sslserver', '-verify_hostname', 'gateway.example.com'];
    expect(openssl.run(...check, ...server, 'leaf.crt')).toContain('leaf.crt: OK');
    expect(openssl.run(...check, '-crl_check', '-CRLfile', 'empty.crl', 'leaf.crt')).toContain(
      'OK',
    );
    expect(openssl.try(...check, '-crl_check', '-CRLfile', 'full.crl', 'leaf.crt').text).toContain(
      'revoked',
    );
    expect(openssl.try(...check, '-purpose', 'sslclient', 'leaf.crt').status).not.toBe(0);

    const [peer, other, trusted] = [leaf, intermediate, root].map((bytes) =>
      must(parseCertificate(bytes)),
    );
    const lists = (bytes: Uint8Array) => ({
      profile: strictProfile,
      revocationLists: [must(parseRevocationList(bytes))],
    });
    expect(verify(peer, [other], [trusted], lists(list([])))).toBe(3);
    expect(verify(peer, [other], [trusted], lists(list([{ serial, time: now - HOUR }])))).toBe(
      'revoked',
    );
  });

  it('agree on requests, both ways', () => {
    const subject = emitName([['CN', 'gateway']]);
    openssl.writePem(
      'ours.csr',
      'CERTIFICATE REQUEST',
      emitRequest({ subject, publicKey, names }, signer, entropy),
    );
    const seen = openssl.run('req', '-in', 'ours.csr', '-verify', '-noout', '-text');
    expect(seen).toMatch(/verify OK/);
    expect(seen).toContain('DNS:gateway.example.com');
    const san = ['-addext', 'subjectAltName=DNS:gateway.example.com'];
    openssl.run(
      'req',
      '-new',
      '-key',
      'key.pem',
      '-subj',
      '/CN=gateway',
      ...san,
      '-out',
      'theirs.csr',
    );
    const request = must(parseRequest(openssl.readPem('theirs.csr')[0].bytes));
    expect(request.extensions.subjectAltName).toEqual(names);
    // OpenSSL signs with SHA-256, whatever the curve, and with PKCS #1.
    const isKnown = SIGNATURES.some(
      ({ identifier, fits }) => fits(key) && `${identifier}` === `${request.signatureAlgorithm}`,
    );
    expect(isRequestSigned(request, SIGNATURES)).toBe(isKnown);
  });

  it('agree on what OpenSSL issues, and on its PKCS #12 files', () => {
    openssl.run(
      'req',
      '-x509',
      '-new',
      '-key',
      'key.pem',
      '-subj',
      '/O=Atoll/CN=Root',
      '-days',
      '2',
      ...digest,
      '-out',
      'ca.crt',
    );
    openssl.run('req', '-new', '-key', 'key.pem', '-subj', '/CN=gateway', '-out', 'peer.csr');
    const file = openssl.write(
      'peer.cnf',
      'subjectAltName=DNS:gateway.example.com\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n',
    );
    const authority = ['-CA', 'ca.crt', '-CAkey', 'key.pem', '-set_serial', '0x80'];
    openssl.run(
      'x509',
      '-req',
      '-in',
      'peer.csr',
      ...authority,
      '-extfile',
      file,
      '-days',
      '1',
      ...digest,
      '-out',
      'peer.crt',
    );
    const [root] = certificatesIn(openssl, 'ca.crt');
    const [peer] = certificatesIn(openssl, 'peer.crt');
    expect(verify(peer, [], [root])).toBe(2);
    expect(verify(peer, [], [root], { role: 'client' })).toBe('purpose');

    const files = ['-inkey', 'key.pem', '-in', 'peer.crt', '-certfile', 'ca.crt'];
    const pass = ['-passout', `pass:${PASSWORD.text}`];
    openssl.run('pkcs12', '-export', ...files, ...pass, '-out', 'peer.p12');
    const opened = readPkcs12(openssl.read('peer.p12'), PASSWORD);
    expect(opened).toMatchObject({ ok: true, value: { keys: [key] } });
    expect(opened.ok && opened.value.certificates.map(({ bytes }) => bytes)).toEqual([
      peer.bytes,
      root.bytes,
    ]);
    expect(readPkcs12(openssl.read('peer.p12'), { ...PASSWORD, text: 'wrong' })).toMatchObject({
      error: {
        blame: 'config',
        reason: 'PKCS #12 file: the password is wrong, or the file is damaged',
      },
    });
    const legacy = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'];
    openssl.run('pkcs12', '-export', ...files, ...pass, ...legacy, '-out', 'legacy.p12');
    expect(readPkcs12(openssl.read('legacy.p12'), PASSWORD)).toMatchObject({
      error: { reason: expect.stringContaining('RC2, RC4 or 3DES; encrypt it again') as string },
    });
  });

  /** The hash that goes with the kind; Ed25519 has its own. */
  const hash = /sha\d+$/.exec(signature.name)?.[0];
  const digest =
    hash === undefined
      ? []
      : [
          `-${hash}`,
          ...(signature.name.includes('pss')
            ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1']
            : []),
        ];
});
