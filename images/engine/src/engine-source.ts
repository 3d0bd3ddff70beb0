/** The engine as C, and its table of functions. */
export interface EngineSource {
  readonly c: string;
  readonly h: string;
  /** From slot 1 on; slot 0 is empty. */
  readonly table: readonly TableEntry[];
}

export interface TableEntry {
  /** The function's name in the object file. */
  readonly name: string;
  /** A number for its type, not 0. */
  readonly type: number;
}

const NAME = 'quickjs';

/**
 * Makes the C that wasm2c wrote for the engine smaller. There is one engine in an image, so its functions need no
 * argument that says which; types of functions are small numbers, not digests; only the functions in `hot` are
 * compiled for speed; and the table is not filled by the C, but linked, see `wasm-rt.h`. The types of functions that
 * others may put into the table are in the header as `FUNC_TYPE_result_parameter_...`.
 */
export function engineSource(
  generated: { readonly c: string; readonly h: string },
  hot: ReadonlySet<string>,
): EngineSource {
  const table = tableOf(generated.c);
  const { c, types } = withNumberedTypes(generated.c);
  return {
    c: withCold(withOneInstance(withLinkedTable(c)), hot),
    h: withOneInstance(generated.h).replace(
      /^wasm_rt_func_type_t wasm2c.*$/m,
      `extern w2c_${NAME} engine_instance;\n${types}`,
    ),
    table,
  };
}

function tableOf(c: string): TableEntry[] {
  const entry = new RegExp(`^ {2}\\{RefFunc, w2c_${NAME}_t(\\d+), \\(\\w+\\)(\\w+), `, 'gm');
  const table = [...c.matchAll(entry)].map(([, type, name]) => ({ name, type: typeNumber(type) }));
  placeOf(c, `${NAME}_e0, ${table.length}, 1u, 0, ${table.length}, instance);`);
  return table;
}

/** Slots without a function have type 0. */
function typeNumber(index: string): number {
  return Number(index) + 1;
}

/** Types as numbers instead of digests, and as definitions for the header instead of a function that finds them. */
function withNumberedTypes(c: string): { c: string; types: string } {
  const start = placeOf(c, `\nwasm_rt_func_type_t wasm2c_${NAME}_get_func_type(`);
  const end = c.indexOf('\n}\n', start) + 3;
  const finder = c.slice(start, end);
  const block =
    /result_count == (\d)\) \{\n.*\n {4}if \(true(.*)\) \{\n.*\n {6}return \w+_t(\d+);/g;
  const types = [...finder.matchAll(block)].map(([, results, comparisons, index]) => {
    const values = [...comparisons.matchAll(/WASM_RT_(\w+)/g)].map(([, type]) => type);
    if (results === '0') values.push('VOID');
    const [result, ...parameters] = [values.at(-1), ...values.slice(0, -1)];
    return `#define FUNC_TYPE_${[result, ...parameters].join('_')} ${typeNumber(index)}`;
  });
  const digest = /^FUNC_TYPE_T\((\w+_t(\d+))\) = .*$/gm;
  const numbered = (c.slice(0, start) + c.slice(end)).replace(
    digest,
    (_, name, index) => `#define ${name} ${typeNumber(index)}`,
  );
  return { c: numbered, types: types.join('\n') };
}

/** Calls through the linked table, and functions that it can refer to. */
function withLinkedTable(c: string): string {
  const table = `instance->w2c_0x5F_indirect_function_table`;
  const start = placeOf(c, '#define CALL_INDIRECT(table, t, ft, x, ...)');
  const end = c.indexOf('\n\n', start);
  const call = [
    '#define CALL_INDIRECT(table, t, ft, x, ...) \\',
    '  ((LIKELY((x) < WASM_RT_TABLE_SIZE && wasm_rt_table[x].type == (ft)) || TRAP(CALL_INDIRECT)), \\',
    '   ((t)(uintptr_t)wasm_rt_table[x].function)(__VA_ARGS__))',
  ];
  return `${c.slice(0, start)}${call.join('\n')}${c.slice(end)}`
    .replace(/^ {2}(wasm_rt_allocate_funcref_table|funcref_table_init)\(.*\n/gm, '')
    .replace(/^static (?=.* wrap_w2c_)/gm, '')
    .replaceAll(new RegExp(`${table}\\.data\\[\\w+\\]\\.module_instance`, 'g'), 'instance');
}

/** Functions without the first argument, of which there is only one: `engine_instance`. */
function withOneInstance(text: string): string {
  return text
    .replace(/\(w2c_quickjs ?\*(?: ?instance)?, /g, '(')
    .replace(/\(w2c_quickjs ?\*(?: ?instance)?\)/g, '(void)')
    .replace(/\(void \*instance, /g, '(')
    .replace(/\(void \*instance\)/g, '(void)')
    .replace(/\(\*\)\(void\*, /g, '(*)(')
    .replace(/\(\*\)\(void\*\)/g, '(*)(void)')
    .replace(/(\w\(|, )(?:\(struct w2c_quickjs\*\) )?instance\)/g, (_, before) =>
      before === ', ' ? ')' : `${before})`,
    )
    .replace(/(\w\(|, )(?:\(struct w2c_quickjs\*\) )?instance, /g, '$1')
    .replaceAll('instance->', 'engine_instance.');
}

/** All but the `hot` functions for size, and out of the way of these. */
function withCold(c: string, hot: ReadonlySet<string>): string {
  const head = /^(?:static )?\w+ (?:wrap_)?w2c_quickjs_(\w+)\(.*\)(?:;| \{)$/gm;
  return c.replace(head, (text, name) => (hot.has(name) ? text : `__attribute__((cold)) ${text}`));
}

/** Where `part` is in `text`, which must have it once. */
function placeOf(text: string, part: string): number {
  const place = text.indexOf(part);
  if (place < 0 || text.indexOf(part, place + 1) >= 0) {
    throw new Error(`wasm2c wrote C of an unknown shape: no "${part}"`);
  }
  return place;
}
