import type { Manifest } from '../src/manifest.ts';

/** A manifest with one of everything. */
export const MANIFEST: Manifest = {
  format: 1,
  name: 'lighthouse',
  version: '1.2.3',
  summary: 'Shines.',
  target: 'unix',
  image: 'f00d',
  abi: 1,
  devices: [{ name: 'service', type: 'network', summary: 'the sea' }],
  arguments: [
    { name: 'ipv4', kind: 'required', type: 'ADDRESS', summary: 'Where.', example: '10.0.0.1' },
    { name: 'ship', kind: 'repeated', type: 'NAME', summary: 'Whom.', example: 'Beagle' },
    {
      name: 'period',
      kind: 'optional',
      type: 'NUMBER',
      default: '5',
      summary: 'When.',
      example: '7',
    },
    { name: 'fog', kind: 'flag', type: '', default: 'false', summary: 'Sounds.', example: 'true' },
  ],
  preset: ['--period=9'],
  inputs: { compiler: 'cc 12.2.0', esbuild: '0.28.2' },
  sizes: {
    native: { engine: 2000, kernel: 500 },
    fast: { dns: 100 },
    bundle: { '@atoll/dns': 700, lighthouse: 300 },
  },
};
