import { stat } from 'node:fs/promises';
import { buildEngine } from './engine.ts';

const { object } = await buildEngine();
const { size } = await stat(object);
process.stdout.write(`engine: ${size.toLocaleString('en')} bytes of object code\n`);
