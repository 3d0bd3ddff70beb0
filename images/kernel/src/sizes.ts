/**
 * Sums up, from the linker's map, how many bytes of the image come from each part. `parts` names the
 * part of each object file or archive; zero-initialised data takes no room in the image and counts not.
 */
export function partSizes(map: string, parts: ReadonlyMap<string, string>): Record<string, number> {
  const sizes: Record<string, number> = {};
  const kept = map.slice(map.indexOf('Linker script and memory map'), map.indexOf('/DISCARD/'));
  // " .text.name  0x0000000000100000  0x1234  /path/to/object.o", the name perhaps on a line of its own.
  const input = /^ (\.[\w.$-]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\/?.+?)(?:\(.*\))?$/gm;
  for (const [, section, size, file] of kept.matchAll(input)) {
    const part = parts.get(file);
    if (part === undefined || section.startsWith('.bss')) continue;
    sizes[part] = (sizes[part] ?? 0) + Number.parseInt(size, 16);
  }
  return sizes;
}
