import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Solo5Manifest } from '@atoll/kernel/solo5';
import { readSolo5 } from '@atoll/kernel/solo5';
import type { Manifest, ManifestArgument } from '../manifest.ts';
import { readManifest } from '../manifest.ts';
import type { Command } from './command.ts';
import { parseWords } from './command.ts';

export const inspect: Command = {
  usage: 'inspect IMAGE [--json]',
  summary: 'Shows what an image says about itself: devices, boot arguments, what it was made with.',
  details: `  IMAGE   what atoll build wrote
  --json  the manifest as JSON, with the digest and the size of the file
`,
  async run(words) {
    const { positionals, options } = parseWords(words, ['IMAGE'], { json: 'boolean' });
    const image = await readFile(positionals[0]);
    const { manifest } = readManifest(image);
    const solo5 = readSolo5(image);
    const file = {
      sha256: createHash('sha256').update(image).digest('hex'),
      bytes: image.length,
    };
    process.stdout.write(
      options.has('json')
        ? `${JSON.stringify({ ...manifest, solo5, file }, null, 2)}\n`
        : description(manifest, file, solo5),
    );
    return 0;
  },
};

/** The manifest for people. */
export function description(
  manifest: Manifest,
  file: { sha256: string; bytes: number },
  solo5?: Solo5Manifest,
): string {
  const { name, version, summary, target, image, abi, preset } = manifest;
  const lines = [
    `${name} ${version}: ${summary}`,
    `target ${target}, ABI ${abi}, ${file.bytes.toLocaleString('en')} bytes`,
    `image ${image}`,
    `sha256 ${file.sha256}`,
    '',
    'Devices:',
    ...manifest.devices.map((device) => `  ${device.name} (${device.type}): ${device.summary}`),
    ...(solo5 === undefined ? [] : ['', ...solo5Lines(solo5)]),
    '',
    'Boot arguments:',
    ...manifest.arguments.flatMap(argumentLines),
    ...(preset.length === 0 ? [] : ['', 'Compiled in:', ...preset.map((word) => `  ${word}`)]),
    '',
    'Made with:',
    ...Object.entries(manifest.inputs).map(([input, text]) => `  ${input}: ${text}`),
    '',
  ];
  return lines.join('\n');
}

/** What a tender reads, which is not what the appliance says of itself where devices are optional. */
function solo5Lines({ platform, version, devices }: Solo5Manifest): string[] {
  const types = { network: 'NET_BASIC', block: 'BLOCK_BASIC' } as const;
  return [
    `Solo5's manifest (${platform}, version ${version}), all of it to be attached:`,
    ...devices.map(({ name, type }) => `  ${name} ${types[type]}`),
  ];
}

function argumentLines({
  name,
  kind,
  type,
  default: standard,
  summary,
}: ManifestArgument): string[] {
  const facts = kind === 'flag' ? '' : `=${type}`;
  const more = [
    ...(kind === 'required' ? ['required'] : []),
    ...(kind === 'repeated' ? ['repeatable'] : []),
    ...(standard === undefined || kind === 'flag' ? [] : [`default ${standard}`]),
  ];
  const remark = more.length === 0 ? '' : ` (${more.join(', ')})`;
  return [`  --${name}${facts}${remark}`, `      ${summary}`];
}
