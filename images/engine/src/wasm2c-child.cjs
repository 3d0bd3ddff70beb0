// Runs wabt's wasm2c (argument 1: its script) with a stack of 64 MiB instead of Emscripten's 64 KiB,
// which overflows silently on an interpreter's big switch.
const { readFileSync } = require('node:fs');
const { dirname } = require('node:path');

const [, , script, ...args] = process.argv;
const entry = 'var entryFunction=_main;';
const source = readFileSync(script, 'utf8').replace(/^#!.*/, '');
if (!source.includes(entry)) throw new Error('this version of wabt has an unknown shape');

const moreStack =
  'wasmMemory.grow(1024);updateMemoryViews();stackAlloc(stackAlloc(0)-wasmMemory.buffer.byteLength);';
process.argv = [process.argv[0], script, ...args];
const main = new Function(
  'require',
  '__filename',
  '__dirname',
  'module',
  source.replace(entry, entry + moreStack),
);
main(require, script, dirname(script), {});
