import Basics
import SourceFetch

extension DialectRewriter {
    /// `INTERVAL '2 hours'`, with the operand that it is added to or subtracted from.
    func rewriteInterval(
        _ nodes: [SQLNode], _ position: Int, _ output: inout [SQLNode]
    ) throws(QueryError) -> Int? {
        guard position + 1 < nodes.count, let amount = nodes[position + 1].token,
            amount.kind == .string || amount.kind == .number
        else { return nil }
        var text = amount.stringValue ?? amount.text
        var used = 2
        if position + 2 < nodes.count, let unit = nodes[position + 2].token, unit.kind == .word,
            TimeInterval("1 \(unit.text)") != nil, Double(text) != nil
        {
            text += " \(unit.text)"
            used = 3
        }
        guard let interval = TimeInterval(text) else {
            throw QueryError(
                .syntax, "INTERVAL '\(text)' is not a valid interval.", remedy: "Write one like INTERVAL '24 hours'.")
        }
        let offset = nodes[position].offset
        if let sign = output.last.flatMap(Self.sign), let start = Self.primaryStart(in: output.dropLast()) {
            let primary = Array(output[start..<(output.count - 1)])
            output.removeSubrange(start...)
            output += shifted(primary, interval, text, sign, offset)
            return used
        }
        let next = position + used
        if next + 1 < nodes.count, nodes[next].isSymbol("+") {
            let end = Self.primaryEnd(in: nodes, from: next + 1)
            let primary = try rewrite(Array(nodes[(next + 1)..<end]))
            output += shifted(primary, interval, text, 1, offset)
            return end - position
        }
        output.append(.string(text, at: offset))
        return used
    }

    private static func sign(_ node: SQLNode) -> Int64? {
        node.isSymbol("+") ? 1 : node.isSymbol("-") ? -1 : nil
    }

    /// A literal is shifted here, so that a condition on it can go to an index or to an API.
    private func shifted(
        _ primary: [SQLNode], _ interval: TimeInterval, _ text: String, _ sign: Int64, _ offset: Int
    ) -> [SQLNode] {
        if primary.count == 1, let literal = primary[0].token?.stringValue, let instant = Instant(iso8601: literal),
            let moment = interval.added(to: instant, sign: sign)
        {
            return [.string(moment.iso8601, at: offset)]
        }
        return SQLNode.call(
            "time_shift",
            [primary, [.string(text, at: offset)], [.token(SQLToken(kind: .number, text: "\(sign)", offset: offset))]],
            at: offset)
    }

    /// The start of the operand that ends a list: a name, a literal, a call, or an expression in parentheses.
    static func primaryStart(in nodes: ArraySlice<SQLNode>) -> Int? {
        guard let last = nodes.last else { return nil }
        var start = nodes.endIndex - 1
        if last.group != nil {
            guard start > nodes.startIndex, let name = nodes[start - 1].token, name.kind == .word,
                !keywords.contains(name.text.uppercased())
            else { return start }
            start -= 1
        } else if let token = last.token {
            guard token.kind != .symbol, !(token.kind == .word && keywords.contains(token.text.uppercased())) else {
                return nil
            }
        }
        while start - 2 >= nodes.startIndex, nodes[start - 1].isSymbol("."), nodes[start - 2].token?.name != nil {
            start -= 2
        }
        return start
    }

    /// The end of the operand that starts at `start`.
    static func primaryEnd(in nodes: [SQLNode], from start: Int) -> Int {
        var end = start + 1
        while end < nodes.count {
            if nodes[end].isSymbol("."), end + 1 < nodes.count {
                end += 2
            } else if nodes[end].group != nil, nodes[end - 1].token?.name != nil {
                end += 1
            } else {
                break
            }
        }
        return end
    }

