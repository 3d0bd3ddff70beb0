import { toHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { ecdsa } from '../src/ecdsa.ts';
import { hkdfExpand, hkdfExtract } from '../src/hkdf.ts';
import { HmacDrbg } from '../src/hmac-drbg.ts';
import { chacha20Poly1305 } from '../src/reference/chacha20-poly1305.ts';
import { ed25519 } from '../src/reference/ed25519.ts';
import { p256, p384, p521 } from '../src/reference/nist.ts';
import { scrypt } from '../src/reference/scrypt.ts';
import { sha256, sha384, sha512 } from '../src/reference/sha2.ts';
import { x25519 } from '../src/reference/x25519.ts';
import { ascii, hex } from './hex.ts';

const entropy = { fill: (bytes: Uint8Array) => void bytes.fill(0) };

describe('RFC 5869', () => {
  it('A.1', () => {
    const key = hkdfExtract(sha256, hex('000102030405060708090a0b0c'), new Uint8Array(22).fill(11));
    expect(toHex(key)).toBe('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5');
    expect(toHex(hkdfExpand(sha256, key, hex('f0f1f2f3f4f5f6f7f8f9'), 42))).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
  });
});

describe('RFC 6979', () => {
  // A.2.5
  const key = hex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721');

  it.each([
    [
      'sample',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'test',
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367' +
        '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ],
  ])('signs "%s" with P-256', (message, signature) => {
    const scheme = ecdsa(p256, sha256, 'raw');
    expect(toHex(scheme.sign(key, ascii(message), entropy))).toBe(signature);
  });

  it('draws its nonce from an HMAC_DRBG that was seeded with key and digest', () => {
    const drbg = new HmacDrbg(sha256);
    drbg.seed(Uint8Array.of(...key, ...sha256.digest(ascii('sample'))));
    const nonce = new Uint8Array(32);
    drbg.fill(nonce);
    expect(toHex(nonce)).toBe('a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60');
  });
});

describe('RFC 7748', () => {
  it('6.1', () => {
    const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const bob = hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    expect(toHex(x25519.publicKey(alice))).toBe(
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    );
    expect(toHex(x25519.agree(alice, bob) ?? hex(''))).toBe(
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    );
  });
});

describe('RFC 8032', () => {
  it('7.1, test 1', () => {
    const seed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    expect(toHex(ed25519.publicKey(seed))).toBe(publicKey);
    expect(toHex(ed25519.sign(seed, hex(''), entropy))).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555' +
        'fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });
});

describe('RFC 8439', () => {
  it('2.8.2', () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index);
    const text = ascii(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
        'sunscreen would be it.',
    );
    const bytes = new Uint8Array(text.length + 16);
    bytes.set(text);
    const aead = chacha20Poly1305.withKey(key);
    const nonce = hex('070000004041424344454647');
    aead.seal(nonce, hex('50515253c0c1c2c3c4c5c6c7'), bytes, 0, text.length, text.length);
    expect(toHex(bytes.subarray(0, 16))).toBe('d31a8d34648e60db7b86afbc53ef7ec2');
    expect(toHex(bytes.subarray(text.length))).toBe('1ae10b594f09e26a7e902ecbd0600691');
  });
});

describe('RFC 7914', () => {
  it('12, the first two', () => {
    const least = { cost: 16, blockSize: 1, parallelization: 1 };
    expect(toHex(scrypt(hex(''), hex(''), least, 64))).toBe(
      '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442' +
        'fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
    );
    const more = { cost: 1024, blockSize: 8, parallelization: 16 };
    expect(toHex(scrypt(ascii('password'), ascii('NaCl'), more, 64))).toBe(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162' +
        '2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    );
  });

  it('takes no cost that is not a power of two', () => {
    const cost = { cost: 1000, blockSize: 1, parallelization: 1 };
    expect(() => scrypt(hex(''), hex(''), cost, 64)).toThrow();
  });
});

describe('FIPS 180-4', () => {
  it.each([
    [sha256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [sha384, 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163'],
    [sha512, 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2'],
  ])('hashes abc', (hash, start) => {
    expect(toHex(hash.digest(ascii('abc')))).toContain(start);
  });
});

describe('the names of schemes', () => {
  it('are those of TLS', () => {
    expect(ecdsa(p384, sha384).name).toBe('ecdsa_secp384r1_sha384');
    expect(ecdsa(p521, sha512).name).toBe('ecdsa_secp521r1_sha512');
  });
});
