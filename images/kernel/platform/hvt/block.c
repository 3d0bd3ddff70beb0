/* Blocks: a hypercall for each. */
#include "platform/hvt/hvt.h"

bool solo5_block(bool is_write, unsigned handle, uint64_t offset, void *bytes, size_t size) {
    struct {
        uint64_t handle, offset;
        void *bytes;
        size_t length;
        int result;
    } argument = {handle, offset, bytes, size, OK};
    hypercall(is_write ? BLOCK_WRITE : BLOCK_READ, &argument);
    return argument.result == OK && argument.length == size;
}
