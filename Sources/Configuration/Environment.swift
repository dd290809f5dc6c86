package import Basics
import FoundationEssentials

/// The variables that the user sets: those of the process, and behind them those of `.env` in the working directory.
package struct Environment: Hashable, Sendable {
    private let values: [String: String]

    /// The process's own variables win over those of the file.
    package init(process: [String: String], dotEnv: String = "") {
        values = DotEnv.parse(dotEnv).merging(process) { _, process in process }
    }

    /// This process's environment with the `.env` of its working directory.
    package static func current() -> Environment {
        let file = (try? String(contentsOfFile: ".env", encoding: .utf8)) ?? ""
        return Environment(process: ProcessInfo.processInfo.environment, dotEnv: file)
    }

    /// Nil for a variable that is unset or empty.
    package subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    package var all: [String: String] { values }

    /// The names that hold secrets: their values never reach a log, a report or a message.
    package static let secretNames = [
        "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "SENTRY_TOKEN", "GITHUB_TOKEN", "SLACK_TOKEN", "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DD_API_KEY", "DD_APPLICATION_KEY", "PAGERDUTY_TOKEN",
        "PAGERDUTY_ROUTING_KEY", "LINEAR_API_KEY", "GROQ_API_KEY", "AGENT_KILL_SECRET", "CLICKHOUSE_PASSWORD",
    ]

    /// Hides every secret of this environment.
    package var redaction: Redaction {
        Redaction(secrets: Self.secretNames.compactMap { self[$0] })
    }
}

/// Reads the `KEY=value` lines of a `.env` file: `export` in front, quotes around, `#` behind are understood.
package enum DotEnv {
    package static func parse(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line.drop { $0 == " " || $0 == "\t" }
            if line.hasPrefix("export ") { line = line.dropFirst("export ".count).drop { $0 == " " } }
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].trimmed
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                continue
            }
            values[String(name)] = value(line[line.index(after: equals)...].trimmed)
        }
        return values
    }

    private static func value(_ text: Substring) -> String {
        if let quote = text.first, quote == "\"" || quote == "'",
            let end = text.dropFirst().firstIndex(of: quote)
        {
            let inner = String(text[text.index(after: text.startIndex)..<end])
            return quote == "\"" ? inner.replacing("\\n", with: "\n") : inner
        }
        // A comment needs a blank before its mark: a secret may hold a `#`.
        return String((text.firstRange(of: " #").map { text[..<$0.lowerBound] } ?? text).trimmed)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = self.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
