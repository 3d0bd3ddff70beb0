#define CURVE BR_EC_secp384r1
#define SCALAR_LENGTH 48
#define HASH br_sha384_vtable
#include "prime-i31.h"

MODULE(p384, "p384", functions);
