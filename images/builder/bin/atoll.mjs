#!/usr/bin/env node
// The command `atoll`: its source is TypeScript, which tsx lets Node.js import.
import { register } from 'tsx/esm/api';

register();
await import('../src/cli.ts');
