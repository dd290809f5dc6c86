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

    package var format: Format
    package var rowsPath: [String]
    /// Must be `true` in the answer, or the text at `errorPath` is the error.
    package var okPath: [String]
    package var errorPath: [String]
    package var allows404AsEmpty: Bool
    package var rowStrategy: RowStrategy

    package init(
        format: Format = .json, rowsPath: [String] = [], okPath: [String] = [], errorPath: [String] = [],
        allows404AsEmpty: Bool = false, rowStrategy: RowStrategy = .direct
    ) {
        self.format = format
        self.rowsPath = rowsPath
        self.okPath = okPath
        self.errorPath = errorPath
        self.allows404AsEmpty = allows404AsEmpty
        self.rowStrategy = rowStrategy
    }
}

package struct PaginationSpec: Hashable, Sendable {
    package enum Mode: Hashable, Sendable {
        case none
        /// Follows `Link: rel="next"` where the answer has one. Alike: `auto` and `link_header`.
        case linkHeader(requiresResults: Bool)
        case cursorQuery(parameter: String, responsePath: [String])
        case cursorBody(path: [String], responsePath: [String])
        case page(parameter: String, start: Int, step: Int)
        /// The step is the page's size where none is given.
        case offset(parameter: String, start: Int, step: Int?)
    }

    package struct PageSize: Hashable, Sendable {
        package var defaultSize: Int
        package var maximum: Int
        package var queryParameter: String?
        package var bodyPath: [String] = []
    }

    package var mode: Mode
    package var pageSize: PageSize?
    package var maximumPages: Int

    package init(mode: Mode = .none, pageSize: PageSize? = nil, maximumPages: Int = 10_000) {
        self.mode = mode
        self.pageSize = pageSize
        self.maximumPages = maximumPages
    }
}
