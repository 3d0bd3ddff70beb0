/* The clock of PCs that keeps the date (Motorola MC146818 and its descendants), in UTC. */
#include "virtio.h"

#include "cpu/instructions.h"

#define INDEX 0x70
#define DATA 0x71

#define STATUS_A 10
#define UPDATING 0x80
#define STATUS_B 11
#define IS_BINARY 0x04
#define IS_24_HOURS 0x02
#define AFTERNOON 0x80 /* in the hours, where they go to 12 */

/* An update takes 2 milliseconds; a read, hundreds of nanoseconds. */
#define PATIENCE 100000

struct date {
    unsigned second, minute, hour, day, month, year;
};

static uint8_t read_register(uint8_t index) {
    out8(INDEX, index);
    return in8(DATA);
}

static unsigned read_field(uint8_t index) {
    uint8_t value = read_register(index);
    if (read_register(STATUS_B) & IS_BINARY)
        return value;
    return (value >> 4) * 10u + (value & 15);
}

static unsigned read_hour(void) {
    uint8_t raw = read_register(4), mode = read_register(STATUS_B);
    unsigned hour = raw & 0x7f;
    if (!(mode & IS_BINARY))
        hour = (hour >> 4) * 10 + (hour & 15);
    if (mode & IS_24_HOURS)
        return hour;
    return hour % 12 + (raw & AFTERNOON ? 12 : 0);
}

static struct date read_date(void) {
    for (int i = 0; i < PATIENCE && (read_register(STATUS_A) & UPDATING); i++)
        ;
    return (struct date){read_field(0), read_field(2), read_hour(),
                         read_field(7), read_field(8), 2000 + read_field(9)};
}

/* Days from 1970-01-01 to the first of (month), in the Gregorian calendar from 2000 to 2099. */
static unsigned days_to(unsigned year, unsigned month) {
    static const uint16_t before[] = {0,   31,  59,  90,  120, 151,
                                      181, 212, 243, 273, 304, 334};
    unsigned leap_day = year % 4 == 0 && month > 2;
    return (year - 1970) * 365 + (year - 1969) / 4 + before[month - 1] + leap_day;
}

static uint64_t seconds_of(struct date date) {
    uint64_t days = days_to(date.year, date.month) + date.day - 1;
    return ((days * 24 + date.hour) * 60 + date.minute) * 60 + date.second;
}

static bool is_date(struct date date) {
    return date.second < 60 && date.minute < 60 && date.hour < 24 &&
           date.day >= 1 && date.day <= 31 && date.month >= 1 &&
           date.month <= 12 && date.year < 2100;
}

uint64_t rtc_read(void) {
    /* Two equal readings: none of them was changed halfway. */
    struct date date, again;
    int tries = 0;
    do {
        date = read_date();
        again = read_date();
        if (!is_date(date) || ++tries > 10)
            return 0;
    } while (seconds_of(date) != seconds_of(again));
    return seconds_of(date) * 1000000000;
}
