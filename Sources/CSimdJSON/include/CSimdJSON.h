#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// A simdjson DOM parser: it owns the tape and the strings of the last document that it parsed. One thread at a time.
typedef struct csj_parser csj_parser;

// simdjson's tape (its doc/tape.md): 64-bit words, a type in the top byte and a payload of 56 bits below.
// Both pointers live until the parser parses again or is destroyed.
typedef struct {
    const uint64_t *_Nullable words;
    const uint8_t *_Nullable strings;
} csj_tape;

typedef enum {
    CSJ_OK = 0,
    CSJ_EMPTY,
    CSJ_TOO_DEEP,
    CSJ_TOO_LARGE,
    CSJ_NOT_UTF8,
    CSJ_NUMBER,
    CSJ_SYNTAX,
    CSJ_OUT_OF_MEMORY,
} csj_result;

csj_parser *_Nullable csj_create(void);
void csj_destroy(csj_parser *parser);

// The bytes need no padding and are not kept.
csj_result csj_parse(csj_parser *parser, const uint8_t *_Nullable bytes, size_t count, size_t depth, csj_tape *tape);

// The largest document that the parser holds memory for.
size_t csj_capacity(const csj_parser *parser);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
