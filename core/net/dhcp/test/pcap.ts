/** The UDP payloads in a capture: classic pcap, Ethernet, IPv4 without fragments, nothing else. */
export function udpPayloads(capture: Uint8Array): Uint8Array[] {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const little = view.getUint32(0, true) === 0xa1b2c3d4;
  const payloads: Uint8Array[] = [];
  let at = 24;
  while (at + 16 <= capture.length) {
    const length = view.getUint32(at + 8, little);
    const frame = capture.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const ipv4 = 14;
    if (frame[12] !== 0x08 || frame[13] !== 0x00 || frame[ipv4 + 9] !== 17) continue;
    const udp = ipv4 + (frame[ipv4] & 0x0f) * 4;
    payloads.push(frame.subarray(udp + 8, udp + ((frame[udp + 4] << 8) | frame[udp + 5])));
  }
  return payloads;
}
