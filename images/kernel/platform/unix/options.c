/*
 * The command line: IMAGE [kernel options] -- [boot arguments]
 *
 * What stands before `--` is for the kernel, the rest for the appliance.
 */
#include "unix.h"

#include <string.h>

#define MEBIBYTE (1024 * 1024)
#define DEFAULT_MEMORY 64
#define MINIMUM_MEMORY 8
#define MAXIMUM_MEMORY 4000 /* offsets into linear memory have 32 bits */
#define NOBODY 65534

static const char USAGE[] =
    "usage: IMAGE [OPTION]... [-- ARGUMENT...]\n"
    "  --mem=MB            memory in MiB for everything, 8 to 4000 (64)\n"
    "  --net:NAME=TAP      the TAP device that is the network device NAME\n"
    "  --net-mac:NAME=MAC  its hardware address (random)\n"
    "  --block:NAME=FILE   the file that is the block device NAME, whole blocks\n"
    "  --block-sector-size:NAME=N  bytes in its blocks: 512, 1024, 2048, 4096 (512)\n"
    "  --user=UID          the user to become when started as root (65534)\n"
    "  --help              this text; after -- that of the appliance\n";

static const char *const NAMES[] = {"--mem=", "--net:", "--net-mac:",
                                    "--block:", "--block-sector-size:",
                                    "--user=", "--help"};

struct options options = {.memory = (uint64_t)DEFAULT_MEMORY * MEBIBYTE,
                          .user = NOBODY};

static _Noreturn void wrong(const char *word, const char *expected) {
    refuse(STATUS_USAGE, (const char *[]){word, ": expected ", expected, NULL}, 0);
}

/* What follows (prefix) in (word), or NULL. */
static const char *after(const char *word, const char *prefix) {
    size_t length = strlen(prefix);
    return strlen(word) >= length && memcmp(word, prefix, length) == 0
               ? word + length
               : NULL;
}

/* Reads a whole number of at most (maximum). */
static bool read_number(const char *text, uint64_t maximum, uint64_t *number) {
    *number = 0;
    if (*text == 0)
        return false;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *number = *number * 10 + (uint64_t)(*text - '0');
        if (*number > maximum)
            return false;
    }
    return true;
}

static int hex_digit(char character) {
    if (character >= '0' && character <= '9')
        return character - '0';
    char lower = character | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Reads a unicast address such as 02:00:5e:00:53:01. */
static bool read_mac(const char *text, uint64_t *mac) {
    *mac = 0;
    for (int i = 0; i < 6; i++, text += 3) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || text[2] != (i < 5 ? ':' : 0))
            return false;
        *mac = *mac << 8 | (uint64_t)(high << 4 | low);
    }
    return *mac != 0 && !(*mac >> 40 & 1);
}

static bool is_letter_or_digit(char character) {
    char lower = character | 0x20;
    return (character >= '0' && character <= '9') ||
           (lower >= 'a' && lower <= 'z');
}

/* Splits NAME=VALUE: the entry for NAME in (devices), new where there is none, and VALUE. */
static struct device_option *device_named(struct device_options *devices,
                                          const char *word, const char *text,
                                          const char **value) {
    size_t length = 0;
    while (is_letter_or_digit(text[length]))
        length++;
    if (length == 0 || length >= NAME_SIZE || text[length] != '=')
        wrong(word, "NAME=VALUE with a name of 1 to 67 letters and digits");
    *value = text + length + 1;

    for (unsigned i = 0; i < devices->count; i++) {
        struct device_option *device = &devices->list[i];
        if (strlen(device->name) == length &&
            memcmp(device->name, text, length) == 0)
            return device;
    }
    if (devices->count == DEVICES)
        wrong(word, "at most 8 devices of a kind");
    struct device_option *device = &devices->list[devices->count++];
    memcpy(device->name, text, length);
    return device;
}

