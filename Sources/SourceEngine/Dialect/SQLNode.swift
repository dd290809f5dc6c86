import Basics

/// A token, or the content of a pair of parentheses.
indirect enum SQLNode: Hashable, Sendable {
    case token(SQLToken)
    case group([SQLNode], offset: Int)

    var token: SQLToken? {
        if case .token(let token) = self { token } else { nil }
    }

    var group: [SQLNode]? {
        if case .group(let nodes, _) = self { nodes } else { nil }
    }

    var offset: Int {
        switch self {
        case .token(let token): token.offset
        case .group(_, let offset): offset
        }
    }

    func isWord(_ keyword: String) -> Bool { token?.isWord(keyword) ?? false }
    func isSymbol(_ symbol: String) -> Bool { token?.isSymbol(symbol) ?? false }

    static func word(_ text: String, at offset: Int) -> SQLNode {
        .token(SQLToken(kind: .word, text: text, offset: offset))
    }

    static func symbol(_ text: String, at offset: Int) -> SQLNode {
        .token(SQLToken(kind: .symbol, text: text, offset: offset))
    }

    static func string(_ text: String, at offset: Int) -> SQLNode {
        .token(SQLToken(kind: .string, text: MirrorSchema.literal(text), offset: offset))
    }

    /// `name(arguments…)`, with commas between the arguments.
    static func call(_ name: String, _ arguments: [[SQLNode]], at offset: Int) -> [SQLNode] {
        let list = arguments.joined(separator: [.symbol(",", at: offset)])
        return [.word(name, at: offset), .group(Array(list), offset: offset)]
    }

    /// Nests tokens by their parentheses.
    static func nest(_ tokens: [SQLToken], of sql: String) throws(QueryError) -> [SQLNode] {
        var open: [(nodes: [SQLNode], offset: Int)] = [([], 0)]
        for token in tokens {
            if token.isSymbol("(") {
                guard open.count < 200 else {
                    throw QueryError(.syntax, "The statement has more than 200 levels of parentheses.")
                }
                open.append(([], token.offset))
            } else if token.isSymbol(")") {
                guard open.count > 1 else {
                    throw QueryError(
                        .syntax,
                        "The parenthesis at \(SQLToken.place(of: token.offset, in: sql)) has no opening parenthesis.",
                        remedy: "Remove it, or add an opening parenthesis.")
                }
                let closed = open.removeLast()
                open[open.count - 1].nodes.append(.group(closed.nodes, offset: closed.offset))
            } else {
                open[open.count - 1].nodes.append(.token(token))
            }
        }
        guard open.count == 1 else {
            throw QueryError(
                .syntax,
                "The parenthesis at \(SQLToken.place(of: open.last?.offset ?? 0, in: sql)) is not closed.",
                remedy: "Close it.")
        }
        return open[0].nodes
    }

    /// Splits a list at its commas.
    static func split(_ nodes: [SQLNode]) -> [[SQLNode]] {
        nodes.isEmpty ? [] : nodes.split(omittingEmptySubsequences: false) { $0.isSymbol(",") }.map(Array.init)
    }
}

/// A rewritten statement that maps each byte to its origin.
struct RenderedSQL: Sendable {
    private(set) var text = ""
    /// The end of the last piece in the original.
    private var end = -1
    private var origins: [(rendered: Int, original: Int)] = []

    init(_ nodes: [SQLNode]) {
        append(nodes)
    }

    private mutating func append(_ nodes: [SQLNode]) {
        for node in nodes {
            switch node {
            case .token(let token): append(token.text, token.offset)
            case .group(let inner, let offset):
                append("(", offset)
                append(inner)
                append(")", offset)
            }
        }
    }

    private mutating func append(_ piece: String, _ offset: Int) {
        // A column's name is its text, so `count(*)` is rendered as it was written.
        let isCalled = piece == "(" && (offset == end || origins.last?.original == offset && !text.hasSuffix(" "))
        let isTight =
            piece == "." || piece == "," || piece == ")" || text.hasSuffix(".") || text.hasSuffix("(") || isCalled
        end = offset + piece.utf8.count
        if !text.isEmpty, !isTight { text += " " }
        origins.append((text.utf8.count, offset))
        text += piece
    }

    /// The byte of the original statement for a byte of this text.
    func original(of offset: Int) -> Int {
        origins.last { $0.rendered <= offset }?.original ?? 0
    }
}
