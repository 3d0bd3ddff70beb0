import type { Appliance } from '@atoll/appliance/appliance';
import { argumentsOf } from '@atoll/appliance/launch';
import { HOST_ABI } from '@atoll/device/host';
import { readElfNote } from './note.ts';

/** What an image says about itself; JSON in its note, or in the last line of a bundle for Node.js. */
export interface Manifest {
  readonly format: 1;
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly target: string;
  /** The digest of all that went in, which a program knows of itself, see `identify`. */
  readonly image: string;
  /** The version of the contract between kernel and drivers, see `images/kernel/abi.h`. */
  readonly abi: number;
  readonly devices: readonly { name: string; type: string; summary: string }[];
  readonly arguments: readonly ManifestArgument[];
  /** Boot arguments that were compiled in. */
  readonly preset: readonly string[];
  /** What the image was made with: versions and digests by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly sizes: Sizes;
}

export interface ManifestArgument {
  readonly name: string;
  readonly kind: string;
  /** How its value is written, such as `ADDRESS`; empty for a flag. */
  readonly type: string;
  readonly default?: string;
  readonly summary: string;
  readonly example: string;
}

/** Bytes by part of the image, without headers, padding and the note itself. */
export interface Sizes {
  /** Compiled C: `kernel`, `engine`, and each library. */
  readonly native: Readonly<Record<string, number>>;
  /** Fast paths by module. */
  readonly fast: Readonly<Record<string, number>>;
  /** The program by package: snapshot in an image, text on Node.js. */
  readonly bundle: Readonly<Record<string, number>>;
}

export const NO_SIZES: Sizes = { native: {}, fast: {}, bundle: {} };

export function manifestOf(
  appliance: Appliance,
  made: Pick<Manifest, 'target' | 'image' | 'preset' | 'inputs' | 'sizes'>,
): Manifest {
  const { target, image, preset, inputs, sizes } = made;
  const table = Object.entries(argumentsOf(appliance));
  return {
    format: 1,
    name: appliance.name,
    version: appliance.version,
    summary: appliance.summary,
    target,
    image,
    abi: HOST_ABI,
    devices: appliance.devices.map(({ name, type, summary }) => ({ name, type, summary })),
    arguments: table.map(([name, { kind, form, defaultText, summary, example }]) => ({
      name,
      kind,
      type: form,
      ...(defaultText === undefined ? {} : { default: defaultText }),
      summary,
      example,
    })),
    preset,
    inputs,
    sizes,
  };
}

/** The line that says in a bundle for Node.js what a note says in an image. */
export function manifestComment(manifest: Manifest): string {
  return `${COMMENT}${JSON.stringify(manifest)}\n`;
}

/** The manifest in an image or bundle, and how many bytes of the file it takes; throws when there is none. */
export function readManifest(image: Uint8Array): { manifest: Manifest; length: number } {
  const note = readElfNote(image);
  if (note !== undefined) {
    return { manifest: JSON.parse(note) as Manifest, length: Buffer.byteLength(note) };
  }
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const start = bytes.lastIndexOf(COMMENT);
  if (start < 0) throw new Error('it is no image of Atoll: it has no manifest');
  const text = bytes.toString('utf8', start + COMMENT.length);
  return { manifest: JSON.parse(text) as Manifest, length: bytes.length - start };
}

const COMMENT = '//# atoll ';
