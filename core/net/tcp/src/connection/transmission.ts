import type { SendBuffer } from '../buffer/send.ts';
import type { SegmentHeader } from '../packet.ts';
import { emptyHeader } from '../packet.ts';

/** A segment to send: its header, and which bytes of the send buffer it carries. */
export interface Transmission extends SegmentHeader {
  payloadSequence: number;
  payloadLength: number;
  /** The payload is more than one segment and has to be cut into pieces of that many bytes; 0: it is one. */
  segmentSize: number;
  /** It was sent before. */
  isAgain: boolean;
  buffer: SendBuffer;
}

/** To be filled by connections that take turns. */
export function emptyTransmission(buffer: SendBuffer): Transmission {
  return {
    ...emptyHeader(),
    payloadSequence: 0,
    payloadLength: 0,
    segmentSize: 0,
    isAgain: false,
    buffer,
  };
}
