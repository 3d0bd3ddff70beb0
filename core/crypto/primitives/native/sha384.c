#define WORD u64
#define COUNT 8
#define INITIAL \
    {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, \
     0x9159015a3070dd17, 0x152fecd8f70e5939, \
     0x67332667ffc00b31, 0x8eb44a8768581511, \
     0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4}
#define BLOCK_LENGTH 128
#define DIGEST_LENGTH 48
#define COMPRESS sha512_block_data_order
#include "hash.h"

MODULE(sha384, "sha384", functions);
