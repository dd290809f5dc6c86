import Basics
import JSON
import WebServer

extension WebRequest {
    /// A parameter that is present and not empty.
    func stated(_ name: String) -> String? { queryValue(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// The values of a repeatable parameter, without empty ones.
    func all(_ name: String) -> Set<String> { Set(query.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)) }

    /// The values of a parameter that is a list with commas.
    func list(_ name: String) -> [String] { (stated(name) ?? "").split(separator: ",").map(String.init) }

    func number(_ name: String) -> Int? { queryValue(name).flatMap { Int($0) }.map { min(1_000_000_000, max(0, $0)) } }

    func moment(_ name: String) -> Instant? { stated(name).flatMap { Instant(iso8601: $0) } }

    /// Whether a filter lets a value through: it is not given, or it is that value.
    func allows(_ name: String, _ value: String?) -> Bool { stated(name).map { $0 == value } ?? true }

    /// True if a repeatable filter accepts a value.
    func allowsAny(_ name: String, _ value: String) -> Bool {
        let wanted = all(name)
        return wanted.isEmpty || wanted.contains(value)
    }

    /// Whether a moment is at or after one parameter and before the other. A missing one is no bound.
    func covers(_ time: Instant, from: String, to: String) -> Bool {
        (moment(from).map { time >= $0 } ?? true) && (moment(to).map { time < $0 } ?? true)
    }

    /// Its own address without the parameters `names`, open for others in their place: it ends in `?` or `&`.
    func address(replacing names: Set<String>) -> String {
        let rest = query.filter { !names.contains($0.name) }
        let text = rest.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))&" }.joined()
        return "http://\(header("host") ?? "127.0.0.1")\(path)?\(text)"
    }

    func isBearer(_ token: String) -> Bool {
        let header = header("authorization") ?? ""
        return header == "Bearer \(token)" || header == "token \(token)"
    }

    func isBasic(user: String, password: String) -> Bool {
        header("authorization") == "Basic " + Base64.encode("\(user):\(password)")
    }
}

extension WebResponse {
    static func json(_ value: JSONValue, status: Int = 200) -> WebResponse { .json(value.serialized, status: status) }

    func adding(_ headers: KeyValuePairs<String, String>) -> WebResponse {
        var response = self
        response.headers += headers.map { WebRequest.Field($0, $1) }
        return response
    }

    /// Changes the rows of a list: of the least deep array of objects in the body. A response without one is not changed.
    mutating func changeRows(_ change: ([JSONValue]) -> [JSONValue]) {
        guard status < 300, let body = try? JSONDocument.parse(self.body), let path = body.pathToRows,
            let rows = body[path: path]?.array
        else { return }
        self.body = Array(body.replacing(path, with: .array(change(rows))).serialized.utf8)
    }
}

extension JSONValue {
    var instant: Instant? { string.flatMap { Instant(iso8601: $0) } }

    static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

    /// Below, at or above zero; nil where the two do not compare. Texts that are both moments compare as such.
    func order(to other: JSONValue) -> Int? {
        func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int { left == right ? 0 : left < right ? -1 : 1 }
        switch (self, other) {
        case (.string(let left), .string(let right)):
            if let left = Instant(iso8601: left), let right = Instant(iso8601: right) { return sign(left, right) }
            return sign(left, right)
        case (.bool(let left), .bool(let right)): return left == right ? 0 : 1
        case (.string, _), (_, .string): return nil
        default:
            guard let left = double, let right = other.double else { return nil }
            return sign(left, right)
        }
    }
}

extension [JSONValue] {
    /// The rows whose text under `name` contains `part`, ignoring case; all of them if `part` is nil or empty.
    func having(_ part: String?, in name: String) -> [JSONValue] {
        guard let part = part?.lowercased(), !part.isEmpty else { return self }
        return filter { $0[name]?.string?.lowercased().contains(part) ?? false }
    }
}
