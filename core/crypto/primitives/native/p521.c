#define IMPLEMENTATION br_ec_prime_i31
#define CURVE BR_EC_secp521r1
#define SCALAR_LENGTH 66
#define HASH br_sha512_vtable
#include "curve.h"

MODULE(p521, "p521", functions);
