import Basics
import WebServer

/// Langfuse's observations: those of version 2 by cursor, those of version 1 by page; the newest first.
struct LangfuseObservations: Sendable {
    let world: SandboxWorld

    /// What a request asks for. A name that is given empty asks for everything, but for that of the parent: it asks for
    /// what has none.
    private struct Selection {
        private var wanted: [(SandboxObservation) -> Bool] = []
        private(set) var from: Instant?
        private(set) var to: Instant?

        init(_ request: WebRequest) {
            (from, to) = (request.moment("fromStartTime"), request.moment("toStartTime"))
            for (name, path) in Self.texts {
                if let text = request.stated(name) { wanted.append { $0[keyPath: path] == text } }
            }
            if let parent = request.queryValue("parentObservationId") {
                wanted.append { $0.parentID == (parent.isEmpty ? nil : parent) }
            }
            if let isRoot = request.stated("isRootObservation") {
                wanted.append { ($0.parentID == nil) == (isRoot == "true") }
            }
            let environments = request.all("environment")
            if !environments.isEmpty { wanted.append { environments.contains($0.environment) } }
        }

        private static var texts: [(String, KeyPath<SandboxObservation, String>)] {
            [
                ("traceId", \.traceID), ("type", \.type), ("name", \.name), ("level", \.level), ("userId", \.userID),
                ("sessionId", \.sessionID), ("version", \.version),
            ]
        }

        func contains(_ row: SandboxObservation) -> Bool { wanted.allSatisfy { $0(row) } }
    }

    /// The positions of a window.
    private static func range(_ selection: Selection, in all: [SandboxObservation]) -> Range<Int> {
        let first = selection.from.map { index(of: $0, in: all) } ?? 0
        let end = selection.to.map { index(of: $0, in: all) } ?? all.count
        return first..<max(first, end)
    }

    /// The index of the first observation that is not before `instant`.
    private static func index(of instant: Instant, in rows: [SandboxObservation]) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].start < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: v2

    /// A page is randomly empty although a cursor says that more rows follow.
    func byCursor(_ request: WebRequest) -> WebResponse {
        guard let limit = Int(request.queryValue("limit") ?? "50"), (0...1000).contains(limit) else {
            return LangfuseProvider.invalid("limit")
        }
        guard request.queryValue("parseIoAsJson") != "true" else { return LangfuseProvider.invalid("parseIoAsJson") }
        let selection = Selection(request)
        let all = world.read(\.observations)
        var range = Self.range(selection, in: all)
        if let text = request.queryValue("cursor"), !text.isEmpty {
            guard let cursor = Cursor(text) else { return .json(#"{"message":"Invalid cursor"}"#, status: 400) }
            range = range.clamped(to: 0..<cursor.position(in: all, from: Self.index(of: cursor.start, in: all)))
            if cursor.leadsToEmptyPage { return Self.answer([], "\(text)-") }
        }
        var rows: [SandboxObservation] = []
        for index in range.reversed() where selection.contains(all[index]) {
            rows.append(all[index])
            if rows.count > limit { break }
        }
        let page = rows.prefix(limit)
        let groups = Set((request.queryValue("fields") ?? "core,basic").split(separator: ",").map(String.init))
        let next = rows.count > limit ? page.last.map { Cursor($0).text } : nil
        return Self.answer(page.map { LangfuseObservationRow.new($0, groups) }, next)
    }

    private static func answer(_ rows: [JSONValue], _ cursor: String?) -> WebResponse {
        .json(["data": .array(rows), "meta": .fields(["cursor": cursor.map(JSONValue.string)])])
    }

    /// The last row of a page, opaque to the client: rows that arrive during paging do not shift the rest.
    private struct Cursor {
        let start: Instant
        private let traceID: String
        private let id: String
        private let isSecondTry: Bool

        init(_ row: SandboxObservation) {
            (start, traceID, id, isSecondTry) = (row.start, row.traceID, row.id, false)
        }

        init?(_ text: String) {
            isSecondTry = text.hasSuffix("-")
            let digits = Array((isSecondTry ? text.dropLast() : text[...]).utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).map { place in
                UInt8(String(decoding: digits[place..<min(place + 2, digits.count)], as: UTF8.self), radix: 16) ?? 0
            }
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            guard parts.count == 3, let start = Int64(parts[0]) else { return nil }
            (self.start, traceID, id) = (Instant(milliseconds: start), String(parts[1]), String(parts[2]))
        }

        var text: String { Hexadecimal.text(of: Array("\(start.milliseconds)\n\(traceID)\n\(id)".utf8)) }

        /// Every seventh cursor does, the first time, as the real API may.
        var leadsToEmptyPage: Bool { start.milliseconds % 7 == 0 && !isSecondTry }

        /// The index of its row; `first` is the index of the first row with its time, and the result if the row is gone.
        func position(in all: [SandboxObservation], from first: Int) -> Int {
            let same = all[first...].prefix { $0.start == start }
            return same.firstIndex { $0.traceID == traceID && $0.id == id } ?? first
        }
    }

    // MARK: v1

    func byPage(_ request: WebRequest) -> WebResponse {
        let selection = Selection(request)
        let all = world.read(\.observations)
        let rows = all[Self.range(selection, in: all)].reversed().filter(selection.contains)
        return LangfuseProvider.page(rows, request) { $0.map(LangfuseObservationRow.old) }
    }
}
