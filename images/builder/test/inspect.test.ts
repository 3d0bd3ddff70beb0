import { describe, expect, it } from 'vitest';
import { description } from '../src/command/inspect.ts';
import { manifestComment, readManifest } from '../src/manifest.ts';
import { MANIFEST } from './manifest.ts';

describe('atoll inspect', () => {
  it('tells people what the manifest says', () => {
    expect(description(MANIFEST, { sha256: 'abcd', bytes: 12_345 })).toMatchInlineSnapshot(`
      "lighthouse 1.2.3: Shines.
      target unix, ABI 1, 12,345 bytes
      image f00d
      sha256 abcd

      Devices:
        service (network): the sea

      Boot arguments:
        --ipv4=ADDRESS (required)
            Where.
        --ship=NAME (repeatable)
            Whom.
        --period=NUMBER (default 5)
            When.
        --fog
            Sounds.

      Compiled in:
        --period=9

      Made with:
        compiler: cc 12.2.0
        esbuild: 0.28.2
      "
    `);
  });
});

describe('a manifest in a bundle for Node.js', () => {
  it('is the last line of the file', () => {
    const program = 'const comment = "//# atoll {}";\n';
    const comment = manifestComment(MANIFEST);
    const file = Buffer.from(program + comment);
    expect(readManifest(file)).toEqual({
      manifest: MANIFEST,
      length: file.length - Buffer.byteLength(program),
    });
  });

  it('is missed where there is none', () => {
    expect(() => readManifest(Buffer.from('hello'))).toThrow('no image of Atoll');
  });
});
