import FoundationEssentials

/// The environment variables of the process, and those of `.env` in the working directory as a fallback.
package struct Environment: Hashable, Sendable {
    private let values: [String: String]

    /// The variables of the process take precedence over those of the file.
    package init(process: [String: String], dotEnv: String = "") {
        values = DotEnv.parse(dotEnv).merging(process) { _, process in process }
    }

    /// The environment of this process, with the `.env` of its working directory.
    package static func current() -> Environment {
        let file = (try? String(contentsOfFile: ".env", encoding: .utf8)) ?? ""
        return Environment(process: ProcessInfo.processInfo.environment, dotEnv: file)
    }

    /// Nil for a variable that is unset or empty.
    package subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    package var all: [String: String] { values }

    /// The secrets of actions, the language model and the engines. Those of the sources are the inputs with
    /// `kind: secret` of their manifests.
    package static let programSecretNames: Set = [
        "GITHUB_TOKEN", "SLACK_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET",
        "PAGERDUTY_ROUTING_KEY", "GROQ_API_KEY", "AGENT_KILL_SECRET", "LITELLM_ADMIN_KEY", "LAUNCHDARKLY_API_KEY",
        "CLICKHOUSE_PASSWORD", "SENTINEL_HEARTBEAT_URL", "SENTINEL_HEARTBEAT_PAGERDUTY_KEY",
    ]

    /// The values of all secrets that are set. `sourceSecrets` are the names that the manifests declare.
    package func secrets(of sourceSecrets: Set<String>) -> [String] {
        Self.programSecretNames.union(sourceSecrets).compactMap { self[$0] }
    }
}

/// Reads the `KEY=value` lines of a `.env` file. A leading `export`, quotes and a trailing ` # comment` are supported.
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
        // A comment starts with a blank and `#`, because a secret may contain a `#`.
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
