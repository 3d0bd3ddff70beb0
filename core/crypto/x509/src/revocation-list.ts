import type { DerReader } from '@atoll/asn1/reader';
import { compareBytes, readDer } from '@atoll/asn1/reader';
import { GENERALIZED_TIME, OCTET_STRING, SEQUENCE, UTC_TIME } from '@atoll/asn1/tag';
import type { Result } from '@atoll/result/result';
import type { Name } from './name.ts';
import { readName } from './name.ts';
import { CRL_NUMBER } from './oid.ts';

/**
 * A certificate revocation list (RFC 5280, 5). Its entries stay in DER, so that a long list takes no
 * more memory than its bytes; all of them were checked for their form.
 */
export interface RevocationList {
  readonly bytes: Uint8Array;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  /** The AlgorithmIdentifier, in DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** The SEQUENCE of entries; empty when there is none. */
  readonly entries: Uint8Array;
  readonly hasNumber: boolean;
}

/**
 * The list that `bytes` are. Lists that are only a part of the truth (of some reasons, of other issuers, changes to
 * another list) mark that by critical extensions, and are refused.
 */
export function parseRevocationList(bytes: Uint8Array): Result<RevocationList> {
  return readDer(bytes, 'revocation list', (reader) => ({ bytes, ...reader.sequence(readSigned) }));
}

/** Whether the certificate with this serial number is on the list; its issuer must be the same. */
export function isRevoked({ entries }: RevocationList, serial: Uint8Array): boolean {
  if (entries.length === 0) return false;
  let isFound = false;
  readDer(entries, 'entries', (reader) =>
    reader.sequence((items) => {
      while (items.more) {
        items.sequence((entry) => {
          if (compareBytes(entry.integer(), serial) === 0) isFound = true;
          while (entry.more) entry.skip();
        });
      }
    }),
  );
  return isFound;
}

function readSigned(reader: DerReader) {
  const start = reader.offset;
  const { algorithm, ...contents } = reader.sequence(readContents);
  const signed = reader.since(start);
  const signatureAlgorithm = reader.element();
  if (compareBytes(algorithm, signatureAlgorithm) !== 0) {
    reader.fail('two different signature algorithms');
  }
  return { ...contents, signed, signatureAlgorithm, signature: reader.bitOctets() };
}

function readContents(reader: DerReader) {
  // Version 1 is the default; 2 is a 1.
  const isSecond = !reader.follows(SEQUENCE);
  if (isSecond && reader.small(1) === 0) reader.fail('a default value that is spelled out');
  const algorithm = reader.element();
  const issuer = readName(reader);
  const thisUpdate = reader.time();
  if (!reader.follows(UTC_TIME) && !reader.follows(GENERALIZED_TIME)) reader.fail('no next update');
  const nextUpdate = reader.time();
  const start = reader.offset;
  if (reader.follows(SEQUENCE)) readEntries(reader, isSecond);
  const entries = reader.since(start);
  const extensions = reader.optional(0, readListExtensions);
  if (extensions !== undefined && !isSecond) reader.fail('extensions in version 1');
  const hasNumber = extensions?.includes(CRL_NUMBER) === true;
  return { algorithm, issuer, thisUpdate, nextUpdate, entries, hasNumber };
}

function readEntries(reader: DerReader, isSecond: boolean): void {
  reader.sequence((entries) => {
    if (!entries.more) entries.fail('an empty list of entries');
    while (entries.more) {
      entries.sequence((entry) => {
        entry.integer();
        entry.time();
        if (!entry.more) return;
        if (!isSecond) entry.fail('extensions in version 1');
        readListExtensions(entry);
      });
    }
  });
}

/** The identifiers; there is none that may be critical and that we could follow. */
function readListExtensions(reader: DerReader): string[] {
  const ids = reader.sequenceOf((item) =>
    item.sequence((inner) => {
      const id = inner.oid();
      if (inner.flag()) inner.fail(`critical extension ${id} is not known`);
      if (id === CRL_NUMBER) inner.within(OCTET_STRING, (value) => value.unsigned());
      else inner.octetString();
      return id;
    }),
  );
  if (new Set(ids).size < ids.length) reader.fail('an extension twice');
  return ids;
}
