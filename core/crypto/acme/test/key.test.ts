import { toHex } from '@atoll/bytes/hex';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { Random } from '@atoll/sim/random';
import { parseCertificate } from '@atoll/x509/certificate';
import { describe, expect, it } from 'vitest';
import { decodeBase64Url, encodeBase64Url } from '../src/base64url.ts';
import type { Publication } from '../src/challenge.ts';
import { challengeCertificate, keyAuthorization, txtRecord } from '../src/challenge.ts';
import { eddsa } from '../src/key.ts';
import { ALGORITHMS } from './world.ts';

describe('Base64 for URLs', () => {
  it('has the vectors of RFC 4648, without padding', () => {
    for (const [bytes, text] of [
      ['', ''],
      ['f', 'Zg'],
      ['fo', 'Zm8'],
      ['foo', 'Zm9v'],
    ]) {
      expect(encodeBase64Url(encodeUtf8(bytes))).toBe(text);
      expect(decodeBase64Url(text)).toEqual(encodeUtf8(bytes));
    }
    expect(encodeBase64Url(Uint8Array.of(0xfb, 0xff))).toBe('-_8');
    for (const bad of ['Zg==', 'Z', 'Zh', '+_8', 'a b', 'Zm9v\n']) {
      expect(decodeBase64Url(bad)).toBeUndefined();
    }
  });
});

describe('a key', () => {
  it('of Ed25519 signs and has the thumbprint of RFC 8037, A', () => {
    const seed = decodeBase64Url('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A');
    const key = { kind: 'ed25519', seed: seed ?? new Uint8Array() } as const;
    const algorithm = eddsa(ed25519);
    const jwk = algorithm.jwk(key);
    expect(JSON.parse(jwk).x).toBe('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo');
    expect(keyAuthorization('token', jwk, sha256)).toBe(
      'token.kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    );
    const input = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc';
    const signature = algorithm.sign(key, encodeUtf8(input), new Random(1));
    expect(encodeBase64Url(signature)).toBe(
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    );
  });

  it('of the wrong kind is misuse', () => {
    const other = eddsa(ed25519).generate(new Random(1));
    expect(() => ALGORITHMS.account.jwk(other)).toThrow('another kind');
  });
});

describe('a challenge', () => {
  const publication: Publication = {
    ...{ authorization: 'https://a/1', type: 'tls-alpn-01', name: 'www.example.org' },
    ...{ token: 'x', keyAuthorization: 'x.y' },
  };
  const digest = sha256.digest(encodeUtf8('x.y'));

  it('of the name system has a digest below a name of its own', () => {
    expect(txtRecord(publication, sha256)).toEqual({
      name: '_acme-challenge.www.example.org',
      value: encodeBase64Url(digest),
    });
  });

  it('of TLS has a certificate with the digest, critical, and the name alone', () => {
    const made = challengeCertificate(publication, ALGORITHMS, 1.8e12, new Random(1));
    const parsed = parseCertificate(made.certificate);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    const { extensions } = parsed.value;
    expect(extensions.subjectAltName).toEqual([{ kind: 'dns', value: 'www.example.org' }]);
    expect(extensions.list).toContainEqual({
      ...{ id: '1.3.6.1.5.5.7.1.31', isCritical: true, isKnown: false },
    });
    // An OCTET STRING with the digest in it.
    expect(toHex(made.certificate)).toContain(`04220420${toHex(digest)}`);
  });
});
