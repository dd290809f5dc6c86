/// Where an act on a pull request left its mark, from the address that GitHub gives it.
package struct PullMark: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case comment = "issuecomment-"
        case review = "pullrequestreview-"
    }

    package var kind: Kind
    package var id: Int64

    /// Reads the end of `https://github.com/o/r/pull/12#pullrequestreview-9412`.
    package init?(_ address: String) {
        guard let mark = address.lastIndex(of: "#") else { return nil }
        let end = address[address.index(after: mark)...]
        for kind in [Kind.comment, .review] where end.hasPrefix(kind.rawValue) {
            guard let id = Int64(end.dropFirst(kind.rawValue.count)) else { return nil }
            (self.kind, self.id) = (kind, id)
            return
        }
        return nil
    }
}
