import { EvalFlags, JSException, QuickJS } from 'quickjs-wasi';
import { engineModule } from './engine.ts';

/** JS_WRITE_OBJ_STRIP_SOURCE: leaves the source text out; names and line numbers stay for stack traces. */
const STRIP_SOURCE = 1 << 4;

/**
 * Compiles the script `source` (not a module) to bytecode.
 * `filename` is what stack traces call it. A syntax error is thrown with its place.
 */
export async function compileBytecode(source: string, filename: string): Promise<Uint8Array> {
  const engine = await QuickJS.create({ wasm: await engineModule() });
  try {
    // Only this way of compiling tells where an error is.
    engine.evalCode(source, filename, EvalFlags.COMPILE_ONLY).dispose();
    return engine.compile(source, filename, 0, STRIP_SOURCE);
  } catch (error) {
    if (!(error instanceof JSException)) throw error;
    const place = error.stack?.trim() ?? `at ${filename}`;
    throw new Error(`${error.name}: ${error.message} ${place}`);
  } finally {
    engine.dispose();
  }
}
