import Basics
import HTTPClient
import SourceSpec

extension ScanPlan {
    /// The request of the page at `position`.
    func request(at position: PagePosition) throws(SourceError) -> HTTPRequest {
        do throws(Bindings.MissingValue) {
            let method: HTTPRequest.Method = route.method == .get ? .get : .post
            let (body, type) = try body(at: position)
            var headers = try headers(at: position)
            if let type { headers.addUnlessNamed("Content-Type", type) }
            return HTTPRequest(
                method, try url(at: position), headers: headers, body: method == .post ? body ?? [] : body,
                timeout: timeout)
        } catch {
            throw sourceError(for: error)
        }
    }

    // MARK: Address

    private func url(at position: PagePosition) throws(Bindings.MissingValue) -> String {
        if case .link(let address) = position { return address }
        let written = try bindings.text(of: route.path, at: position, encoding: PercentEncoding.encode)
        let path = written.prefix { $0 != "?" }
        let segments = path.split(separator: "/")
        guard !segments.contains("."), !segments.contains("..") else { throw .unsafePath(written) }
        let fixed = written.dropFirst(path.count + 1)
        let pairs = try query(at: position).map {
            "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
        }
        let query = (fixed.isEmpty ? [] : [String(fixed)]) + pairs
        let address = path == basePath ?? "" ? base.text : base.appending(path: String(path))
        return address + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    private func query(at position: PagePosition) throws(Bindings.MissingValue) -> [MirrorSpec.Parameter] {
        var query: [MirrorSpec.Parameter] = []
        for parameter in route.query {
            guard let value = try bindings.value(of: parameter.source, at: position) else { continue }
            if parameter.explode, case .array(let elements) = value {
                query += elements.map { .init(name: parameter.name, value: Bindings.text(of: $0)) }
            } else {
                query.append(.init(name: parameter.name, value: Bindings.text(of: value)))
            }
        }
        for parameters in [scan.extraParameters, scan.fallback?.parameters ?? []] {
            for name in Set(parameters.map(\.name)).sorted() {
                query.replace(named: name, with: parameters.filter { $0.name == name }.map(\.value))
            }
        }
        // Paging parameters take precedence over all others.
        if let name = pagination.pageSize?.queryParameter, let pageSize {
            query.replace(named: name, with: [String(pageSize)])
        }
        switch (pagination.mode, position) {
        case (.page(let name, _, _), .page(let number)): query.replace(named: name, with: [String(number)])
        case (.offset(let name, _, _), .offset(let number)): query.replace(named: name, with: [String(number)])
        case (.cursorQuery(let name, _), .cursor(let cursor)): query.replace(named: name, with: [cursor])
        default: break
        }
        return query
    }

    // MARK: Headers

    private func headers(at position: PagePosition) throws(Bindings.MissingValue) -> [HTTPRequest.Header] {
        var headers = try authorisation(at: position)
        for parameter in route.headers + backend.headers {
            guard let value = try bindings.value(of: parameter.source, at: position) else { continue }
            headers.addUnlessNamed(parameter.name, Bindings.text(of: value))
        }
        headers.addUnlessNamed("Accept", "application/json")
        headers.addUnlessNamed("User-Agent", "sentinel")
        return headers
    }

    private func authorisation(at position: PagePosition) throws(Bindings.MissingValue) -> [HTTPRequest.Header] {
        switch backend.auth {
        // A signature is made when the request is sent: it holds for five minutes only.
        case .none, .awsSignature: return []
        case .basic(let username, let password):
            let user = try bindings.text(of: username, at: position)
            let secret = try bindings.text(of: password, at: position)
            return [.init("Authorization", "Basic " + Base64.encode("\(user):\(secret)"))]
        case .headers(let parameters):
            var headers: [HTTPRequest.Header] = []
            for parameter in parameters {
                guard let value = try bindings.value(of: parameter.source, at: position) else {
                    throw .input("the value of the header \(parameter.name)")
                }
                headers.append(.init(parameter.name, Bindings.text(of: value)))
            }
            return headers
        }
    }

    // MARK: Body

    private func body(at position: PagePosition) throws(Bindings.MissingValue) -> (bytes: [UInt8]?, type: String?) {
        if case .link = position { return (nil, nil) }
        switch route.body {
        case nil: return try jsonBody(fields: [], at: position)
        case .text(let source):
            let value = try bindings.value(of: source, at: position)
            return (value.map { Array(Bindings.text(of: $0).utf8) }, "text/plain; charset=utf-8")
        case .json(let fields): return try jsonBody(fields: fields, at: position)
        }
    }

    private func jsonBody(
        fields: [RequestSpec.BodyField], at position: PagePosition
    ) throws(Bindings.MissingValue) -> (bytes: [UInt8]?, type: String?) {
        var object = JSONValue.object([])
        for field in fields {
            if let argument = field.whenArgument, bindings.arguments[argument] == nil { continue }
            guard let value = try bindings.value(of: field.source, at: position) else { continue }
            object.set(value, at: field.path[...])
        }
        if let path = pagination.pageSize?.bodyPath, !path.isEmpty, let pageSize {
            object.set(.integer(Int64(pageSize)), at: path[...])
        }
        if case .cursorBody(let path, _) = pagination.mode, case .cursor(let cursor) = position {
            object.set(.string(cursor), at: path[...])
        }
        guard route.body != nil || object != .object([]) else { return (nil, nil) }
        return (Array(object.serialized.utf8), "application/json; charset=utf-8")
    }

    // MARK: Errors

    private func sourceError(for missing: Bindings.MissingValue) -> SourceError {
        switch missing {
        case .input(let key): Self.notConfigured(source, [key])
        case .filter(let name): Self.missingFilter(scan, name)
        case .state(let key):
            SourceError(
                kind: .unsupported, source: source.name,
                reason: "the manifest uses {{state.\(key)}}, but \(qualifiedName) has no such paging.",
                remedy: "Correct sources/\(source.name)/manifest.yaml.")
        case .wrongType(let filter, let wanted):
            SourceError(
                kind: .missingFilter, source: source.name, reason: "\(qualifiedName) takes \(wanted) for \(filter).",
                remedy: "Write \(wanted) in `WHERE \(filter) = …`.")
        case .unsafePath(let path):
            SourceError(
                kind: .missingFilter, source: source.name,
                reason: "a filter's value would lead to another address: \(secrets.quote(path)).",
                remedy: "Use a value other than `.` or `..`.")
        }
    }
}

extension [MirrorSpec.Parameter] {
    /// Writes the values in the place of every parameter of that name, or at the end.
    fileprivate mutating func replace(named name: String, with values: [String]) {
        removeAll { $0.name == name }
        self += values.map { MirrorSpec.Parameter(name: name, value: $0) }
    }
}

extension [HTTPRequest.Header] {
    /// The first header of a name wins: authorisation comes first, so no other header replaces it.
    fileprivate mutating func addUnlessNamed(_ name: String, _ value: String) {
        guard !contains(where: { $0.name.lowercased() == name.lowercased() }) else { return }
        append(HTTPRequest.Header(name, value))
    }
}

extension JSONValue {
    /// The largest place of a list that a path may name.
    private static let largestPlace = 10_000

    /// Sets the member at the path, making objects on the way, and lists where a segment is of digits alone.
    fileprivate mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
        guard let name = path.first else {
            self = value
            return
        }
        if let place = Int(name), (0...Self.largestPlace).contains(place),
            name.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
            set(value, inListAt: place, path.dropFirst())
            return
        }
        var members = members ?? []
        let position = members.firstIndex { $0.name == name }
        var inner = position.map { members[$0].value } ?? .object([])
        inner.set(value, at: path.dropFirst())
        if let position {
            members[position].value = inner
        } else {
            members.append(Member(name, inner))
        }
        self = .object(members)
    }

    private mutating func set(_ value: JSONValue, inListAt place: Int, _ path: ArraySlice<String>) {
        var elements = array ?? []
        elements += Array(repeating: .null, count: Swift.max(0, place + 1 - elements.count))
        elements[place].set(value, at: path)
        self = .array(elements)
    }
}
