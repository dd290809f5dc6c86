import Basics

/// Changing a document in the middle: a path names members of objects from the root on.
extension JSONValue {
    subscript(path path: [String]) -> JSONValue? {
        path.reduce(JSONValue?.some(self)) { $0?[$1] }
    }

    /// The document with another value at `path`; objects that are missing on the way there are made.
    func replacing(_ path: [String], with value: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        var members = self.members ?? []
        let inner = (self[name] ?? [:]).replacing(Array(path.dropFirst()), with: value)
        if let index = members.lastIndex(where: { $0.name == name }) {
            members[index].value = inner
        } else {
            members.append(.init(name, inner))
        }
        return .object(members)
    }

    /// The document without the member at `path`.
    func removing(_ path: [String]) -> JSONValue {
        guard let name = path.first, let members, let inner = self[name] else { return self }
        guard path.count > 1 else { return .object(members.filter { $0.name != name }) }
        return replacing([name], with: inner.removing(Array(path.dropFirst())))
    }

    /// The path to the least deep array of objects, or nil.
    var pathToRows: [String]? { firstPath { $0.array?.first?.members != nil } }

    /// The path to the least deep object of that name, or nil.
    func path(toMember name: String) -> [String]? { firstPath { $0[name]?.members != nil }.map { $0 + [name] } }

    private func firstPath(where isWanted: (JSONValue) -> Bool) -> [String]? {
        var level: [(path: [String], value: JSONValue)] = [([], self)]
        while !level.isEmpty {
            if let found = level.first(where: { isWanted($0.value) }) { return found.path }
            level = level.flatMap { path, value in
                (value.members ?? []).map { (path + [$0.name], $0.value) }
            }
        }
        return nil
    }
}
