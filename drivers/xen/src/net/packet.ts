/**
 * The slots of both rings of a network device (xen/include/public/io/netif.h), little-endian. A request to
 * send has 12 bytes: reference 32, offset 16, flags 16, id 16, size 16; its response id 16, status 16. A request
 * to receive has 8: id 16, nothing 16, reference 32; its response id 16, offset 16, flags 16, status 16. A packet
 * that is larger than a page takes several slots in a row; extra information takes the slot behind its first.
 */
export const SLOT_COUNT = 256;
export const SEND_SLOT = 12;
export const RECEIVE_SLOT = 8;

/** Of the first slot of a packet, in either direction. */
export const FLAG = {
  /** The checksum holds only the sum of the pseudo-header. To receive it is bit 1, to send bit 0. */
  sendBlank: 1,
  sendValidated: 2,
  sendMore: 4,
  sendExtra: 8,
  receiveValidated: 1,
  receiveBlank: 2,
  receiveMore: 4,
  receiveExtra: 8,
} as const;

/** The status of a response: of one to receive, the bytes of its slot, or negative. */
export const STATUS = { error: -1, dropped: -2, extra: 1 } as const;

/** Extra information: type 8, flags 8, and of segmentation size 16, type 8, nothing 8, features 16. */
export const EXTRA_SEGMENTATION = 1;
export const EXTRA_MORE = 1;
export const SEGMENTATION_TCP4 = 1;
export const SEGMENTATION_TCP6 = 2;

/** The slots that a packet may take, as netback has it. */
export const MAX_SLOTS = 18;
