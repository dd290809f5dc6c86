/// A stable identifier of 16 hexadecimal digits for a set of labels.
///
/// The same labels have the same fingerprint in every scan, process and machine: 64-bit FNV-1a over the labels, each
/// terminated by a byte that no label contains, so that ("ab", "c") differs from ("a", "bc").
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ labels: String...) {
        self.init(labels: labels)
    }

    package init(labels: [String]) {
        text = Format.padded(Self.hash(labels.joined(separator: "\u{1F}").utf8), 16, radix: 16)
    }

    /// A fingerprint as read from the store.
    package init(stored text: String) {
        self.text = text
    }

    package var description: String { text }

    /// 64-bit FNV-1a (offset basis and prime of the reference by Fowler, Noll and Vo).
    package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
