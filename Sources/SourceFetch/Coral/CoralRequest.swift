import Basics
import Glibc
import JSON
import Subprocess

/// A request to Coral: its source, its text, and the errors for its failures.
struct CoralRequest: Sendable {
    /// The source that the rows are of; `coral` for a statement of the user's own.
    let source: String
    /// Nil if only the program itself is called.
    let statement: String?
    let secrets: Secrets

    private var isForSource: Bool { source != "coral" }

    // MARK: The program

    /// `given` is the path that was set for it.
    func notInstalled(_ given: String?) -> SourceError {
        let reason = given.map { "\($0) is not a program." } ?? "coral is not on the PATH."
        return error(
            .notConfigured, reason,
            "Install Coral, set SENTINEL_CORAL to its path, or set the engine to `embedded` in settings.json.", calls: 0
        )
    }

    func error(for trouble: SubprocessError) -> SourceError {
        switch trouble {
        case .notFound(let path), .notExecutable(let path): return notInstalled(path)
        case .argumentsTooLong:
            return error(
                .unsupported, "the statement exceeds the maximum length of a program argument (128 KiB).",
                "Shorten the statement.", calls: 0)
        case .zeroByte:
            return error(
                .unsupported, "the statement contains a zero byte.", "Remove the zero byte from its values.", calls: 0)
        case .noResources(let code):
            let words = String(cString: strerror(code))
            return error(.unavailable, "Coral could not be started: \(words).", Self.nextScan, calls: 0)
        case .timedOut: return error(.timedOut, "Coral did not answer in time.", Self.askForLess)
        case .tooMuchOutput(let limit):
            return error(.tooMuch, "Coral's answer is larger than \(limit >> 20) MB.", Self.askForLess)
        case .killed(let signal, let errors):
            let words = secrets.quote(CoralComplaint(errors).summary)
            let said = words.isEmpty ? "" : ": \(words)"
            return error(.unavailable, "Coral was terminated by signal \(signal)\(said).", Self.nextScan)
        }
    }

    /// The program answered, but not as Coral does.
    func notCoral(_ done: CompletedProcess) -> SourceError {
        error(
            .notConfigured, "the configured program does not report a version of Coral.",
            "Install Coral, or set SENTINEL_CORAL to its path.")
    }

    /// The source is paused.
    func error(for refusal: RateBudget.Refusal, now: Instant) -> SourceError {
        switch refusal {
        case .rateLimited(let wait):
            return error(
                .rateLimited(retryAfter: wait), "is paused: it reported that its rate limit was exceeded.",
                AnswerJudge.askAgain(after: wait), calls: 0)
        case .resting(let until):
            return error(
                .unavailable, "is paused: \(CircuitBreaker.threshold) requests in a row failed.",
                AnswerJudge.askAgain(after: until - now), calls: 0)
        }
    }

    // MARK: The answer

    func error(for fault: CoralAnswer.Fault) -> SourceError {
        switch fault {
        case .json(let fault):
            return error(
                .malformed, "Coral's output could not be parsed: \(fault).", "Check that the program is Coral.")
        case .shape(let found):
            return error(
                .malformed, "Coral's output contains \(found) instead of rows.", "Check that the program is Coral.")
        case .ambiguous(let column):
            return error(
                .unsupported, "several columns of the answer are named \(secrets.quote(column)), and rows lack some.",
                "Give each column its own name with AS.")
        }
    }

    // MARK: Complaints

