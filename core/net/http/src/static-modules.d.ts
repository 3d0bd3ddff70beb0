/** All files of a folder, given relative to the importing file: the builder reads and compresses them. */
declare module 'static:*' {
  const files: readonly import('./static.ts').PackedFile[];
  export default files;
}