static void require_host(const struct device_options *devices,
                         const char *expected) {
    for (unsigned i = 0; i < devices->count; i++) {
        if (devices->list[i].host == NULL)
            wrong(devices->list[i].name, expected);
    }
}

/* How many characters must be changed, added or taken to make (b) of (a). */
static unsigned distance(const char *a, const char *b) {
    unsigned row[33];
    size_t length = strlen(b);
    for (unsigned j = 0; j <= length; j++)
        row[j] = j;
    for (unsigned i = 1; *a != 0; a++, i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= length; j++) {
            unsigned best = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j] = best;
        }
    }
    return row[length];
}

static _Noreturn void unknown(const char *word) {
    if (after(word, "--") == NULL)
        wrong(word, "an option, or -- before the arguments of the appliance");
    /* The value may be long; only what names the option is compared. */
    char name[33] = {0};
    for (unsigned i = 0; i < sizeof name - 1 && word[i] != 0; i++) {
        name[i] = word[i];
        if (word[i] == '=' || word[i] == ':')
            break;
    }
    const char *nearest = NAMES[0];
    for (unsigned i = 1; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (distance(name, NAMES[i]) < distance(name, nearest))
            nearest = NAMES[i];
    }
    refuse(STATUS_USAGE,
           (const char *[]){"unknown option ", word, ", the nearest is ", nearest,
                            " (arguments of the appliance stand after --)",
                            NULL},
           0);
}

static void parse_word(const char *word) {
    const char *value;
    uint64_t number;
    struct device_option *device;
    if ((value = after(word, "--mem=")) != NULL) {
        if (!read_number(value, MAXIMUM_MEMORY, &number) ||
            number < MINIMUM_MEMORY)
            wrong(word, "mebibytes from 8 to 4000, such as --mem=64");
        options.memory = number * MEBIBYTE;
    } else if ((value = after(word, "--net:")) != NULL) {
        device = device_named(&options.networks, word, value, &value);
        if (*value == 0 || strlen(value) > 15 || device->host != NULL)
            wrong(word, "one TAP device of 1 to 15 characters for each name, "
                        "such as --net:service=tap0");
        device->host = value;
    } else if ((value = after(word, "--net-mac:")) != NULL) {
        device = device_named(&options.networks, word, value, &value);
        if (!read_mac(value, &device->detail))
            wrong(word, "a unicast address, such as 02:00:5e:00:53:01");
    } else if ((value = after(word, "--block:")) != NULL) {
        device = device_named(&options.blocks, word, value, &value);
        if (*value == 0 || device->host != NULL)
            wrong(word, "one file for each name, such as --block:storage=disk.img");
        device->host = value;
    } else if ((value = after(word, "--block-sector-size:")) != NULL) {
        device = device_named(&options.blocks, word, value, &value);
        if (!read_number(value, 4096, &number) || number < 512 ||
            (number & (number - 1)) != 0)
            wrong(word, "512, 1024, 2048 or 4096");
        device->detail = number;
    } else if ((value = after(word, "--user=")) != NULL) {
        if (!read_number(value, UINT32_MAX - 1, &number) || number == 0)
            wrong(word, "the number of a user other than root, such as 65534");
        options.user = (uint32_t)number;
    } else if (strlen(word) == 6 && after(word, "--help") != NULL) {
        print(USAGE);
        platform_halt(0);
    } else {
        unknown(word);
    }
}

void options_parse(char **words) {
    for (; *words != NULL && !(strlen(*words) == 2 && after(*words, "--")); words++)
        parse_word(*words);
    require_host(&options.networks, "--net: beside --net-mac:");
    require_host(&options.blocks, "--block: beside --block-sector-size:");
    if (*words == NULL || words[1] == NULL)
        return;
    /* Linux puts the words one behind the other. */
    char **last = words + 1;
    while (last[1] != NULL)
        last++;
    options.arguments = words[1];
    options.arguments_length = (size_t)(*last + strlen(*last) + 1 - words[1]);
}