    /// `status` is the program's exit status; 2 means that the call itself was wrong.
    func error(for complaint: CoralComplaint, status: Int32) -> SourceError {
        guard status != 2 else {
            return error(
                .unsupported, "Coral rejected the statement: \(said(complaint)).",
                "Correct the statement, or use a version of Coral from 0.1.0 on.")
        }
        switch CoralVerdict(complaint).matter {
        case .missingFilter(let name):
            return error(
                .missingFilter, "a filter is missing: \(said(complaint)).",
                name.map { "Add `WHERE \(secrets.quote($0)) = '…'`." } ?? "Add the filter with `=` and a constant.")
        case .unknownTable(let schema):
            return error(.notConfigured, "the table does not exist in Coral: \(said(complaint)).", install(schema))
        case .unconfigured:
            return error(.notConfigured, "Coral is missing a setting: \(said(complaint)).", install(nil))
        case .unknownColumn where isForSource:
            return error(
                .notConfigured, "Coral uses another manifest for this source: \(said(complaint)).",
                install(nil) + " Versions up to 0.1.x take no filter that is not a column.")
        case .rateLimited(let wait):
            return error(
                .rateLimited(retryAfter: wait), "rate limit exceeded: \(said(complaint)).",
                AnswerJudge.askAgain(after: wait))
        case .unknownColumn, .other:
            return error(.refusedByProvider, "Coral failed: \(said(complaint)).", hint(of: complaint))
        case .unimplemented:
            return error(.unsupported, "Coral does not support this: \(said(complaint)).", hint(of: complaint))
        case let matter: return providerError(matter, said(complaint))
        }
    }

    private func providerError(_ matter: CoralVerdict.Matter, _ said: String) -> SourceError {
        let keys = "Check the keys in Coral; `coral source add` replaces them."
        switch matter {
        case .status(401), .status(403), .notAuthorised:
            return error(.notAuthorised, "rejected the request: \(said).", keys)
        case .status(404), .status(410):
            return error(.notFound, "not found: \(said).", "Check the names in the query, and the source's address.")
        case .status(413), .status(422): return error(.tooMuch, "the request was too large: \(said).", Self.askForLess)
        case .tooMuch: return error(.tooMuch, "has more pages than one scan may read: \(said).", Self.askForLess)
        case .status(408), .status(504), .status(524), .timedOut:
            return error(.timedOut, "did not answer in time: \(said).", Self.askForLess)
        case .status(500...), .unreachable: return error(.unavailable, "failed: \(said).", Self.nextScan)
        case .undecodable:
            return error(.malformed, "sent a response that Coral cannot read: \(said).", Self.nextScan)
        default:
            return error(.refusedByProvider, "rejected the request: \(said).", "Correct the values of the query.")
        }
    }

    /// Coral's words as one line without secrets.
    private func said(_ complaint: CoralComplaint) -> String {
        let words = [complaint.summary, complaint.detail].filter { !$0.isEmpty }.joined(separator: ": ")
        let quoted = secrets.quote(words)
        return quoted.isEmpty ? "no reason given" : quoted.hasSuffix(".") ? String(quoted.dropLast()) : quoted
    }

    private func hint(of complaint: CoralComplaint) -> String {
        let words = secrets.quote(complaint.hint)
        return words.isEmpty
            ? "Correct the statement." : words.hasSuffix(".") || words.hasSuffix("?") ? words : words + "."
    }

    private func install(_ schema: String?) -> String {
        guard let name = isForSource ? source : schema else {
            return
                "`coral source list` shows what is installed; `coral source add --file sources/<name>/manifest.yaml` adds one."
        }
        return "Run `coral source add --file sources/\(secrets.quote(name))/manifest.yaml`."
    }

    // MARK: Making

    private func error(_ kind: SourceError.Kind, _ reason: String, _ remedy: String, calls: Int = 1) -> SourceError {
        SourceError(kind: kind, source: source, request: description, reason: reason, remedy: remedy, calls: calls)
    }

    /// `coral sql SELECT …`, of a length that a message bears.
    private var description: String {
        guard let statement else { return "coral --version" }
        let words = secrets.mask(statement.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        return "coral sql " + (words.count <= 300 ? words : words.prefix(299) + "…")
    }

    private static let askForLess = "Ask for a shorter time or for fewer rows."
    private static let nextScan = "The next scan tries again."
}
