import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

/** The root of the checkout that this builder belongs to. */
export const ROOT = join(import.meta.dirname, '../../..');

export interface App {
  readonly name: string;
  readonly folder: string;
}

/** Every folder under `apps/` that is a package, by name. */
export async function apps(): Promise<App[]> {
  const parent = join(ROOT, 'apps');
  const folders = existsSync(parent) ? (await readdir(parent)).sort() : [];
  return folders
    .map((name) => ({ name, folder: join(parent, name) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')));
}

/** The app whose folder is, or holds, `folder`. */
export async function appAround(folder: string): Promise<App | undefined> {
  return (await apps()).find((app) => {
    const path = relative(app.folder, folder);
    return path === '' || !(path.startsWith('..') || path.startsWith('/'));
  });
}

/** The folder of the package called `name`, its scope left out. */
export async function packageFolder(name: string): Promise<string> {
  const core = join(ROOT, 'core');
  const groups = (await readdir(core)).sort().map((group) => join(core, group));
  const folders = [...groups, join(ROOT, 'drivers')].map((parent) => join(parent, name));
  const found = folders.find((folder) => existsSync(join(folder, 'package.json')));
  if (found === undefined) throw new Error(`there is no package "${name}"`);
  return found;
}

/** The name in the package.json of `folder`. */
export async function packageName(folder: string): Promise<string> {
  return (await readManifest(folder)).name ?? basename(folder);
}

/** The exact version of a dependency in the package.json of `folder`. */
export async function dependencyVersion(folder: string, dependency: string): Promise<string> {
  const version = (await readManifest(folder)).dependencies?.[dependency];
  if (version === undefined) throw new Error(`${folder} does not depend on ${dependency}`);
  return version;
}

/** The package that a file belongs to. */
export interface Owner {
  readonly name: string;
  /** Relative to the root; `undefined` for what comes from npm. */
  readonly folder: string | undefined;
}

/** Who owns the file at `path`, relative to the root; `undefined` for what is generated. */
export async function ownerOf(path: string): Promise<Owner | undefined> {
  const installed = /.*\/?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (installed !== null) return { name: installed[1], folder: undefined };
  const folder = /^(?:(?:apps|drivers|images)\/[^/]+|core\/[^/]+\/[^/]+)(?=\/)/.exec(path)?.[0];
  if (folder === undefined) return undefined;
  return { name: await packageName(join(ROOT, folder)), folder };
}

interface PackageManifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function readManifest(folder: string): Promise<PackageManifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}
