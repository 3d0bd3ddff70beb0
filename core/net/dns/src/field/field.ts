import type { Reader } from '@atoll/bytes/reader';
import type { Writer } from '@atoll/bytes/writer';
import type { Words } from '../text.ts';

/** How one field of record data stands on the wire, as a value, and in a master file. */
export interface Field<T> {
  /**
   * Takes the field; `undefined` when it is malformed. Too few octets may also just leave the reader
   * truncated. What is accepted is what {@link Field.emit} writes for the value, octet by octet.
   */
  parse(reader: Reader): T | undefined;
  /** Writes a value of our own; throws when it cannot be one of this field. */
  emit(writer: Writer, value: T): void;
  print(value: T): string;
  /** Takes the words of the field; `undefined` when they are not what {@link Field.print} could write. */
  scan(words: Words): T | undefined;
}
