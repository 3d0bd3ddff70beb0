// Loads SQLite for a while and prints operations a second: sqlite-load FILE puts|grouped|reads SECONDS
//
// puts: one durable transaction for each value. grouped: one for each 64 values, as one who has 64 writers
// would do it by hand. reads: values of random keys, prepared once, by one connection.
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEYS = 20000, KEY_LENGTH = 16, VALUE_LENGTH = 100, GROUP = 64 };

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

static void bind_key(sqlite3_stmt *statement, char *key, unsigned number) {
    snprintf(key, KEY_LENGTH + 1, "key %012u", number);
    check(sqlite3_bind_blob(statement, 1, key, KEY_LENGTH, SQLITE_STATIC));
}

static void put(sqlite3_stmt *statement, unsigned number) {
    char key[KEY_LENGTH + 1], value[VALUE_LENGTH];
    memset(value, (int)number, sizeof value);
    bind_key(statement, key, number);
    check(sqlite3_bind_blob(statement, 2, value, sizeof value, SQLITE_STATIC));
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

static void get(sqlite3_stmt *statement, unsigned number) {
    char key[KEY_LENGTH + 1];
    bind_key(statement, key, number);
    int result = sqlite3_step(statement);
    check(result);
    if (result != SQLITE_ROW || sqlite3_column_bytes(statement, 0) != VALUE_LENGTH) exit(2);
    if (*(const unsigned char *)sqlite3_column_blob(statement, 0) != (unsigned char)number) exit(3);
    check(sqlite3_reset(statement));
}

int main(int count, char **words) {
    if (count != 4) return 64;
    const double duration = atof(words[3]);
    check(sqlite3_open(words[1], &database));
    execute("pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-4000;"
            "create table if not exists pairs (key blob primary key, value blob) without rowid");
    sqlite3_stmt *insert = prepare("insert or replace into pairs values (?, ?)");
    sqlite3_stmt *select = prepare("select value from pairs where key = ?");
    sqlite3_stmt *size = prepare("select count(*) from pairs");
    check(sqlite3_step(size));
    const int stored = sqlite3_column_int(size, 0);
    check(sqlite3_reset(size));
    if (stored < KEYS) {
        execute("begin");
        for (unsigned number = 0; number < KEYS; number++) put(insert, number);
        execute("commit");
    }

    const double start = seconds();
    uint64_t done = 0;
    double now = start;
    for (; now - start < duration; now = seconds()) {
        if (strcmp(words[2], "puts") == 0) {
            put(insert, random_number() % KEYS);
            done++;
        } else if (strcmp(words[2], "grouped") == 0) {
            execute("begin");
            for (int index = 0; index < GROUP; index++) put(insert, random_number() % KEYS);
            execute("commit");
            done += GROUP;
        } else {
            for (int index = 0; index < GROUP; index++) get(select, random_number() % KEYS);
            done += GROUP;
        }
    }
    printf("%.0f\n", (double)done / (now - start));
    sqlite3_finalize(insert);
    sqlite3_finalize(select);
    sqlite3_finalize(size);
    return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
