#define WORD u32
#define COUNT 5
#define INITIAL \
    {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, \
     0xc3d2e1f0}
#define BLOCK_LENGTH 64
#define DIGEST_LENGTH 20
#define COMPRESS sha1_block_data_order
#include "hash.h"

MODULE(sha1, "sha1", functions);
