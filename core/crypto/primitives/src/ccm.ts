/** The name of AES-CCM in IANA's registry of AEAD algorithms. */
export function ccmName(keyLength: 16 | 32, tagLength: 16 | 8): string {
  return `AEAD_AES_${keyLength * 8}_CCM${tagLength === 8 ? '_8' : ''}`;
}
