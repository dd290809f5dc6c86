import Basics
import WebServer

/// What GitHub has at a path: a list that is to be paged, one object, or nothing.
enum GitHubAnswer {
    /// Within an object, the list is named `wrapper` and follows `members`.
    case list([JSONValue], wrapper: String? = nil, members: JSONValue = [:])
    case one(JSONValue)
    case refusal(Int, String)

    static let notFound = GitHubAnswer.refusal(404, "Not Found")

    /// With the count that the lists of Actions have.
    static func counted(_ rows: [JSONValue], _ wrapper: String) -> GitHubAnswer {
        .list(rows, wrapper: wrapper, members: object(total_count: rows.count))
    }

    func response(to request: WebRequest) -> WebResponse {
        switch self {
        case .list(let rows, let wrapper, let members): Self.page(rows, request, wrapper, members)
        case .one(let row): .json(row)
        case .refusal(let status, let message):
            .json(object(message: message, status: String(status)), status: status)
        }
    }

    /// A page with its Link header; without one when everything is on it.
    private static func page(
        _ rows: [JSONValue], _ request: WebRequest, _ wrapper: String?, _ members: JSONValue
    ) -> WebResponse {
        let size = min(100, max(1, Int(request.queryValue("per_page") ?? "30") ?? 30))
        let number = min(1_000_000, max(1, Int(request.queryValue("page") ?? "1") ?? 1))
        let last = max(1, (rows.count + size - 1) / size)
        let page = JSONValue.array(Array(rows.dropFirst((number - 1) * size).prefix(size)))
        let places = [
            ("prev", number - 1, number > 1), ("next", number + 1, number < last), ("last", last, number < last),
            ("first", 1, number > 1),
        ]
        let links = places.filter(\.2).map { name, number, _ in
            "<\(request.address(replacing: ["page"]))page=\(number)>; rel=\"\(name)\""
        }
        let body = wrapper.map { members.replacing([$0], with: page) } ?? page
        return links.isEmpty ? .json(body) : .json(body).adding(["Link": links.joined(separator: ", ")])
    }
}
