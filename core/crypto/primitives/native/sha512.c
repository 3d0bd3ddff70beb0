#define WORD u64
#define COUNT 8
#define INITIAL \
    {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, \
     0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, \
     0x510e527fade682d1, 0x9b05688c2b3e6c1f, \
     0x1f83d9abfb41bd6b, 0x5be0cd19137e2179}
#define BLOCK_LENGTH 128
#define DIGEST_LENGTH 64
#define COMPRESS sha512_block_data_order
#include "hash.h"

MODULE(sha512, "sha512", functions);
