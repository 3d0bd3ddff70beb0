#define IMPLEMENTATION br_ec_prime_i31
#define CURVE BR_EC_secp384r1
#define SCALAR_LENGTH 48
#define HASH br_sha384_vtable
#include "curve.h"

MODULE(p384, "p384", functions);