    /// `x::timestamp`.
    func rewriteDoubleColon(
        _ nodes: [SQLNode], _ position: Int, _ output: inout [SQLNode]
    ) throws(QueryError) -> Int? {
        guard let start = Self.primaryStart(in: output[...]), position + 1 < nodes.count,
            let type = nodes[position + 1].token, type.kind == .word
        else { return nil }
        var used = 2
        if position + 2 < nodes.count, nodes[position + 2].group != nil { used = 3 }
        if ["WITH", "WITHOUT"].contains(where: { position + used < nodes.count && nodes[position + used].isWord($0) }) {
            used += 3
        }
        let inner = Array(output[start...])
        output.removeSubrange(start...)
        append(inner, as: type.text, at: type.offset, &output)
        return used
    }

    /// `CAST(x AS type)`.
    func rewriteCast(_ arguments: [SQLNode], at offset: Int, _ output: inout [SQLNode]) throws(QueryError) {
        guard let split = arguments.lastIndex(where: { $0.isWord("AS") }), split + 1 < arguments.count,
            let type = arguments[split + 1].token
        else { throw QueryError(.syntax, "CAST has no type.", remedy: "Write CAST(x AS TIMESTAMP).") }
        append(try rewrite(Array(arguments[..<split])), as: type.text, at: offset, &output)
    }

    private func append(_ inner: [SQLNode], as type: String, at offset: Int, _ output: inout [SQLNode]) {
        switch type.uppercased() {
        case "TIMESTAMP", "TIMESTAMPTZ", "DATETIME":
            let isTime = isTimeColumn(inner) || isTimeLiteral(inner)
            output += isTime ? inner : SQLNode.call("to_timestamp", [inner], at: offset)
        case "DATE": output += SQLNode.call("to_date", [inner], at: offset)
        case "BOOLEAN", "BOOL": output += SQLNode.call("to_boolean", [inner], at: offset)
        default:
            let target = Self.affinity(of: type)
            let cast = inner + [.word("AS", at: offset), .word(target, at: offset)]
            output += SQLNode.call("CAST", [cast], at: offset)
        }
    }

    private static func affinity(of type: String) -> String {
        let upper = type.uppercased()
        if ["DOUBLE", "FLOAT", "REAL", "DECIMAL", "NUMERIC"].contains(where: upper.hasPrefix) { return "REAL" }
        if upper.contains("INT") || upper == "LONG" { return "INTEGER" }
        if ["VARCHAR", "CHAR", "TEXT", "STRING", "UTF8"].contains(where: upper.hasPrefix) { return "TEXT" }
        return upper == "BYTEA" || upper == "BLOB" ? "BLOB" : type
    }

    /// A single column is used unchanged, so that its index can be used: all times are stored in one form.
    private func isTimeColumn(_ nodes: [SQLNode]) -> Bool {
        guard nodes.count == 1 || nodes.count == 3 && nodes[1].isSymbol(".") || nodes.count == 5,
            let token = nodes.last?.token, let name = token.name, !Self.keywords.contains(name.uppercased())
        else { return false }
        return !names.numericColumns.contains(name)
    }

    private func isTimeLiteral(_ nodes: [SQLNode]) -> Bool {
        nodes.count == 1 && nodes[0].token?.stringValue.map(TimeText.isNormal) ?? false
    }

    /// `EXTRACT(EPOCH FROM a - b)` is a difference in seconds; any other part refers to one instant.
    func appendPart(_ field: String, _ operand: [SQLNode], _ offset: Int, _ output: inout [SQLNode]) {
        var operand = operand
        while operand.count == 1, let inner = operand[0].group { operand = inner }
        let part: [SQLNode] = [.string(field.lowercased(), at: offset)]
        if field.lowercased() == "epoch", let minus = operand.firstIndex(where: { $0.isSymbol("-") }), minus > 0 {
            let left = SQLNode.call("date_part", [part, Array(operand[..<minus])], at: offset)
            let right = SQLNode.call("date_part", [part, Array(operand[(minus + 1)...])], at: offset)
            output.append(.group(left + [.symbol("-", at: offset)] + right, offset: offset))
        } else {
            output += SQLNode.call("date_part", [part, operand], at: offset)
        }
    }
}
