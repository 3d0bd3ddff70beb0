#define CURVE BR_EC_secp521r1
#define SCALAR_LENGTH 66
#define HASH br_sha512_vtable
#include "prime-i31.h"

MODULE(p521, "p521", functions);
