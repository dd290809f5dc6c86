import Basics
import JSON
import WebServer

/// The fields that announce further pages of a list, and the parameters that request them.
struct Continuation: Sendable {
    let provider: SandboxWorld.Provider
    let request: WebRequest

    /// The request without its place in the list.
    var firstPage: WebRequest {
        var first = request
        let names = self.names
        first.query.removeAll { names.contains($0.name) }
        if let path = bodyPath, let body = try? JSONDocument.parse(request.body), body[path: path] != nil {
            first.body = Array(body.removing(path).serialized.utf8)
        }
        return first
    }

    private var names: Set<String> {
        switch provider {
        case .langfuse: ["cursor", "page"]
        case .sentry, .slack: ["cursor"]
        case .github: ["page"]
        case .datadog:
            ["/api/v1/hosts", "/api/v1/dashboard"].contains(request.path)
                ? ["start"]
                : ["page", "page[offset]", "page[number]", "page[cursor]", "page_number", "id_offset", "offset"]
        case .pagerduty: ["offset"]
        case .linear, .model, .gateway: []
        }
    }

    private var bodyPath: [String]? {
        switch provider {
        case .datadog:
            request.path.contains("/spans/") ? ["data", "attributes", "page", "cursor"] : ["page", "cursor"]
        case .linear: ["variables", "after"]
        case .slack: ["cursor"]
        case .langfuse, .sentry, .github, .pagerduty, .model, .gateway: nil
        }
    }

    /// The first page with more to follow. Without a mark it always leads to the same place; with one, to a place of the
    /// mark's.
    func apply(to response: WebResponse, mark: Int?) -> WebResponse {
        guard response.status == 200 else { return response }
        var response = response
        if provider == .sentry || provider == .github {
            response.headers.removeAll { $0.name == "Link" }
            response.headers.append(.init("Link", link(mark ?? 1)))
            return response
        }
        guard var body = try? JSONDocument.parse(response.body) else { return response }
        for (path, value) in members(of: body, mark: mark) { body = body.replacing(path, with: value) }
        response.body = Array(body.serialized.utf8)
        return response
    }

    private func link(_ mark: Int) -> String {
        let address = request.address(replacing: names)
        return provider == .github
            ? "<\(address)page=\(mark + 1)>; rel=\"next\""
            : "<\(address)cursor=0:\(mark * 100):0>; rel=\"next\"; results=\"true\"; cursor=\"0:\(mark * 100):0\""
    }

    /// The members of the response body that point to the next page.
    private func members(of body: JSONValue, mark: Int?) -> [([String], JSONValue)] {
        let cursor = JSONValue.string(mark.map { "further-\($0)" } ?? "again")
        switch provider {
        case .langfuse:
            guard let page = request.queryValue("page").flatMap({ Int($0) }) ?? body["meta"]?["page"]?.int else {
                return [(["meta", "cursor"], cursor)]
            }
            return [(["meta", "page"], JSONValue(page)), (["meta", "totalPages"], JSONValue(page + 1))]
        case .slack:
            return [(["has_more"], true), (["response_metadata", "next_cursor"], cursor)]
        case .datadog:
            if body["meta"]?["pagination"] != nil {
                return [(["meta", "pagination", "next_offset"], JSONValue((mark ?? 1) * 10))]
            }
            // Lists by page number end at an empty page, and the first page is never empty.
            let isByCursor = request.method == "POST" || request.path.contains("/spans/")
            return isByCursor ? [(["meta", "page", "after"], cursor)] : []
        case .pagerduty:
            let offset = request.queryValue("offset").flatMap { Int($0) } ?? 0
            return [(["more"], true), (["offset"], JSONValue(offset))]
        case .linear:
            guard let list = body.path(toMember: "pageInfo") else { return [] }
            return [(list + ["hasNextPage"], true), (list + ["endCursor"], cursor)]
        case .sentry, .github, .model, .gateway: return []
        }
    }
}

/// Rows of a provider that changed its API without notice.
enum UnknownShape {
    private static let kinds: Set<String> = [
        "type", "level", "status", "state", "overall_state", "severity", "urgency", "substatus",
    ]
    private static let texts: Set<String> = [
        "name", "title", "message", "text", "summary", "description", "service", "host", "html_url", "culprit",
    ]

    /// Kinds are unknown, the first text is null, the first number is text, and there is one more field. `attributes` (Datadog) and
    /// `state` (Linear) are changed as well.
    static func of(_ row: JSONValue) -> JSONValue {
        guard let members = row.members else { return row }
        var (hasNull, hasText) = (false, false)
        let changed = members.map { member -> JSONValue.Member in
            switch member.value {
            case .string where kinds.contains(member.name): return .init(member.name, "unheard-of")
            case .string where texts.contains(member.name) && !hasNull:
                hasNull = true
                return .init(member.name, .null)
            case .integer, .number:
                defer { hasText = true }
                return hasText ? member : .init(member.name, .string(member.value.serialized))
            case .object where member.name == "attributes" || member.name == "state":
                return .init(member.name, of(member.value))
            default: return member
            }
        }
        return .object(changed + [.init("added_without_notice", ["by": "the provider"])])
    }

    /// A number becomes an object with the number in it.
    static func misfit(_ row: JSONValue) -> JSONValue {
        guard let members = row.members else { return row }
        return .object(
            members.map { member in
                switch member.value {
                case .integer, .number: .init(member.name, ["amount": member.value])
                default: member
                }
            })
    }
}
