// Runs inside an image, and fails there.
fail();

function fail(): never {
  throw new Error('on purpose');
}
