#define HASH br_sha384_vtable
#include "hash.h"

MODULE(sha384, "sha384", functions);
