/* The console: COM1, a 16550 UART, at 115200 baud. */
#include "virtio.h"

#include "cpu/instructions.h"

#define COM1 0x3f8
#define DATA (COM1 + 0)
#define INTERRUPT_ENABLE (COM1 + 1)
#define FIFO_CONTROL (COM1 + 2)
#define LINE_CONTROL (COM1 + 3)
#define MODEM_CONTROL (COM1 + 4)
#define LINE_STATUS (COM1 + 5)

#define DIVISOR_ACCESS 0x80
#define EIGHT_BITS 0x03
#define FIFO_ENABLE_AND_CLEAR 0x07
#define TERMINAL_READY 0x03
#define TRANSMITTER_EMPTY 0x20

/* What the transmitter takes at one time once it is empty. */
#define FIFO_SIZE 16

/* A UART that is stuck, or not there, must not stop the program. */
#define PATIENCE 100000

void serial_start(void) {
    out8(INTERRUPT_ENABLE, 0);
    out8(LINE_CONTROL, DIVISOR_ACCESS);
    out8(DATA, 1); /* 115200 baud, low byte */
    out8(INTERRUPT_ENABLE, 0);
    out8(LINE_CONTROL, EIGHT_BITS);
    out8(FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    out8(MODEM_CONTROL, TERMINAL_READY);
}

static void put(char byte) {
    static unsigned room;
    if (room == 0) {
        for (int i = 0; i < PATIENCE; i++) {
            if (in8(LINE_STATUS) & TRANSMITTER_EMPTY)
                break;
        }
        room = FIFO_SIZE;
    }
    room--;
    out8(DATA, (uint8_t)byte);
}

void platform_write(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
}
