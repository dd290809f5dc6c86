package import Basics
import Glibc

extension JSONView {
    /// The member of an object; nil if it is missing or this is not an object.
    package subscript(key: JSONKey) -> JSONView? {
        key.bytes.withUnsafeBufferPointer { member(named: $0) }
    }

    package subscript(name: String) -> JSONView? { self[JSONKey(name)] }

    /// The element of an array; nil if it is out of bounds or this is not an array.
    package subscript(position: Int) -> JSONView? {
        guard position >= 0, var elements else { return nil }
        for _ in 0..<position where elements.next() == nil { return nil }
        return elements.next()
    }

    private func member(named wanted: UnsafeBufferPointer<UInt8>) -> JSONView? {
        guard var members else { return nil }
        while let (name, value) = members.next() {
            guard let bytes = name.utf8, bytes.count == wanted.count else { continue }
            guard let left = bytes.baseAddress, let right = wanted.baseAddress else { return value }
            if memcmp(left, right, bytes.count) == 0 { return value }
        }
        return nil
    }

    /// The elements of an array; nil for any other kind.
    package var elements: Elements? {
        tag == UInt8(ascii: "[") ? Elements(current: at(index + 1), end: next - 1) : nil
    }

    /// The members of an object in document order; nil for any other kind.
    package var members: Members? {
        tag == UInt8(ascii: "{") ? Members(name: at(index + 1), end: next - 1) : nil
    }

    package struct Elements: Sequence, IteratorProtocol {
        fileprivate var current: JSONView
        fileprivate let end: Int

        package mutating func next() -> JSONView? {
            guard current.index < end else { return nil }
            defer { current = current.at(current.next) }
            return current
        }
    }

    package struct Members: Sequence, IteratorProtocol {
        fileprivate var name: JSONView
        fileprivate let end: Int

        package mutating func next() -> (name: JSONView, value: JSONView)? {
            guard name.index < end else { return nil }
            let member = (name: name, value: name.at(name.index + 1))
            name = name.at(member.value.next)
            return member
        }
    }

    /// A copy that remains valid after the document is gone.
    package var value: JSONValue {
        switch kind {
        case .null: .null
        case .bool: .bool(bool ?? false)
        case .integer: .integer(integer ?? 0)
        case .number: .number(number ?? 0)
        case .string: .string(string ?? "")
        case .array: .array(elements?.map(\.value) ?? [])
        case .object: .object(members?.map { JSONValue.Member($0.name.string ?? "", $0.value.value) } ?? [])
        }
    }
}
