import Basics
import JSON
import SourceSpec

/// The content of one complete response.
struct PageContent: Sendable {
    var rows: [[Value]] = []
    var warnings = 0
    var clues = PagingMachine.Clues(elements: 0)
}

/// Why a response with a successful status is not a page.
enum PageFault: Error, Hashable {
    case json(JSONError)
    /// The rows are not at the path of the manifest.
    case shape(String)
    /// The response contains an error.
    case refused(String)
}

/// Reads the body of a response: whether it is a success, its rows, and whether more pages follow.
struct PageReader: Sendable {
    let response: ResponseSpec
    let cursorPath: [String]
    /// Empty if the response does not say whether more pages follow.
    let morePath: [String]
    let reportsGraphQLErrors: Bool
    /// The request uses another route than the table's own, such as that of one row by its id.
    let isOtherRoute: Bool
    let mapper: RowMapper

    init(_ plan: ScanPlan) {
        response = plan.scan.table.response
        reportsGraphQLErrors = plan.source.overlay.retryDialect == .linear
        mapper = plan.mapper
        isOtherRoute = plan.scan.fallback == nil && plan.route != plan.scan.table.request
        morePath = plan.scan.fallback == nil ? plan.source.overlay.morePaths[plan.scan.table.name] ?? [] : []
        cursorPath =
            switch plan.pagination.mode {
            case .cursorQuery(_, let path), .cursorBody(_, let path): path
            case .none, .linkHeader, .page, .offset: []
            }
    }

    func read(_ body: [UInt8]) throws(PageFault) -> PageContent {
        switch response.format {
        case .json: return try document(body)
        case .jsonEachRow: return try lines(body)
        }
    }

    private func document(_ body: [UInt8]) throws(PageFault) -> PageContent {
        try JSONDocument.withView(of: body, orThrow: PageFault.json) { root throws(PageFault) in try content(of: root) }
    }

    private func lines(_ body: [UInt8]) throws(PageFault) -> PageContent {
        var content = PageContent()
        for line in body.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            try JSONDocument.withView(of: Array(line), orThrow: PageFault.json) { row throws(PageFault) in
                mapper.append(RowElement(view: row), to: &content.rows, warnings: &content.warnings)
            }
            content.clues.elements += 1
        }
        return content
    }

    private func content(of root: JSONView) throws(PageFault) -> PageContent {
        try checkSuccess(root)
        var content = PageContent()
        switch response.rowStrategy {
        case .direct: try direct(root, &content)
        case .dictionaryEntries: try entries(root, &content)
        case .seriesPointList: try points(root, &content)
        }
        content.clues.cursor = cursor(in: root)
        if !morePath.isEmpty { content.clues.hasMore = find(morePath, in: root)?.bool }
        return content
    }

    // MARK: Success

    private func checkSuccess(_ root: JSONView) throws(PageFault) {
        if !response.okPath.isEmpty, find(response.okPath, in: root)?.bool != true {
            throw .refused(
                find(response.errorPath, in: root)?.string ?? ProviderMessage.text(in: root) ?? "unknown error")
        }
        if reportsGraphQLErrors, let errors = root["errors"]?.elements, errors.contains(where: { _ in true }) {
            throw .refused(ProviderMessage.text(in: root) ?? "unknown GraphQL error")
        }
    }

    /// A response with an error instead of rows.
    private func missingRows(in root: JSONView) throws(PageFault) {
        guard root.members != nil else { throw .shape("\(root.kind.phrase) instead of an object") }
        if let message = ProviderMessage.text(in: root) { throw .refused(message) }
    }

    // MARK: Rows

    private func direct(_ root: JSONView, _ content: inout PageContent) throws(PageFault) {
        guard let value = find(response.rowsPath, in: root) ?? soleObject(in: root) else {
            return try missingRows(in: root)
        }
        if let elements = value.elements {
            for element in elements {
                content.clues.elements += 1
                mapper.append(RowElement(view: element), to: &content.rows, warnings: &content.warnings)
            }
        } else if !value.isNull {
            content.clues.elements = 1
            mapper.append(RowElement(view: value), to: &content.rows, warnings: &content.warnings)
        }
    }

    /// A route has the `rows_path` of its table, but one row by its id is `{"incident": {…}}` instead of `{"incidents": […]}`.
    private func soleObject(in root: JSONView) -> JSONView? {
        guard isOtherRoute, let members = root.members.map({ Array($0) }), members.count == 1,
            members[0].value.members != nil
        else { return nil }
        return members[0].value
    }

    private func entries(_ root: JSONView, _ content: inout PageContent) throws(PageFault) {
        guard let value = find(response.rowsPath, in: root) else { return try missingRows(in: root) }
        guard let members = value.members else {
            if value.isNull { return }
            throw .shape("\(value.kind.phrase) instead of an object at \(response.rowsPath.joined(separator: "."))")
        }
        for member in members {
            content.clues.elements += 1
            var element = RowElement(view: member.value, added: [(Self.keyName, .view(member.name))])
            if member.value.members == nil {
                element.added.append((Self.valueName, Extract(member.value)))
                element.isMade = true
            }
            mapper.append(element, to: &content.rows, warnings: &content.warnings)
        }
    }

    private func points(_ root: JSONView, _ content: inout PageContent) throws(PageFault) {
        if root["status"]?.string == "error" { throw .refused(ProviderMessage.text(in: root) ?? "unknown error") }
        guard let series = root["series"] else { return try missingRows(in: root) }
        for line in series.elements.map({ Array($0) }) ?? [] {
            for point in line["pointlist"]?.elements.map({ Array($0) }) ?? [] {
                content.clues.elements += 1
                let moment = point[0]?.number.flatMap { Int64(exactly: $0.rounded(.towardZero)) }
                let element = RowElement(
                    view: line,
                    added: [
                        (Self.metric, Extract(line["metric"])), (Self.scope, Extract(line["scope"])),
                        (Self.timestamp, moment.map { .value(.integer($0)) } ?? .nothing),
                        (Self.value, Extract(point[1])),
                    ], isMade: true)
                mapper.append(element, to: &content.rows, warnings: &content.warnings)
            }
        }
    }

    private static let keyName = JSONKey("_key")
    private static let valueName = JSONKey("_value")
    private static let metric = JSONKey("metric")
    private static let scope = JSONKey("scope")
    private static let timestamp = JSONKey("timestamp")
    private static let value = JSONKey("value")

    // MARK: Paths

    /// The value there: null where the path ends early in a null, nil where a member is absent.
    private func find(_ path: [String], in root: JSONView) -> JSONView? {
        var current = root
        for name in path {
            if current.isNull { return current }
            let inner = Int(name).flatMap { current[$0] } ?? current[name]
            guard let inner else { return nil }
            current = inner
        }
        return current
    }

    /// The text at the path; nil if absent, null or blank. Relay's `hasNextPage: false` next to it also ends the list.
    private func cursor(in root: JSONView) -> String? {
        guard let last = cursorPath.last, let holder = find(cursorPath.dropLast(), in: root) else { return nil }
        if holder["hasNextPage"]?.bool == false { return nil }
        let text = holder[last].flatMap { $0.string ?? $0.integer.map { String($0) } }
        return text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }
}
