import Basics

extension DialectRewriter {
    /// `schema.function(b => 2, a => 1)`: the arguments are passed by position, missing ones as NULL. A table can be called the
    /// same way: its arguments are its filters.
    func rewriteTableFunction(
        _ nodes: [SQLNode], _ position: Int, _ output: inout [SQLNode]
    ) throws(QueryError) -> Int? {
        guard output.count >= 2, let schema = output[output.count - 2].token?.name,
            let function = nodes[position].token?.name, position + 1 < nodes.count,
            let group = nodes[position + 1].group
        else { return nil }
        let name = QualifiedName(schema, function)
        let parts = SQLNode.split(group)
        guard parts.contains(where: { $0.count > 2 && $0[1].isSymbol("=>") }) else { return nil }
        guard let callable = names.callable(name) else {
            throw QueryError(.unknownTable, "\(name) is not a table function.", remedy: "See coral.table_functions.")
        }
        let given = try namedArguments(parts, of: name, callable)
        let offset = nodes[position].offset
        if let table = callable.table {
            output.removeLast(2)
            output.append(filtered(name, table, given, at: offset))
            let next = nodes.dropFirst(position + 2).first?.token
            if !(next?.isAlias ?? false) {
                output += [.word("AS", at: offset), .word(MirrorSchema.quoted(function), at: offset)]
            }
            return 2
        }
        let last = callable.arguments.lastIndex { given[$0] != nil } ?? -1
        let placed = callable.arguments.prefix(last + 1).map { given[$0] ?? [.word("NULL", at: offset)] }
        output.append(nodes[position])
        output.append(SQLNode.call("", Array(placed), at: offset)[1])
        return 2
    }

    private func namedArguments(
        _ parts: [[SQLNode]], of name: QualifiedName, _ callable: Callable
    ) throws(QueryError) -> [String: [SQLNode]] {
        var given: [String: [SQLNode]] = [:]
        for part in parts {
            guard part.count > 2, part[1].isSymbol("=>"), let argument = part[0].token?.name else {
                throw QueryError(
                    .syntax, "\(name) accepts either named or positional arguments, not both.",
                    remedy: "Write \(name)(a => 1, b => 2).")
            }
            guard callable.arguments.contains(argument) else {
                throw QueryError(
                    .unknownColumn, "\(name) has no argument \(argument).",
                    remedy: "It takes \(callable.arguments.joined(separator: ", ")).")
            }
            given[argument] = try rewrite(Array(part[2...]))
        }
        return given
    }

    /// `(SELECT * FROM schema.table WHERE a = 1 AND b = 2)`.
    private func filtered(
        _ name: QualifiedName, _ table: String, _ given: [String: [SQLNode]], at offset: Int
    ) -> SQLNode {
        var inner: [SQLNode] = ["SELECT", "*", "FROM"].map { .word($0, at: offset) }
        inner += [
            .word(MirrorSchema.quoted(name.schema), at: offset), .symbol(".", at: offset),
            .word(MirrorSchema.quoted(table), at: offset), .word("WHERE", at: offset),
        ]
        for (place, argument) in given.sorted(by: { $0.key < $1.key }).enumerated() {
            if place > 0 { inner.append(.word("AND", at: offset)) }
            inner += [.word(MirrorSchema.quoted(argument.key), at: offset), .symbol("=", at: offset)]
            inner += argument.value
        }
        return .group(inner, offset: offset)
    }
}
