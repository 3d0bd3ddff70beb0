#define WORD u32
#define COUNT 8
#define INITIAL \
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, \
     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}
#define BLOCK_LENGTH 64
#define DIGEST_LENGTH 32
#define COMPRESS sha256_block_data_order
#include "hash.h"

MODULE(sha256, "sha256", functions);
