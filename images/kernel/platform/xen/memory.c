/* Which page lies where: xen/include/public/memory.h. Physical addresses are ours, Xen's are its own. */
#include "xen.h"

#define DECREASE_RESERVATION 1
#define POPULATE 6
#define ADD_TO_PHYSMAP 7

void map_xen_page(uint32_t space, uint64_t index, const void *place) {
    struct {
        uint16_t domain, size;
        uint32_t space;
        uint64_t index, frame;
    } request = {DOMID_SELF, 0, space, index, (uint64_t)place / PAGE};
    if (hypercall(MEMORY_OP, ADD_TO_PHYSMAP, (uint64_t)&request, 0) != 0)
        panic(STATUS_UNAVAILABLE, "Xen does not show its pages");
}

static bool change_one(unsigned operation, const void *place) {
    uint64_t frame = (uint64_t)place / PAGE;
    struct {
        uint64_t *frames;
        uint64_t count;
        uint32_t order, flags;
        uint16_t domain;
    } request = {&frame, 1, 0, 0, DOMID_SELF};
    return hypercall(MEMORY_OP, operation, (uint64_t)&request, 0) == 1;
}

bool page_release(const void *place) {
    return change_one(DECREASE_RESERVATION, place);
}

bool page_restore(const void *place) {
    return change_one(POPULATE, place);
}
