import { wasm2c } from '@atoll/engine/wasm2c';
import type { LinkOptions } from '@atoll/kernel/link';
import type { FastPath } from './fast-path.ts';
import type { FunctionType } from './wasm.ts';
import { parseWasm } from './wasm.ts';

/** A C file or header. */
type Source = LinkOptions['sources'][number];

/** The name of the file with the table of all fast paths. */
export const GLUE_NAME = 'fast-paths.c';

/**
 * The C of `modules`: what wasm2c makes of each, named `<module>.c`, and {@link GLUE_NAME}, which makes
 * their exports functions of JavaScript and lists them together with `natives`, the names of modules in C.
 * Without any there is no file, and the kernel's empty table holds.
 */
export async function fastPathSources(
  modules: readonly FastPath[],
  natives: readonly string[],
): Promise<Source[]> {
  if (modules.length + natives.length === 0) return [];
  const sources: Source[] = [];
  const glued: GluedModule[] = [];
  for (const { name, wasm } of modules) {
    const identifier = moduleIdentifier(name);
    if (glued.some((other) => other.identifier === identifier)) {
      throw new Error(`two packages with fast paths are called ${name}`);
    }
    const functions = parseWasm(wasm).exports.map(({ name, type }) => {
      if (type === undefined) throw new Error(`${name} is not a function`);
      return { name, type };
    });
    glued.push({ name, identifier, functions });
    const { c, h } = await wasm2c(wasm, identifier);
    sources.push({ name: `${identifier}.c`, text: c }, { name: `${identifier}.h`, text: h });
  }
  const symbols = natives.map(moduleIdentifier);
  return [...sources, { name: GLUE_NAME, text: glueText(glued, symbols) }];
}

/** The name of a module in C: wasm2c would write out other characters as numbers. */
export function moduleIdentifier(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '');
}

export interface GluedModule {
  /** Its name in JavaScript. */
  readonly name: string;
  readonly identifier: string;
  readonly functions: readonly { readonly name: string; readonly type: FunctionType }[];
}

/** The C that wraps the functions of `modules` as host.h wants it; `natives` are identifiers of modules in C. */
export function glueText(modules: readonly GluedModule[], natives: readonly string[]): string {
  const identifiers = [...modules.map(({ identifier }) => identifier), ...natives];
  const parts = [
    '#include "host.h"',
    ...modules.map(({ identifier }) => `#include "${identifier}.h"`),
    '',
    '/* The one thing that fast paths import: the memory of the engine. */',
    'wasm_rt_memory_t *w2c_env_memory(struct w2c_env *env) {',
    '    return &engine_instance.w2c_memory;',
    '}',
    '',
    ...modules.map(({ identifier }) => `static w2c_${identifier} ${identifier}_instance;`),
    '',
    ...modules.flatMap((module) =>
      module.functions.map(({ name, type }) => wrapper(module, name, type)),
    ),
    ...modules.map(moduleTable),
    ...natives.map((identifier) => `extern const struct fast_module ${identifier}_module;`),
    '',
    'const struct fast_module *const fast_modules[] = {',
    ...identifiers.map((identifier) => `    &${identifier}_module,`),
    '};',
    '',
    `const unsigned fast_module_count = ${identifiers.length};`,
    '',
    'void fast_instantiate(void) {',
    ...modules.map(
      ({ identifier }) => `    wasm2c_${identifier}_instantiate(&${identifier}_instance, NULL);`,
    ),
    '}',
    '',
  ];
  return parts.join('\n');
}

/** One host function: arguments from JavaScript to C, the call, the result back. */
function wrapper({ identifier }: GluedModule, name: string, type: FunctionType): string {
  const values = type.parameters.map((parameter, index) => {
    const convert = parameter === 'f64' ? 'value_number' : 'value_u32';
    return `, ${convert}(host_argument(argv, ${index}))`;
  });
  const call = `w2c_${identifier}_${name}(&${identifier}_instance${values.join('')})`;
  return [
    `HOST_CALL(call_${identifier}_${name}) {`,
    ...(type.results.length === 0
      ? [`    ${call};`, '    return VALUE_UNDEFINED;']
      : [
          `    return ${type.results[0] === 'f64' ? 'value_from_double' : 'value_from_int'}(${call});`,
        ]),
    '}',
    '',
  ].join('\n');
}

function moduleTable({ name, identifier, functions }: GluedModule): string {
  return [
    `static const struct host_function ${identifier}_functions[] = {`,
    ...functions.map(
      ({ name, type }) => `    {"${name}", call_${identifier}_${name}, ${type.parameters.length}},`,
    ),
    '};',
    `static const struct fast_module ${identifier}_module = {`,
    `    "${name}", ${identifier}_functions, ${functions.length}};`,
    '',
  ].join('\n');
}
