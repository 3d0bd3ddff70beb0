#define IMPLEMENTATION br_ec_p256_m31
#define CURVE BR_EC_secp256r1
#define SCALAR_LENGTH 32
#define HASH br_sha256_vtable
#include "curve.h"

MODULE(p256, "p256", functions);
