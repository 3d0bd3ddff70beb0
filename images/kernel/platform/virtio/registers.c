/* Host functions with which drivers in TypeScript reach devices. */
#include "virtio.h"

#include "cpu/instructions.h"
#include "cpu/paging.h"

/* The ports of PCI's configuration space; no other belongs to a driver. */
#define PCI_FIRST 0xcf8
#define PCI_LAST 0xcff

/* The interrupt controllers are the kernel's own. */
#define CONTROLLERS_START 0xfec00000u
#define CONTROLLERS_END 0xfef00000u

/*
 * The register that the arguments name, or NULL. Memory is no register: what a
 * driver may see of it is linear memory, and it has that already.
 */
static volatile void *find_register(u32 argv, u32 *size) {
    double physical = value_number(host_argument(argv, 0));
    *size = value_u32(host_argument(argv, 1));
    if (!(physical >= 0 && physical < 0x1p52))
        return NULL;
    uint64_t address = (uint64_t)physical;
    if ((*size != 1 && *size != 2 && *size != 4) || address % *size != 0 ||
        (address >= CONTROLLERS_START && address < CONTROLLERS_END) ||
        boot_is_memory(address, *size))
        return NULL;
    return paging_device(address);
}

HOST_CALL(call_register_read) {
    u32 size;
    volatile void *place = find_register(argv, &size);
    if (place == NULL)
        return host_throw("registerRead: not a register");
    if (size == 1)
        return value_from_int(*(volatile uint8_t *)place);
    if (size == 2)
        return value_from_int(*(volatile uint16_t *)place);
    return value_from_double(*(volatile uint32_t *)place);
}

HOST_CALL(call_register_write) {
    u32 size;
    volatile void *place = find_register(argv, &size);
    u32 value = value_u32(host_argument(argv, 2));
    if (place == NULL)
        return host_throw("registerWrite: not a register");
    if (size == 1)
        *(volatile uint8_t *)place = (uint8_t)value;
    else if (size == 2)
        *(volatile uint16_t *)place = (uint16_t)value;
    else
        *(volatile uint32_t *)place = value;
    return VALUE_UNDEFINED;
}

static bool is_port(u32 port, u32 size) {
    return (size == 1 || size == 2 || size == 4) && port >= PCI_FIRST &&
           port <= PCI_LAST && size <= PCI_LAST + 1 - port;
}

HOST_CALL(call_port_read) {
    u32 port = value_u32(host_argument(argv, 0));
    u32 size = value_u32(host_argument(argv, 1));
    if (!is_port(port, size))
        return host_throw("portRead: not a port of PCI");
    if (size == 1)
        return value_from_int(in8((uint16_t)port));
    if (size == 2)
        return value_from_int(in16((uint16_t)port));
    return value_from_double(in32((uint16_t)port));
}

HOST_CALL(call_port_write) {
    u32 port = value_u32(host_argument(argv, 0));
    u32 size = value_u32(host_argument(argv, 1));
    u32 value = value_u32(host_argument(argv, 2));
    if (!is_port(port, size))
        return host_throw("portWrite: not a port of PCI");
    if (size == 1)
        out8((uint16_t)port, (uint8_t)value);
    else if (size == 2)
        out16((uint16_t)port, (uint16_t)value);
    else
        out32((uint16_t)port, value);
    return VALUE_UNDEFINED;
}

HOST_CALL(call_physical) {
    return value_from_double((double)LINEAR_MEMORY_BASE +
                             value_u32(host_argument(argv, 0)));
}

HOST_CALL(call_fence) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return VALUE_UNDEFINED;
}

HOST_CALL(call_interrupt_line) {
    return interrupt_line(value_u32(host_argument(argv, 0))) ? VALUE_TRUE
                                                             : VALUE_FALSE;
}

HOST_CALL(call_interrupt_message) {
    struct interrupt_message message = interrupt_message();
    u64 result = w2c_quickjs_JS_NewObject(context);
    engine_set(result, "address", value_from_double(message.address));
    engine_set(result, "data", value_from_double(message.data));
    return result;
}

HOST_FUNCTIONS = {
    {"registerRead", call_register_read, 2},
    {"registerWrite", call_register_write, 3},
    {"portRead", call_port_read, 2},
    {"portWrite", call_port_write, 3},
    {"physical", call_physical, 1},
    {"fence", call_fence, 0},
    {"interruptLine", call_interrupt_line, 1},
    {"interruptMessage", call_interrupt_message, 0},
};
