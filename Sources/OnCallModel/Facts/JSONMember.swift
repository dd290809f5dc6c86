package import Basics

/// A value that a member of a JSON object holds.
package protocol JSONConvertible: Sendable {
    /// `null` where there is no value.
    var json: JSONValue { get }
    /// Nil where the document is not such a value.
    init?(json: JSONValue)
}

/// The name of a member of a JSON object and its property. One list of them both writes and reads a record,
/// so the two cannot disagree.
package struct JSONMember<Root>: Sendable {
    package let name: String
    package let isRequired: Bool
    let write: @Sendable (Root) -> JSONValue?
    let read: @Sendable (JSONValue, inout Root) -> Bool

    /// A missing value is left out of the object, or written as `null` with `writesNull`; an empty text or list is left out
    /// with `omitsEmpty`. An object without a required member cannot be read; what else is missing keeps its default.
    package init<Value: JSONConvertible>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, isRequired: Bool = false,
        writesNull: Bool = false, omitsEmpty: Bool = false
    ) {
        (self.name, self.isRequired) = (name, isRequired)
        write = { root in
            let value = root[keyPath: property].json
            let isOmitted = value.isNull && !writesNull || omitsEmpty && ["", []].contains(value)
            // `nil` alone would be the document `null`.
            return isOmitted ? .none : value
        }
        read = { json, root in
            guard let value = Value(json: json) else { return false }
            root[keyPath: property] = value
            return true
        }
    }

    /// A value that follows from the others: it is written and not read.
    package init(_ name: String, computed: @escaping @Sendable (Root) -> JSONValue) {
        (self.name, isRequired) = (name, false)
        write = { computed($0) }
        read = { _, _ in true }
    }
}

/// A record that is a JSON object in the store and on the command line, and a value with members everywhere else.
package protocol JSONRecord: Hashable, Sendable, JSONConvertible {
    /// Every member with its default: an unknown figure is nil or 0, a list is empty.
    init()
    static var members: [JSONMember<Self>] { get }
}

extension JSONRecord {
    package var json: JSONValue {
        .object(Self.members.compactMap { member in member.write(self).map { JSONValue.Member(member.name, $0) } })
    }

    package init?(json: JSONValue) {
        guard let members = json.members else { return nil }
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        self.init()
        for member in Self.members {
            let isRead = values[member.name].map { member.read($0, &self) } ?? false
            if member.isRequired, !isRead { return nil }
        }
    }

    /// A record whose members are set one by one.
    package static func with(_ set: (inout Self) -> Void) -> Self {
        var record = Self()
        set(&record)
        return record
    }
}

extension JSONConvertible {
    fileprivate init?(present value: Self?) {
        guard let value else { return nil }
        self = value
    }
}

extension Double: JSONConvertible {
    package var json: JSONValue { .number(self) }
    package init?(json: JSONValue) { self.init(present: json.double) }
}

extension Int: JSONConvertible {
    package var json: JSONValue { .integer(Int64(self)) }
    package init?(json: JSONValue) { self.init(present: json.int) }
}

extension Bool: JSONConvertible {
    package var json: JSONValue { .bool(self) }
    package init?(json: JSONValue) { self.init(present: json.bool) }
}

extension String: JSONConvertible {
    package var json: JSONValue { .string(self) }
    package init?(json: JSONValue) { self.init(present: json.string) }
}

extension Instant: JSONConvertible {
    package var json: JSONValue { .string(iso8601) }
    package init?(json: JSONValue) { self.init(present: json.string.flatMap { Instant(iso8601: $0) }) }
}

extension RawRepresentable<String> {
    package var json: JSONValue { .string(rawValue) }
    package init?(json: JSONValue) {
        guard let name = json.string else { return nil }
        self.init(rawValue: name)
    }
}

extension Optional: JSONConvertible where Wrapped: JSONConvertible {
    package var json: JSONValue { self?.json ?? .null }
    package init?(json: JSONValue) { self.init(present: json.isNull ? .some(nil) : Wrapped(json: json).map { $0 }) }
}

/// Elements that cannot be read are left out.
extension Array: JSONConvertible where Element: JSONConvertible {
    package var json: JSONValue { .array(map(\.json)) }
    package init?(json: JSONValue) {
        guard let elements = json.array else { return nil }
        self = elements.compactMap(Element.init(json:))
    }
}
