#define HASH br_sha1_vtable
#include "hash.h"

MODULE(sha1, "sha1", functions);
