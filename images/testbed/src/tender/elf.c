/* The rules that Solo5's tenders have for executables (solo5: tenders/common/elf.c). */
#define _GNU_SOURCE
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tender.h"

#define NOTE_ABI 0x31494241
#define NOTE_MANIFEST 0x3154464d
#define SEGMENTS 32

static Elf64_Ehdr header;
static Elf64_Phdr segments[SEGMENTS];

static void read_at(int file, void *bytes, size_t size, uint64_t offset, const char *what) {
    if (pread(file, bytes, size, (off_t)offset) != (ssize_t)size)
        die("invalid executable: %s beyond its end", what);
}

static void read_headers(int file) {
    read_at(file, &header, sizeof header, 0, "the header");
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
        die("invalid executable: not ELF of 64 bits, little endian");
    if (header.e_version != EV_CURRENT || header.e_ehsize != sizeof header ||
        header.e_phentsize != sizeof *segments)
        die("invalid executable: headers of the wrong version or size");
    if (header.e_type != ET_EXEC || header.e_machine != EM_X86_64)
        die("invalid executable: neither relocatable nor for another CPU may it be");
    if (header.e_phnum < 1 || header.e_phnum > SEGMENTS)
        die("invalid executable: %u program headers", header.e_phnum);
    read_at(file, segments, header.e_phnum * sizeof *segments, header.e_phoff,
            "program headers");
}

/* Reads what the first note of Solo5 of (type) describes; answers its size. */
static size_t read_note(int file, uint32_t type, size_t padding, void *bytes, size_t size) {
    for (unsigned i = 0; i < header.e_phnum; i++) {
        struct {
            uint32_t name_size, size, type;
            char name[8];
        } note;
        const Elf64_Phdr *segment = &segments[i];
        if (segment->p_type != PT_NOTE)
            continue;
        if (segment->p_filesz < sizeof(Elf64_Nhdr))
            die("invalid executable: a note without a header");
        if (segment->p_filesz < sizeof note)
            continue;
        read_at(file, &note, sizeof note, segment->p_offset, "a note");
        if (note.name_size != 6 || memcmp(note.name, "Solo5", 6) != 0 || note.type != type)
            continue;
        if (note.size <= padding || note.size - padding > size ||
            segment->p_filesz < sizeof note + note.size)
            die("invalid executable: a note of %u bytes", note.size);
        read_at(file, bytes, note.size - padding, segment->p_offset + sizeof note + padding,
                "a note");
        return note.size - padding;
    }
    die("no note of Solo5 with type 0x%x", type);
}

static void check_manifest(const struct manifest *manifest, size_t size) {
    if (size < 8 || manifest->version != 1)
        die("invalid manifest: its version is not 1");
    if (manifest->count < 1 || manifest->count > MANIFEST_ENTRIES)
        die("invalid manifest: %u entries", manifest->count);
    if (size != 8 + manifest->count * sizeof *manifest->entries)
        die("invalid manifest: %zu bytes for %u entries", size, manifest->count);
    if (manifest->entries[0].type != RESERVED_FIRST || manifest->entries[0].name[0] != 0)
        die("invalid manifest: its first entry is not the reserved one");
    for (unsigned i = 1; i < manifest->count; i++) {
        const struct manifest_entry *entry = &manifest->entries[i];
        if (entry->name[sizeof entry->name - 1] != 0)
            die("invalid manifest: a name without an end");
        size_t length = strlen(entry->name);
        if (length == 0 || strspn(entry->name, "abcdefghijklmnopqrstuvwxyz0123456789"
                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != length)
            die("invalid manifest: the name \"%s\"", entry->name);
        if (entry->type != BLOCK && entry->type != NETWORK)
            die("invalid manifest: %s is of the type %u", entry->name, entry->type);
        if (entry->is_attached)
            die("invalid manifest: %s says that it is attached", entry->name);
    }
}

void elf_read_notes(int file) {
    struct {
        uint32_t target, version, reserved[2];
    } abi;
    read_headers(file);
    if (read_note(file, NOTE_ABI, 0, &abi, sizeof abi) != sizeof abi)
        die("invalid executable: the note ABI1 has another size");
    if (abi.target != HVT && abi.target != SPT)
        die("the executable is for neither hvt nor spt");
    if (abi.version != 2)
        die("the executable asks for version %u of the interface", abi.version);
    guest.target = abi.target;
    size_t size = read_note(file, NOTE_MANIFEST, 4, &guest.manifest, sizeof guest.manifest);
    check_manifest(&guest.manifest, size);
}

static void load_segment(int file, const Elf64_Phdr *segment) {
    uint64_t start = segment->p_vaddr, align = segment->p_align;
    if (align == 0 || (align & (align - 1)) != 0)
        die("invalid executable: a segment aligned to %lu", align);
    uint64_t from = start & -align;
    if (from < LOWEST_IMAGE)
        die("invalid executable: a segment below 1 MiB");
    if (from < guest.image_end)
        die("invalid executable: segments that overlap or do not ascend");
    if (segment->p_memsz < segment->p_filesz || start + segment->p_memsz < start ||
        start + segment->p_memsz + align < align)
        die("invalid executable: the size of a segment");
    uint64_t to = (start + segment->p_memsz + align - 1) & -align;
    if (to > guest.memory_size)
        die("a segment lies beyond %lu MiB of memory: give --mem more",
            guest.memory_size >> 20);
    if (from % PAGE != 0 || to % PAGE != 0)
        die("invalid executable: a segment not aligned to pages");
    if ((segment->p_flags & PF_W) && (segment->p_flags & PF_X))
        die("invalid executable: a segment both writable and executable");
    read_at(file, guest_memory(start), segment->p_filesz, segment->p_offset, "a segment");
    memset(guest_memory(start + segment->p_filesz), 0, segment->p_memsz - segment->p_filesz);
    int protection = (segment->p_flags & PF_R ? PROT_READ : 0) |
                     (segment->p_flags & PF_W ? PROT_WRITE : 0) |
                     (segment->p_flags & PF_X ? PROT_EXEC : 0);
    (guest.target == HVT ? hvt_protect : spt_protect)(from, to, protection);
    guest.image_end = to;
}

void elf_load(int file) {
    if (header.e_entry < LOWEST_IMAGE || header.e_entry >= guest.memory_size)
        die("invalid executable: the entry is outside of memory");
    guest.entry = header.e_entry;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD && segments[i].p_filesz != 0)
            load_segment(file, &segments[i]);
    }
}
