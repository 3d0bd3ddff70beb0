import { integer, sequence, tagged } from '@atoll/asn1/writer';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { describe, expect, it } from 'vitest';
import { emitSigned } from '../src/issue.ts';
import { describeName } from '../src/name.ts';
import { emitRequest, isRequestSigned, parseRequest } from '../src/request.ts';
import { ed25519Signature } from '../src/signature.ts';
import { ENTROPY, party } from './kit.ts';

const SIGNATURES = [ed25519Signature(ed25519)];
const subject = party('gateway');

function parse(bytes: Uint8Array) {
  const request = parseRequest(bytes);
  if (!request.ok) throw new Error(request.error.reason);
  return request.value;
}

describe('requests', () => {
  const contents = { subject: subject.name, publicKey: subject.publicKey };
  const names = [{ kind: 'dns', value: 'gateway.example.com' } as const];

  it('are read as they were written, signed by who asks', () => {
    const request = parse(emitRequest({ ...contents, names }, subject.signer, ENTROPY));
    expect(describeName(request.subject)).toBe('CN=gateway');
    expect(request.extensions.subjectAltName).toEqual(names);
    expect(isRequestSigned(request, SIGNATURES)).toBe(true);
    expect(isRequestSigned(request, [])).toBe(false);
  });

  it('may ask for nothing', () => {
    const request = parse(emitRequest({ ...contents, names: [] }, subject.signer, ENTROPY));
    expect(request.extensions).toEqual({ list: [] });
  });

  it('with the key of another prove nothing', () => {
    const request = parse(emitRequest({ ...contents, names }, party('other').signer, ENTROPY));
    expect(isRequestSigned(request, SIGNATURES)).toBe(false);
  });

  it('have their attributes, though there be none', () => {
    const signed = sequence(integer(0), subject.name, subject.publicKey);
    expect(parseRequest(emitSigned(signed, subject.signer, ENTROPY)).ok).toBe(false);
    const second = sequence(integer(1), subject.name, subject.publicKey, tagged(0));
    expect(parseRequest(emitSigned(second, subject.signer, ENTROPY)).ok).toBe(false);
  });
});
