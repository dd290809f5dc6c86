import Basics

/// Splits incoming lines into statements and commands, and keeps the incomplete statement.
package struct PromptMachine: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        /// Without its semicolon.
        case statement(String)
        case command(PromptCommand)
        /// Why a command is invalid, as a sentence.
        case complaint(String)
    }

    /// The beginning of a statement, with the line breaks; empty between statements.
    package private(set) var pending = ""
    private var opening: SQLLexer.Opening?
    private var hasContent = false

    package init() {}

    /// A statement has begun and not ended.
    package var isContinuing: Bool { !pending.isEmpty }

    /// Takes what was entered: a line, or the several lines of a paste.
    package mutating func take(_ input: String) -> [Step] {
        input.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.flatMap { take(line: $0) }
    }

    /// Discards the beginning of a statement.
    package mutating func reset() {
        self = PromptMachine()
    }

    /// The input has ended, so the last statement needs no semicolon.
    package mutating func finish() -> [Step] {
        defer { reset() }
        return hasContent ? [.statement(pending.trimmed)] : []
    }

    private mutating func take(line: Substring) -> [Step] {
        if !isContinuing, let step = Self.command(line.trimmed) { return [step] }
        var steps: [Step] = []
        var start = 0
        let bytes = Array(line.utf8)
        let lexer = SQLLexer(line, within: opening)
        for token in lexer.tokens {
            if token.isSymbol(";") {
                pending += String(decoding: bytes[start..<token.bytes.lowerBound], as: UTF8.self)
                if hasContent { steps.append(.statement(pending.trimmed)) }
                (pending, hasContent, start) = ("", false, token.bytes.upperBound)
            } else if token.kind != .comment {
                hasContent = true
            }
        }
        opening = lexer.opening
        pending += String(decoding: bytes[start...], as: UTF8.self) + "\n"
        if !hasContent, opening == nil { pending = "" }
        return steps
    }

    private static func command(_ line: String) -> Step? {
        // The spellings of other prompts.
        let habits = ["quit": ".quit", "exit": ".quit", "\\q": ".quit", "help": ".help", "\\?": ".help"]
        let habit = habits[line.hasSuffix(";") ? String(line.dropLast()).lowercased() : line.lowercased()]
        guard let command = habit ?? (line.hasPrefix(".") ? line : nil) else { return nil }
        do {
            return .command(try PromptCommand.parse(command))
        } catch {
            return .complaint(error.sentence)
        }
    }
}

extension StringProtocol {
    /// Without the blanks at both ends.
    package var trimmed: String {
        var text = self[...].drop(while: \.isWhitespace)
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return String(text)
    }
}
