/*
 * Grants (xen/include/public/grant_table.h, version 1): which pages of linear memory a peer may use, and the
 * pages of peers that we copy or map. No other memory can be granted, copied or mapped over.
 */
#include "xen.h"

#include <string.h>

#define MAP 0
#define UNMAP 1
#define COPY 5

#define PERMIT_ACCESS 1
#define READ_ONLY 4
#define IN_USE 0x18 /* the peer reads or writes */

/* For 4,096 pages: Xen's tools allow 64 pages of the table. */
#define TABLE_PAGES 8
#define ENTRIES (TABLE_PAGES * PAGE / 8)

/* Xen's own: the console's page and xenstore's among them. */
#define RESERVED 8

#define COPIES 32
#define SOURCE_IS_GRANT 1
#define TARGET_IS_GRANT 2

struct entry {
    uint16_t flags, domain;
    uint32_t frame;
};

static struct entry table[ENTRIES] __attribute__((aligned(4096)));
static uint16_t free_references[ENTRIES];
static unsigned free_count;

void grant_start(void) {
    for (unsigned i = 0; i < TABLE_PAGES; i++)
        map_xen_page(SPACE_GRANT_TABLE, i, &table[i * PAGE / sizeof *table]);
    free_count = 0;
    for (unsigned i = ENTRIES - 1; i >= RESERVED; i--)
        free_references[free_count++] = (uint16_t)i;
}

/* Whether the (size) bytes at (address) are linear memory and on one page. */
static bool is_within_page(u32 address, u32 size) {
    return size <= PAGE - address % PAGE && engine_instance.w2c_memory.size >= size &&
           address <= engine_instance.w2c_memory.size - size;
}

static bool is_page(u32 address) {
    return address % PAGE == 0 && is_within_page(address, PAGE);
}

HOST_CALL(call_access) {
    u32 address = value_u32(host_argument(argv, 1));
    if (!is_page(address))
        return host_throw("grantAccess: not a page");
    if (free_count == 0)
        return value_from_int(-1);
    uint16_t reference = free_references[--free_count];
    struct entry *entry = &table[reference];
    entry->domain = (uint16_t)value_u32(host_argument(argv, 0));
    entry->frame = (uint32_t)((uint64_t)host_pointer(address) / PAGE);
    bool is_read_only = host_argument(argv, 2) == VALUE_TRUE;
    uint16_t flags = PERMIT_ACCESS | (is_read_only ? READ_ONLY : 0);
    __atomic_store_n(&entry->flags, flags, __ATOMIC_RELEASE);
    return value_from_int(reference);
}

HOST_CALL(call_end) {
    u32 reference = value_u32(host_argument(argv, 0));
    if (reference < RESERVED || reference >= ENTRIES || table[reference].flags == 0)
        return host_throw("grantEnd: nothing is granted");
    uint16_t flags = __atomic_load_n(&table[reference].flags, __ATOMIC_ACQUIRE);
    do {
        if (flags & IN_USE)
            return VALUE_FALSE;
    } while (!__atomic_compare_exchange_n(&table[reference].flags, &flags, 0, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE));
    free_references[free_count++] = (uint16_t)reference;
    return VALUE_TRUE;
}

/* One page of a copy, as Xen wants it: that of a grant, or one of ours. */
struct copy_side {
    uint64_t page; /* a grant reference, or a frame */
    uint16_t domain, offset;
};
struct copy {
    struct copy_side source, target;
    uint16_t length, flags;
    int16_t status;
};

/* The same as a driver writes it, little-endian, 20 bytes. */
struct copy_request {
    uint32_t reference, address;
    uint16_t domain, offset, length, is_to_grant;
    int32_t status; /* answered; 0 is success */
};

static bool read_copy(const struct copy_request *request, struct copy *copy) {
    if (!is_within_page(request->address, request->length))
        return false;
    uint64_t place = (uint64_t)host_pointer(request->address);
    struct copy_side grant = {request->reference, request->domain, request->offset};
    struct copy_side ours = {place / PAGE, DOMID_SELF, (uint16_t)(place % PAGE)};
    *copy = (struct copy){
        .source = request->is_to_grant ? ours : grant,
        .target = request->is_to_grant ? grant : ours,
        .length = request->length,
        .flags = request->is_to_grant ? TARGET_IS_GRANT : SOURCE_IS_GRANT,
    };
    return true;
}

HOST_CALL(call_copy) {
    static struct copy copies[COPIES];
    u32 bytes, size, count = value_u32(host_argument(argv, 1));
    if (!value_bytes(host_argument(argv, 0), &bytes, &size))
        return VALUE_EXCEPTION;
    struct copy_request *requests = host_pointer(bytes);
    if (count > size / sizeof *requests)
        return host_throw("grantCopy: more than the bytes hold");
    for (u32 done = 0, batch; done < count; done += batch) {
        batch = count - done < COPIES ? count - done : COPIES;
        for (u32 i = 0; i < batch; i++)
            if (!read_copy(&requests[done + i], &copies[i]))
                return host_throw("grantCopy: not within a page of memory");
        long error = hypercall(GRANT_TABLE_OP, COPY, (uint64_t)copies, batch);
        for (u32 i = 0; i < batch; i++)
            requests[done + i].status = error != 0 ? -1 : copies[i].status;
    }
    return VALUE_UNDEFINED;
}

HOST_CALL(call_map) {
    u32 address = value_u32(host_argument(argv, 2));
    if (!is_page(address))
        return host_throw("grantMap: not a page");
    void *place = host_pointer(address);
    struct {
        uint64_t place;
        uint32_t flags, reference;
        uint16_t domain;
        int16_t status;
        uint32_t handle;
        uint64_t bus;
    } request = {.place = (uint64_t)place,
                 .flags = 2, /* for the processor */
                 .reference = value_u32(host_argument(argv, 1)),
                 .domain = (uint16_t)value_u32(host_argument(argv, 0))};
    if (!page_release(place))
        return value_from_int(-1);
    long error = hypercall(GRANT_TABLE_OP, MAP, (uint64_t)&request, 1);
    if (error == 0 && request.status == 0)
        return value_from_double(request.handle);
    if (!page_restore(place))
        panic(STATUS_UNAVAILABLE, "Xen does not give a page back");
    return value_from_int(-1);
}

HOST_CALL(call_unmap) {
    u32 address = value_u32(host_argument(argv, 1));
    if (!is_page(address))
        return host_throw("grantUnmap: not a page");
    void *place = host_pointer(address);
    struct {
        uint64_t place, bus;
        uint32_t handle;
        int16_t status;
    } request = {(uint64_t)place, 0, value_u32(host_argument(argv, 0)), 0};
    long error = hypercall(GRANT_TABLE_OP, UNMAP, (uint64_t)&request, 1);
    if (error != 0 || request.status != 0)
        return host_throw("grantUnmap: nothing is mapped there");
    if (!page_restore(place))
        panic(STATUS_UNAVAILABLE, "Xen does not give a page back");
    return VALUE_UNDEFINED;
}

HOST_FUNCTIONS = {
    {"grantAccess", call_access, 3},
    {"grantEnd", call_end, 1},
    {"grantCopy", call_copy, 2},
    {"grantMap", call_map, 3},
    {"grantUnmap", call_unmap, 2},
};
