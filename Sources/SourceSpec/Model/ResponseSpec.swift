package struct ResponseSpec: Hashable, Sendable {
    package enum Format: String, CaseIterable, Hashable, Sendable {
        case json
        /// One JSON document a line.
        case jsonEachRow = "json_each_row"
    }

    package enum RowStrategy: String, CaseIterable, Hashable, Sendable {
        case direct
        /// One row for each key of an object, with `_key`.
        case dictionaryEntries = "dict_entries"
        /// Datadog's `series[].pointlist`: {metric, scope, timestamp, value}.
        case seriesPointList = "series_point_list"
    }

    package var format = Format.json
    package var rowsPath: [String] = []
    /// Must be `true` in the response, or the text at `errorPath` is the error.
    package var okPath: [String] = []
    package var errorPath: [String] = []
    package var allows404AsEmpty = false
    package var rowStrategy = RowStrategy.direct
}

package struct PaginationSpec: Hashable, Sendable {
    package enum Mode: Hashable, Sendable {
        case none
        /// Follows `Link: rel="next"`, if the response has one: `auto` and `link_header`.
        case linkHeader(requiresResults: Bool)
        case cursorQuery(parameter: String, responsePath: [String])
        case cursorBody(path: [String], responsePath: [String])
        case page(parameter: String, start: Int, step: Int)
        /// The default step is the page's size.
        case offset(parameter: String, start: Int, step: Int?)
    }

    package struct PageSize: Hashable, Sendable {
        package var defaultSize: Int
        package var maximum: Int
        package var queryParameter: String?
        package var bodyPath: [String] = []
    }

    package var mode = Mode.none
    package var pageSize: PageSize?
    package var maximumPages = 10_000
}
