#include "CSimdJSON.h"

#include <new>
#include <simdjson.h>

struct csj_parser {
    simdjson::dom::parser dom;
};

static csj_result result_of(simdjson::error_code code) {
    switch (code) {
        case simdjson::SUCCESS: return CSJ_OK;
        case simdjson::EMPTY: return CSJ_EMPTY;
        case simdjson::DEPTH_ERROR: return CSJ_TOO_DEEP;
        case simdjson::CAPACITY: return CSJ_TOO_LARGE;
        case simdjson::UTF8_ERROR: return CSJ_NOT_UTF8;
        case simdjson::NUMBER_ERROR: return CSJ_NUMBER;
        case simdjson::MEMALLOC: return CSJ_OUT_OF_MEMORY;
        default: return CSJ_SYNTAX;
    }
}

csj_parser *csj_create(void) { return new (std::nothrow) csj_parser; }

void csj_destroy(csj_parser *parser) { delete parser; }

csj_result csj_parse(csj_parser *parser, const uint8_t *bytes, size_t count, size_t depth, csj_tape *tape) {
    if (count == 0 || bytes == nullptr) return CSJ_EMPTY;
    try {
        simdjson::dom::parser &dom = parser->dom;
        if (dom.capacity() < count || dom.max_depth() != depth) {
            simdjson::error_code code = dom.allocate(count, depth);
            if (code) return result_of(code);
        }
        simdjson::dom::element root;
        simdjson::error_code code = dom.parse(bytes, count, true).get(root);
        if (code) return result_of(code);
        tape->words = dom.doc.tape.get();
        tape->strings = dom.doc.string_buf.get();
        return CSJ_OK;
    } catch (...) {
        return CSJ_OUT_OF_MEMORY;
    }
}

size_t csj_capacity(const csj_parser *parser) { return parser->dom.capacity(); }
