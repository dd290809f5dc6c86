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

    func error(for failure: SubprocessError) -> SourceError {
        switch failure {
        case .notFound(let path), .notExecutable(let path): return notInstalled(path)
        case .argumentsTooLong:
            let reason = "the statement exceeds the maximum length of a program argument (128 KiB)."
            return error(.unsupported, reason, "Shorten the statement.", calls: 0)
        case .zeroByte:
            let remedy = "Remove the zero byte from its values."
            return error(.unsupported, "the statement contains a zero byte.", remedy, calls: 0)
        case .noResources(let code):
            let words = String(cString: strerror(code))
            return error(.unavailable, "Coral could not be started: \(words).", Self.nextScan, calls: 0)
        case .timedOut: return error(.timedOut, "Coral did not answer in time.", Self.askForLess)
        case .tooMuchOutput(let limit):
            return error(.tooMuch, "Coral's output is larger than \(limit >> 20) MB.", Self.askForLess)
        case .killed(let signal, let errors):
            let words = secrets.quote(CoralComplaint(errors).summary)
            let detail = words.isEmpty ? "" : ": \(words)"
            return error(.unavailable, "Coral was terminated by signal \(signal)\(detail).", Self.nextScan)
        }
    }

    // MARK: The output

    /// The rows of an output, read off the caller's actor: a large one takes milliseconds of computing.
    @concurrent
    func read<Rows: Sendable>(_ rows: @Sendable () throws(CoralAnswer.Fault) -> Rows) async throws -> Rows {
        do {
            return try rows()
        } catch {
            throw self.error(for: error)
        }
    }

    private func error(for fault: CoralAnswer.Fault) -> SourceError {
        let check = "Check that the program is Coral."
        switch fault {
        case .json(let fault): return error(.malformed, "Coral's output could not be parsed: \(fault).", check)
        case .shape(let found): return error(.malformed, "Coral's output contains \(found) instead of rows.", check)
        case .ambiguous(let column):
            return error(
                .unsupported, "several columns of the result are named \(secrets.quote(column)), and rows lack some.",
                "Give each column its own name with AS.")
        }
    }

    // MARK: Complaints

    /// `status` is the program's exit status; 2 means that the call itself was wrong.
    func error(for complaint: CoralComplaint, status: Int32) -> SourceError {
        let words = quoted(complaint)
        guard status != 2 else {
            return error(
                .unsupported, "Coral rejected the statement: \(words).",
                "Correct the statement, or use a version of Coral from 0.1.0 on.")
        }
        let (kind, reason, remedy) = explanation(of: CoralVerdict(complaint).matter, hint: hint(of: complaint))
        return error(kind, "\(reason): \(words).", remedy)
    }

    private func explanation(
        of matter: CoralVerdict.Matter, hint: String
    ) -> (kind: SourceError.Kind, reason: String, remedy: String) {
        switch matter {
        case .missingFilter(let name):
            let remedy = name.map { "Add `WHERE \(secrets.quote($0)) = '…'`." }
            return (.missingFilter, "a filter is missing", remedy ?? "Add the filter with `=` and a constant.")
        case .unknownTable(let schema): return (.notConfigured, "the table does not exist in Coral", install(schema))
        case .unconfigured: return (.notConfigured, "Coral is missing a setting", install(nil))
        case .unknownColumn where isForSource:
            let remedy = install(nil) + " Versions up to 0.1.x take no filter that is not a column."
            return (.notConfigured, "Coral uses another manifest for this source", remedy)
        case .rateLimited(let wait):
            return (.rateLimited(retryAfter: wait), "rate limit exceeded", AnswerJudge.askAgain(after: wait))
        case .unknownColumn, .other: return (.refusedByProvider, "Coral failed", hint)
        case .unimplemented: return (.unsupported, "Coral does not support this", hint)
        case .status(401), .status(403), .notAuthorised:
            return (
                .notAuthorised, "rejected the request", "Check the keys in Coral; `coral source add` replaces them."
            )
        case .status(404), .status(410):
            return (.notFound, "not found", "Check the names in the query, and the source's address.")
        case .status(413), .status(422): return (.tooMuch, "the request was too large", Self.askForLess)
        case .tooMuch: return (.tooMuch, "has more pages than one scan may read", Self.askForLess)
        case .status(408), .status(504), .status(524), .timedOut:
            return (.timedOut, "did not answer in time", Self.askForLess)
        case .status(500...), .unreachable: return (.unavailable, "failed", Self.nextScan)
        case .undecodable: return (.malformed, "sent a response that Coral cannot read", Self.nextScan)
        case .status: return (.refusedByProvider, "rejected the request", "Correct the values of the query.")
        }
    }

    /// Coral's words as one line without secrets.
    private func quoted(_ complaint: CoralComplaint) -> String {
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

    func error(_ kind: SourceError.Kind, _ reason: String, _ remedy: String, calls: Int = 1) -> SourceError {
        SourceError(kind: kind, source: source, request: description, reason: reason, remedy: remedy, calls: calls)
    }

    /// `coral sql SELECT …`, shortened for a message.
    private var description: String {
        guard let statement else { return "coral --version" }
        let words = secrets.mask(statement.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        return "coral sql " + (words.count <= 300 ? words : words.prefix(299) + "…")
    }

    private static let askForLess = "Request a shorter time range or fewer rows."
    private static let nextScan = AnswerJudge.nextScan
}
