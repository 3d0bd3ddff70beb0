// Loads SQLite for a while and prints operations a second: sqlite-load FILE puts|grouped|reads|first SECONDS
//
// puts: one durable transaction for each value. grouped: one for each 64 values, as one who has 64 writers
// would do it by hand. reads: values of keys that were read before, prepared once, by one connection.
// first: each key is read once. Keys come in a random order. All but the latter is done for a while before
// it is measured; for puts that is grouped, which is more of them.
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEYS = 20000, KEY_LENGTH = 16, VALUE_LENGTH = 100, GROUP = 64 };

static const double WARM_UP = 0.25;

static sqlite3 *database;
static uint64_t state = 88172645463325252u;

static void check(int result) {
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database));
    exit(1);
}

static uint64_t random_number(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void execute(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL));
    return statement;
}

// All that is not SQLite's work is done before.
static char keys[KEYS][KEY_LENGTH + 1], values[KEYS][VALUE_LENGTH];
static unsigned order[KEYS];

static void prepare_pairs(void) {
    for (unsigned number = 0; number < KEYS; number++) {
        snprintf(keys[number], sizeof keys[number], "key %012u", number);
        memset(values[number], (int)number, VALUE_LENGTH);
        const unsigned other = (unsigned)(random_number() % (number + 1));
        order[number] = order[other];
        order[other] = number;
    }
}

static void bind_key(sqlite3_stmt *statement, unsigned number) {
    check(sqlite3_bind_blob(statement, 1, keys[number], KEY_LENGTH, SQLITE_STATIC));
}

static void put(sqlite3_stmt *statement, unsigned number) {
    bind_key(statement, number);
    check(sqlite3_bind_blob(statement, 2, values[number], VALUE_LENGTH, SQLITE_STATIC));
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

static void get(sqlite3_stmt *statement, unsigned number) {
    bind_key(statement, number);
    int result = sqlite3_step(statement);
    check(result);
    if (result != SQLITE_ROW || sqlite3_column_bytes(statement, 0) != VALUE_LENGTH) exit(2);
    if (*(const unsigned char *)sqlite3_column_blob(statement, 0) != (unsigned char)number) exit(3);
    check(sqlite3_reset(statement));
}

static sqlite3_stmt *insert, *select_value;
static uint64_t done;

static unsigned next(void) { return order[done++ % KEYS]; }

// Does what (mode) says, once or in a group.
static void work(const char *mode) {
    if (strcmp(mode, "puts") == 0) {
        put(insert, next());
    } else if (strcmp(mode, "grouped") == 0) {
        execute("begin");
        for (int index = 0; index < GROUP; index++) put(insert, next());
        execute("commit");
    } else {
        for (int index = 0; index < GROUP; index++) get(select_value, next());
    }
}

// Operations a second; of the first reads there are only so many.
static double rate(const char *mode, double duration) {
    const uint64_t most = strcmp(mode, "first") == 0 ? KEYS : UINT64_MAX;
    const double start = seconds();
    double now = start;
    for (done = 0; now - start < duration && done < most; now = seconds()) work(mode);
    return (double)done / (now - start);
}

int main(int count, char **words) {
    if (count != 4) return 64;
    const char *mode = words[2];
    prepare_pairs();
    check(sqlite3_open(words[1], &database));
    execute("pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-4000;"
            "create table if not exists pairs (key blob primary key, value blob) without rowid");
    insert = prepare("insert or replace into pairs values (?, ?)");
    select_value = prepare("select value from pairs where key = ?");
    // To count them would read them.
    sqlite3_stmt *any = prepare("select 1 from pairs limit 1");
    const bool is_new = sqlite3_step(any) != SQLITE_ROW;
    check(sqlite3_reset(any));
    if (is_new) {
        execute("begin");
        for (unsigned number = 0; number < KEYS; number++) put(insert, number);
        execute("commit");
    }

    if (strcmp(mode, "reads") == 0) rate("first", 60);
    if (strcmp(mode, "first") != 0) rate(strcmp(mode, "puts") == 0 ? "grouped" : mode, WARM_UP);
    printf("%.0f\n", rate(mode, atof(words[3])));
    sqlite3_finalize(insert);
    sqlite3_finalize(select_value);
    sqlite3_finalize(any);
    return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
