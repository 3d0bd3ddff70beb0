/** The JSON of Wycheproof, as far as it is read here; bytes are hexadecimal. */
export interface VectorFile {
  readonly testGroups: readonly Group[];
}

/** A group's fields are parameters, such as `keySize`; `tests` and keys apart, numbers or texts. */
export interface Group {
  readonly [parameter: string]: unknown;
  readonly tests: readonly Test[];
}

export interface Test {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly [field: string]: unknown;
}

export interface Outcome {
  readonly passed: number;
  /** What went wrong, one line for each test. */
  readonly failures: readonly string[];
  /** How many tests were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

export class Report implements Outcome {
  passed = 0;
  readonly failures: string[] = [];
  readonly skipped: Record<string, number> = {};

  skip(reason: string, tests: number): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + tests;
  }

  /**
   * Judges a test by whether it was accepted; `acceptable` ones must be neither. A provider that
   * throws where it must answer has failed.
   */
  judge({ tcId, result, comment }: Test, accept: () => boolean): void {
    let accepted: boolean | string;
    try {
      accepted = accept();
    } catch (error) {
      accepted = String(error);
    }
    const isRight =
      result === 'acceptable' ? typeof accepted === 'boolean' : accepted === (result === 'valid');
    if (isRight) this.passed++;
    else this.failures.push(`${tcId} (${comment}): ${result}, but ${accepted}`);
  }
}

export function bytesOf(field: unknown): Uint8Array {
  const text = String(field);
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}

/** The bytes of a number: no zeros in front. */
export function numberOf(field: unknown): Uint8Array {
  const bytes = bytesOf(field);
  const first = bytes.findIndex((byte) => byte !== 0);
  return bytes.slice(first < 0 ? bytes.length : first);
}

export function isEqual(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left?.length === right.length && left.every((byte, index) => byte === right[index]);
}
