#define HASH br_sha512_vtable
#include "hash.h"

MODULE(sha512, "sha512", functions);
