/** Builds a network in which something runs, says so, and never removes it. */
import { Lan } from '../../src/lan.ts';

const lan = new Lan();
lan.host('sleeper').start(['sleep', '600']);
console.log('built');
setInterval(() => {}, 60_000);
