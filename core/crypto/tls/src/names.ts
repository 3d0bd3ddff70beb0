/** Code points of IANA's TLS registries, by the names that they have there; for TLS 1.2 only, see `tls12/suite.ts`. */

export const SUITES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['TLS_AES_128_GCM_SHA256', 0x1301],
  ['TLS_AES_256_GCM_SHA384', 0x1302],
  ['TLS_CHACHA20_POLY1305_SHA256', 0x1303],
  ['TLS_AES_128_CCM_SHA256', 0x1304],
]);

export const GROUPS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['secp256r1', 0x0017],
  ['secp384r1', 0x0018],
  ['secp521r1', 0x0019],
  ['x25519', 0x001d],
  ['X25519MLKEM768', 0x11ec],
]);

export const SCHEMES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['rsa_pkcs1_sha256', 0x0401],
  ['rsa_pkcs1_sha384', 0x0501],
  ['rsa_pkcs1_sha512', 0x0601],
  ['ecdsa_secp256r1_sha256', 0x0403],
  ['ecdsa_secp384r1_sha384', 0x0503],
  ['ecdsa_secp521r1_sha512', 0x0603],
  ['rsa_pss_rsae_sha256', 0x0804],
  ['rsa_pss_rsae_sha384', 0x0805],
  ['rsa_pss_rsae_sha512', 0x0806],
  ['ed25519', 0x0807],
]);

/** The name of `code` in `registry`, or its hexadecimal digits. */
export function nameOf(registry: ReadonlyMap<string, number>, code: number): string {
  for (const [name, value] of registry) if (value === code) return name;
  return `0x${code.toString(16).padStart(4, '0')}`;
}
