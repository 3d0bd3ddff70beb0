import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Appliance, DeviceDeclaration } from '@atoll/appliance/appliance';
import { argumentsOf } from '@atoll/appliance/launch';
import { parseArguments } from '@atoll/conf/parse';
import type { Bundle, Entry } from './bundle.ts';
import { bundleForImage, bundleForNode } from './bundle.ts';
import type { FastPath } from './fast-path.ts';
import { compileFastPaths } from './fast-path.ts';
import { identified, identify, UNKNOWN_IMAGE } from './identity.ts';
import { imageInputs, nodeInputs } from './inputs.ts';
import type { Manifest, Sizes } from './manifest.ts';
import { manifestComment, manifestOf } from './manifest.ts';
import { linkProgram } from './program.ts';
import type { ImageTarget, Target } from './target.ts';
import { driverOf, isSolo5, suffixOf } from './target.ts';
import { oneOf, UsageError } from './usage.ts';
import type { App } from './workspace.ts';

export interface BuildOptions {
  readonly app: App;
  readonly target: Target;
  /** Boot arguments to compile in. */
  readonly preset?: readonly string[];
  /**
   * Optional devices that the image declares to Solo5's tenders, which then ask for them; all of them
   * must be given. Elsewhere an optional device may just be there.
   */
  readonly optional?: readonly string[];
  /** The file to write, when it is not {@link imagePath}. */
  readonly output?: string;
}

export interface Built {
  readonly path: string;
  readonly manifest: Manifest;
}

/** Where the image of `app` for `target` is, or will be. */
export function imagePath(app: App, target: Target): string {
  return join(app.folder, 'dist', `${app.name}.${suffixOf(target)}`);
}

/** Builds `app` for one target. What the appliance would refuse at boot among `preset` is refused here. */
export async function buildImage(options: BuildOptions): Promise<Built> {
  const { app, target, preset = [], output: path = imagePath(app, target) } = options;
  const appliance = await loadAppliance(app);
  checkPreset(appliance, preset);
  const devices = devicesOf(appliance, target, options.optional ?? []);
  await mkdir(dirname(path), { recursive: true });
  if (target === 'node') return buildForNode(appliance, app, preset, path);

  const inputs = await imageInputs();
  let image = '';
  const describe = (sizes: Sizes) => {
    const linked = Object.entries(inputs).filter(
      ([name]) => !name.endsWith('.a') || name.replace(/\.a$/, '') in sizes.native,
    );
    return manifestOf(appliance, {
      ...{ target, image, preset, inputs: Object.fromEntries(linked), sizes },
    });
  };
  const sizes = await linkProgram({
    name: app.name,
    target,
    devices,
    entry: entryFor(app, target, preset, []),
    inputs,
    output: path,
    note(sizes, identity) {
      image = identity;
      return JSON.stringify(describe(sizes));
    },
  });
  return { path, manifest: describe(sizes) };
}

/** What the image of `app` for `target` runs. */
export function bundleApp(app: App, target: ImageTarget): Promise<Bundle> {
  return bundleForImage(entryFor(app, target, [], []));
}

async function buildForNode(
  appliance: Appliance,
  app: App,
  preset: readonly string[],
  path: string,
): Promise<Built> {
  // Which fast paths are imported is known after a first bundling; the second embeds them.
  const { fastFolders } = await bundleForNode(entryFor(app, 'node', preset, []), []);
  const fast = await compileFastPaths(fastFolders);
  const bundle = await bundleForNode(entryFor(app, 'node', preset, fast), fast);
  const sizes = { native: {}, fast: bundle.fast, bundle: bundle.packages };
  const inputs = await nodeInputs();
  const image = identify(['node', bundle.text, JSON.stringify(inputs)]);
  const manifest = manifestOf(appliance, { target: 'node', image, preset, inputs, sizes });
  await writeFile(path, identified(bundle.text, image) + manifestComment(manifest));
  await chmod(path, 0o755);
  return { path, manifest };
}

/** The module that puts an appliance and a platform's driver together. */
function entryFor(
  app: App,
  target: Target,
  preset: readonly string[],
  fast: readonly FastPath[],
): Entry {
  const main = relative(import.meta.dirname, join(app.folder, 'src/main.ts'));
  const embedded = fast.map(({ name }, index) => `${JSON.stringify(name)}: fast${index}`);
  const image = JSON.stringify(UNKNOWN_IMAGE);
  const words = JSON.stringify(preset);
  const options = `{ preset: ${words}, image: ${image}, fast: { ${embedded.join(', ')} } }`;
  const lines = [
    `import appliance from ${JSON.stringify(main)};`,
    `import { start } from '@atoll/driver-${driverOf(target)}/start';`,
    ...fast.map(({ name }, index) => `import fast${index} from 'fast:${name}';`),
    target === 'node'
      ? `start(appliance, ${options});`
      : `export default () => start(appliance, ${words}, ${image});`,
  ];
  return { text: lines.join('\n') };
}

/** From a bundle, since only that has static files. */
async function loadAppliance(app: App): Promise<Appliance> {
  const main = relative(import.meta.dirname, join(app.folder, 'src/main.ts'));
  const entry = { text: `export { default } from ${JSON.stringify(main)};` };
  const { text } = await bundleForNode(entry, []);
  const url = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
  const { default: appliance } = (await import(url)) as { default?: Appliance };
  if (appliance === undefined) throw new Error(`${app.name}: src/main.ts has no default export`);
  return appliance;
}

/** The devices that the image asks for: all that it needs, and those of the `optional` ones. */
function devicesOf(
  { devices }: Appliance,
  target: Target,
  optional: readonly string[],
): readonly DeviceDeclaration[] {
  const names = devices.filter((device) => device.isOptional === true).map(({ name }) => name);
  if (optional.length > 0 && !isSolo5(target)) {
    throw new UsageError(`--with is for hvt and spt: on ${target} optional devices are just given`);
  }
  for (const name of optional) oneOf('optional device', name, names);
  return devices.filter(({ name, isOptional }) => isOptional !== true || optional.includes(name));
}

function checkPreset(appliance: Appliance, preset: readonly string[]): void {
  const table = argumentsOf(appliance);
  // Arguments that must be given may still be given at boot; here each is judged by itself.
  const given = Object.fromEntries(
    Object.entries(table).map(([name, argument]) => {
      const isMissing = !preset.some((word) => word.startsWith(`--${name}=`));
      const mayWait = argument.kind === 'required' && isMissing;
      return [name, mayWait ? { ...argument, kind: 'optional', collect: () => OPEN } : argument];
    }),
  ) as typeof table;
  const parsed = parseArguments(given, preset);
  if (!parsed.ok) throw new UsageError(`--set: ${parsed.error.reason}`);
}

const OPEN = { ok: true, value: undefined } as const;
