#define HASH br_sha256_vtable
#include "hash.h"

MODULE(sha256, "sha256", functions);
