/* Which page lies where: xen/include/public/memory.h. Physical addresses are ours, Xen's are its own. */
#include "xen.h"

#define DECREASE_RESERVATION 1
#define POPULATE 6
#define ADD_TO_PHYSMAP 7
#define MEMORY_MAP 9

/* As Xen writes them: with no gap behind the type, unlike those of struct start_info. */
struct __attribute__((packed)) xen_range {
    uint64_t start, size;
    uint32_t type;
};
#define RANGES 64

struct start_info with_memory_map(const struct start_info *info) {
    static struct xen_range from[RANGES];
    static struct memory_range to[RANGES];
    struct {
        uint32_t count;
        struct xen_range *ranges;
    } request = {RANGES, from};
    struct start_info result = *info;
    if (info->version >= 1 || hypercall(MEMORY_OP, MEMORY_MAP, (uint64_t)&request, 0) != 0)
        return result;
    for (uint32_t i = 0; i < request.count; i++)
        to[i] = (struct memory_range){from[i].start, from[i].size, from[i].type, 0};
    result.version = 1;
    result.ranges = (uint64_t)to;
    result.range_count = request.count;
    return result;
}

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
