import Basics

/// How often SQLite expands the common table expressions of a statement while it prepares it: once for each reference, and
/// for each reference within those. Twenty that each refer to the previous one twice are a million copies, and the preparation
/// of a statement cannot be interrupted.
struct ExpansionCount {
    static let maximum = 20_000

    private struct Scope {
        var bodies: [String: [SQLNode]]
        var counts: [String: Int] = [:]
    }

    /// The innermost last.
    private var scopes: [Scope] = []

    static func check(_ nodes: [SQLNode]) throws(QueryError) {
        var counter = ExpansionCount()
        guard counter.count(nodes, inFrom: false) > maximum else { return }
        throw QueryError(
            .tooLarge,
            "The parts of WITH refer to each other so often that they expand to more than \(maximum) copies.",
            remedy: "Refer to each part once, or split the statement.")
    }

    private mutating func count(_ nodes: [SQLNode], inFrom: Bool) -> Int {
        var (position, inFrom, total) = (0, inFrom, 0)
        let outer = scopes.count
        defer { scopes.removeLast(scopes.count - outer) }
        while position < nodes.count {
            let node = nodes[position]
            if node.isWord("WITH") {
                position = open(nodes, after: position)
                continue
            }
            if let inner = node.group {
                let isCall = position > 0 && isName(nodes[position - 1])
                total += count(inner, inFrom: inFrom && !isCall)
            } else if let token = node.token, token.kind == .word {
                if token.isWord("FROM") { inFrom = true }
                if Self.ends.contains(token.text.uppercased()) { inFrom = false }
            }
            if let name = node.token?.name, isRead(nodes, position, inFrom) { total += copies(of: name) }
            if total > Self.maximum { return total }
            position += 1
        }
        return total
    }

    /// Adds the parts of a WITH, and returns the position after them.
    private mutating func open(_ nodes: [SQLNode], after start: Int) -> Int {
        var bodies: [String: [SQLNode]] = [:]
        var position = start + 1
        if position < nodes.count, nodes[position].isWord("RECURSIVE") { position += 1 }
        while position < nodes.count, let name = nodes[position].token?.name {
            let rest = nodes[(position + 1)...]
            guard let named = rest.firstIndex(where: { $0.isWord("AS") }),
                let body = nodes[named...].firstIndex(where: { $0.group != nil })
            else { break }
            bodies[name] = nodes[body].group
            position = body + 1
            guard position < nodes.count, nodes[position].isSymbol(",") else { break }
            position += 1
        }
        scopes.append(Scope(bodies: bodies))
        return position
    }

    /// The part itself and all parts that it reads; 0 if the name is not a part.
    private mutating func copies(of name: String) -> Int {
        guard let place = scopes.lastIndex(where: { $0.bodies[name] != nil }), let body = scopes[place].bodies[name]
        else { return 0 }
        if let known = scopes[place].counts[name] { return known }
        // A part that reads itself is written out once.
        scopes[place].counts[name] = 1
        let inner = Array(scopes[(place + 1)...])
        scopes.removeLast(inner.count)
        let copies = 1 + count(body, inFrom: false)
        scopes += inner
        scopes[place].counts[name] = copies
        return copies
    }

    /// True in the position of a table: after FROM, JOIN, IN, or a comma between tables.
    private func isRead(_ nodes: [SQLNode], _ position: Int, _ inFrom: Bool) -> Bool {
        if position + 1 < nodes.count, nodes[position + 1].isSymbol(".") { return false }
        guard position > 0 else { return inFrom }
        let before = nodes[position - 1]
        return before.isWord("IN")
            || inFrom && (before.isWord("FROM") || before.isWord("JOIN") || before.isSymbol(","))
    }

    private func isName(_ node: SQLNode) -> Bool {
        guard let token = node.token, let name = token.name else { return false }
        return token.kind == .quotedName || !DialectRewriter.keywords.contains(name.uppercased())
    }

    private static let ends: Set<String> = [
        "SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "VALUES",
    ]
}
