import { integer, nullValue, octetString, oid, sequence, tagged } from '@atoll/asn1/writer';
import { aes256Cbc } from '@atoll/primitives/reference/aes-cbc';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { readPkcs12 } from '../src/pkcs12.ts';
import { pkcs12MacKey } from '../src/pkcs12-key.ts';
import { emitPrivateKey, findPrivateKey } from '../src/private-key.ts';
import { emitRequest, parseRequest } from '../src/request.ts';
import { authority, ENTROPY, party } from './kit.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 3000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);
const PASSWORD = { text: 'secret', hashes: [sha256], ciphers: [aes256Cbc] };
const subject = party('subject');
const DATA = oid('1.2.840.113549.1.7.1');

/** A file whose MAC is right whatever its contents are, so that the mutations get past it. */
function pkcs12(contents: Uint8Array): Uint8Array {
  const salt = new Uint8Array(8);
  const digest = sha256
    .hmac(pkcs12MacKey(sha256, 'secret', salt, 1))
    .update(contents)
    .tag();
  const info = sequence(sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue()), octetString(digest));
  const mac = sequence(info, octetString(salt));
  return sequence(integer(3), sequence(DATA, tagged(0, octetString(contents))), mac);
}

const bag = (id: number, value: Uint8Array) =>
  sequence(oid(`1.2.840.113549.1.12.10.1.${id}`), tagged(0, value));
const certificate = sequence(
  oid('1.2.840.113549.1.9.22.1'),
  tagged(0, octetString(authority(subject).bytes)),
);
const bags = sequence(
  bag(1, emitPrivateKey(subject.signer.key)),
  bag(3, certificate),
  bag(5, nullValue()),
);
const safes = sequence(sequence(DATA, tagged(0, octetString(bags))));

it(`PKCS #12 files may be anything (${INPUTS} inputs, seed ${SEED})`, () => {
  const whole = readPkcs12(pkcs12(safes), PASSWORD);
  expect(whole).toMatchObject({ ok: true, value: { keys: [subject.signer.key] } });
  expect(whole.ok && whole.value.certificates.length).toBe(1);
  let read = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const bytes = random.chance(0.3)
      ? mutate(random, pkcs12(safes))
      : pkcs12(mutate(random, safes));
    const result = readPkcs12(bytes, PASSWORD);
    if (result.ok) read++;
    else expect(result.error).toMatchObject({ blame: 'config' });
  }
  expect(read).toBeGreaterThan(INPUTS / 50);
});

it(`private keys may be anything (${INPUTS} inputs, seed ${SEED})`, () => {
  let read = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const label = random.pick([
      'PRIVATE KEY',
      'RSA PRIVATE KEY',
      'EC PRIVATE KEY',
      'ENCRYPTED PRIVATE KEY',
    ]);
    const result = findPrivateKey(
      [{ label, bytes: mutate(random, emitPrivateKey(subject.signer.key)) }],
      PASSWORD,
    );
    if (result.ok) read++;
    else expect(result.error).toMatchObject({ blame: 'config' });
  }
  expect(read).toBeGreaterThan(INPUTS / 50);
});

it(`requests may be anything (${INPUTS} inputs, seed ${SEED})`, () => {
  const names = [{ kind: 'dns', value: 'gateway.example.com' } as const];
  const request = emitRequest(
    { subject: subject.name, publicKey: subject.publicKey, names },
    subject.signer,
    ENTROPY,
  );
  let read = 0;
  for (let input = 0; input < INPUTS; input++) {
    if (parseRequest(mutate(new Random(SEED + input), request)).ok) read++;
  }
  expect(read).toBeGreaterThan(INPUTS / 50);
});
