#pragma once
#include <sqlite3.h>

// Macros and variadic functions that Swift cannot import.
static inline sqlite3_destructor_type _Nullable cs_transient(void) { return SQLITE_TRANSIENT; }
static inline char *_Nullable cs_copy(const char *_Nonnull text) { return sqlite3_mprintf("%s", text); }
static inline int cs_config_flag(sqlite3 *_Nonnull db, int option, int on) { return sqlite3_db_config(db, option, on, (int *)0); }
static inline int cs_vtab_direct_only(sqlite3 *_Nonnull db) { return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY); }

// A Swift object hangs off `object` (Unmanaged, retained).
typedef struct cs_vtab { sqlite3_vtab base; void *_Nullable object; } cs_vtab;
typedef struct cs_cursor { sqlite3_vtab_cursor base; void *_Nullable object; } cs_cursor;
