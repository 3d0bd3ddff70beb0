/*
 * The end of the machine. QEMU's isa-debug-exit hands the status to whoever
 * started QEMU. Without it the status goes to the console, and the machine is
 * switched off as ACPI says (6.5, 4.8.3 and 7.4.2), or else reset: Firecracker
 * ends at the reset line of the keyboard controller.
 */
#include "virtio.h"

#include <string.h>

#include "cpu/instructions.h"
#include "cpu/paging.h"

#define DEBUG_EXIT 0xf4

#define KEYBOARD_CONTROL 0x64
#define PULSE_RESET 0xfe

#define SLEEP_ENABLE 0x20           /* of a sleep control register */
#define PM1_SLEEP_ENABLE (1 << 13)  /* of a PM1 control register */
#define HARDWARE_REDUCED (1u << 20) /* of the FADT's flags */

struct __attribute__((packed)) table {
    char signature[4];
    uint32_t length;
    uint8_t header[28]; /* what stands in it is of no use here */
};

struct __attribute__((packed)) root_pointer {
    char signature[8];
    uint8_t checksum;
    char oem[6];
    uint8_t revision;
    uint32_t root_table; /* RSDT */
    /* From revision 2 on. */
    uint32_t length;
    uint64_t wide_root_table; /* XSDT */
};

struct __attribute__((packed)) generic_address {
    uint8_t space, width, offset, access;
    uint64_t address;
};
#define SPACE_MEMORY 0
#define SPACE_PORT 1

struct __attribute__((packed)) fixed_description {
    struct table header;
    uint32_t firmware_control, description; /* the DSDT */
    uint8_t reserved1[20];
    uint32_t pm1a_control; /* a port */
    uint8_t reserved2[44];
    uint32_t flags;
    uint8_t reserved3[128];
    struct generic_address sleep_control;
};

/* How to switch off; all zero while unknown. */
static struct generic_address sleep_control;
static uint16_t pm1a_control;
static uint8_t sleep_type;

/* A table with (signature), all of it readable, at least (size) bytes; or NULL. */
static const void *table_at(uint64_t address, const char *signature, size_t size) {
    if (!boot_can_read(address, sizeof(struct table)))
        return NULL;
    const struct table *table = (const void *)address;
    if (memcmp(table->signature, signature, 4) != 0 || table->length < size ||
        !boot_can_read(address, table->length))
        return NULL;
    return table;
}

/* The fixed description among the tables that the (list) with addresses of (width) bytes names. */
static const struct fixed_description *find_in(const struct table *list,
                                               size_t width) {
    const char *entries = (const char *)(list + 1);
    for (size_t i = 0; i < (list->length - sizeof *list) / width; i++) {
        uint64_t address = 0;
        memcpy(&address, entries + i * width, width);
        const void *found = table_at(
            address, "FACP", offsetof(struct fixed_description, reserved3));
        if (found != NULL)
            return found;
    }
    return NULL;
}

static const struct fixed_description *find_fixed_description(void) {
    const struct root_pointer *root = (const void *)boot.rsdp;
    if (!boot_can_read(boot.rsdp, sizeof *root) ||
        memcmp(root->signature, "RSD PTR ", 8) != 0)
        return NULL;
    const struct table *list = NULL;
    if (root->revision >= 2)
        list = table_at(root->wide_root_table, "XSDT", sizeof *list);
    if (list != NULL)
        return find_in(list, 8);
    list = table_at(root->root_table, "RSDT", sizeof *list);
    return list != NULL ? find_in(list, 4) : NULL;
}

/*
 * The first number of the package _S5_ in the byte code of the DSDT: the value
 * that means "off". Names, packages and small numbers have one encoding each.
 */
static uint8_t find_sleep_type(uint64_t address) {
    const struct table *table = table_at(address, "DSDT", sizeof *table);
    if (table == NULL)
        return 0;
    const uint8_t *code = (const void *)table;
    for (size_t i = sizeof *table; i + 9 < table->length; i++) {
        /* Name _S5_, PackageOp, length (of one byte), count, BytePrefix or number */
        if (memcmp(code + i, "_S5_\x12", 5) == 0)
            return (code[i + 7] == 0x0a ? code[i + 8] : code[i + 7]) & 7;
    }
    return 0;
}

void power_start(void) {
    const struct fixed_description *fixed = find_fixed_description();
    if (fixed == NULL)
        return;
    sleep_type = find_sleep_type(fixed->description);
    if (!(fixed->flags & HARDWARE_REDUCED))
        pm1a_control = (uint16_t)fixed->pm1a_control;
    else if (fixed->header.length >= sizeof *fixed)
        sleep_control = fixed->sleep_control;
}

static void switch_off(void) {
    uint8_t value = (uint8_t)(sleep_type << 2 | SLEEP_ENABLE);
    if (pm1a_control != 0)
        out16(pm1a_control, (uint16_t)(sleep_type << 10 | PM1_SLEEP_ENABLE));
    if (sleep_control.address != 0 && sleep_control.space == SPACE_PORT)
        out8((uint16_t)sleep_control.address, value);
    if (sleep_control.address != 0 && sleep_control.space == SPACE_MEMORY) {
        volatile uint8_t *place = paging_device(sleep_control.address);
        if (place != NULL)
            *place = value;
    }
}

_Noreturn void platform_halt(int status) {
    out8(DEBUG_EXIT, (uint8_t)status);
    if (status != 0) {
        print("atoll: exit status ");
        print_number((uint64_t)status);
        print("\n");
    }
    switch_off();
    out8(KEYBOARD_CONTROL, PULSE_RESET);
    /* The last way: a fault that no table has a gate for resets the machine. */
    static const struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } no_gates;
    __asm__ volatile("lidt %0; int3" ::"m"(no_gates));
    __builtin_unreachable();
}
