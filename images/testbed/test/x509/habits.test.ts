import { expect as must } from '@atoll/result/result';
import { lacks } from '@atoll/testbed/requirements';
import { strictProfile, webProfile } from '@atoll/x509/profile';
import { parseRevocationList } from '@atoll/x509/revocation-list';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesIn, verify } from './kit.ts';
import { OpenSsl } from './openssl.ts';

/** What Easy-RSA gives to OpenSSL: authorities that are not critical, names of issuers beside key identifiers. */
const CONFIGURATION = `
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer:always
basicConstraints = CA:TRUE
keyUsage = cRLSign, keyCertSign
[peer]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer:always
extendedKeyUsage = serverAuth
keyUsage = digitalSignature, keyEncipherment
subjectAltName = DNS:gateway.example.com
[ca]
default_ca = own
[own]
database = index.txt
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_crl_days = 2
`;

describe.skipIf(lacks('openssl'))('an authority as VPNs have it', () => {
  const openssl = new OpenSsl();
  beforeAll(() => {
    openssl.write('own.cnf', CONFIGURATION);
    openssl.write('index.txt', '');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const request = ['req', '-config', 'own.cnf', ...key];
    openssl.run(
      ...request,
      '-x509',
      '-subj',
      '/CN=Easy CA',
      '-days',
      '2',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
    );
    openssl.run(...request, '-subj', '/CN=gateway', '-keyout', 'peer.key', '-out', 'peer.csr');
    const issuer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    const extensions = ['-extfile', 'own.cnf', '-extensions', 'peer'];
    openssl.run(
      'x509',
      '-req',
      '-in',
      'peer.csr',
      ...issuer,
      ...extensions,
      '-days',
      '1',
      '-out',
      'peer.crt',
    );
  });
  afterAll(() => openssl.remove());

  const lists = () => {
    openssl.run('ca', '-config', 'own.cnf', '-gencrl', '-out', 'own.crl');
    return [must(parseRevocationList(openssl.readPem('own.crl')[0].bytes))];
  };

  it('passes the private profile, and no other', () => {
    const [root] = certificatesIn(openssl, 'ca.crt');
    const [peer] = certificatesIn(openssl, 'peer.crt');
    expect(verify(peer, [], [root])).toBe(2);
    expect(verify(peer, [root], [root])).toBe(2);
    expect(verify(peer, [], [root], { profile: strictProfile })).toBe('profile');
    expect(verify(peer, [], [root], { profile: webProfile })).toBe('profile');
  });

  it('revokes by lists without numbers', () => {
    const [root] = certificatesIn(openssl, 'ca.crt');
    const [peer] = certificatesIn(openssl, 'peer.crt');
    const now = Date.now() + 1000;
    expect(verify(peer, [], [root], { revocationLists: lists(), now })).toBe(2);
    openssl.run('ca', '-config', 'own.cnf', '-revoke', 'peer.crt');
    expect(verify(peer, [], [root], { revocationLists: lists(), now })).toBe('revoked');
  });
});
