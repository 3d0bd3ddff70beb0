/* Xen's clock. After a resume it may go on at another place: ours does not. */
#include "xen.h"

/* What platform_monotonic adds to the time of Xen, modulo 2^64. */
static uint64_t offset;

static uint64_t xen_now(void) {
    return pvclock_now(&shared_info.vcpus[0].time);
}

void time_start(uint64_t now) {
    offset = now - xen_now();
}

uint64_t time_of_xen(uint64_t deadline) {
    return deadline == UINT64_MAX ? UINT64_MAX : deadline - offset;
}

uint64_t platform_monotonic(void) {
    return xen_now() + offset;
}

uint64_t platform_wall(void) {
    return pvclock_start_of(&shared_info.wall) + xen_now();
}
