import Basics

/// Wrong usage of the command line. Exit status 2.
struct UsageError: Error, Hashable, Sendable {
    var message: String
    /// The message ends with the usage, so it needs no reference to the help.
    var hasUsage = false

    init(_ message: String, nearest: String? = nil) {
        self.message = nearest.map { "\(message) Did you mean \"\($0)\"?" } ?? message
    }
}

/// A failure, as one sentence that says what to do. Exit status 1.
struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    var message: String

    var description: String { message }

    init(_ message: String) { self.message = message }
}

// MARK: usage

extension UsageError {
    static func unknownCommand(_ word: String, among known: [String]) -> UsageError {
        UsageError("Unknown command \"\(word)\".", nearest: Suggestion.nearest(to: word, among: known))
    }

    /// `command` is what precedes the word: `incidents`.
    static func unknownSubcommand(_ word: String, of command: String, among known: [String]) -> UsageError {
        let nearest = Suggestion.nearest(to: word, among: known)
        let list = nearest == nil ? " Use one of: \(known.joined(separator: ", "))." : ""
        return UsageError("Unknown command \"\(command) \(word)\".\(list)", nearest: nearest.map { "\(command) \($0)" })
    }

    static func unknownOption(_ option: String, among known: Set<String>) -> UsageError {
        UsageError("Unknown option \(option).", nearest: Suggestion.nearest(to: option, among: known))
    }

    static func missingValue(of option: String) -> UsageError { UsageError("\(option) requires a value.") }

    static func unexpectedArgument(_ word: String, usage: String? = nil) -> UsageError {
        UsageError("Unexpected argument \"\(word)\".", usage: usage)
    }

    /// `what` is a noun: `trace`, `incident number`.
    static func missing(_ what: String, usage: String? = nil) -> UsageError {
        UsageError("Missing \(what).", usage: usage)
    }

    static func notANumber(_ word: String, of what: String) -> UsageError {
        UsageError("Invalid \(what) number \"\(word)\".")
    }

    static func invalidChoice(_ word: String, of option: String, among known: [String]) -> UsageError {
        UsageError(
            "Invalid value \"\(word)\" for \(option). Use one of: \(known.joined(separator: ", ")).",
            nearest: Suggestion.nearest(to: word, among: known))
    }

    static func notPositive(_ option: String) -> UsageError { UsageError("\(option) must be a number above 0.") }

    static func invalidDuration(_ option: String, _ word: String, example: String) -> UsageError {
        UsageError("Invalid duration \"\(word)\" for \(option). Use a duration like \(example).")
    }

    static func invalidWeek(_ word: String) -> UsageError {
        UsageError("Invalid week \"\(word)\" for --week. Use a week like 2026-W48.")
    }

    static func exclusive(_ one: String, _ other: String) -> UsageError {
        UsageError("Use either \(one) or \(other), not both.")
    }

    static let noTerminal = UsageError(
        "The console requires a terminal. Without one, use `sentinel scan`, `incidents` or `approvals`.")

    static let silenceWithoutReason = UsageError(
        "Missing reason. Add --reason TEXT, so that others know why the incident is silenced.")

    static let silenceWithoutEnd = UsageError("Missing duration. Add --for 4h: every silence must end.")

    static let noteWithoutText = UsageError(
        "Missing text. Add -m TEXT: without it, the note is written in an editor, which requires a terminal.")

    static let silenceOfEverything = UsageError(
        "Missing matcher. Give an incident number, --type, --subject or --max-severity; `maintenance` silences everything."
    )

    static func outputsRequired(by detector: String) -> UsageError {
        UsageError(
            "\(detector) requires outputs, and the mirror has none. Give a .jsonl file of observations with outputs.")
    }

    static func noQuestion(_ name: String, among known: [String], in folder: String) -> UsageError {
        let hint = known.isEmpty ? " There are no questions in \(folder)." : " `sentinel ask` lists the questions."
        let nearest = Suggestion.nearest(to: name, among: known)
        return UsageError("Unknown question \"\(name)\".\(nearest == nil ? hint : "")", nearest: nearest)
    }

    private init(_ message: String, usage: String?) {
        self.init(message + (usage.map { " Usage: \($0)" } ?? ""))
        hasUsage = usage != nil
    }
}

// MARK: failures

extension Failure {
    static func noRequest(_ id: Int64) -> Failure { missing("Request", id, listedBy: "approvals") }
    static func noIncident(_ id: Int64) -> Failure { missing("Incident", id, listedBy: "incidents") }
    static func noSilence(_ id: Int64) -> Failure { missing("Silence", id, listedBy: "incidents silences") }

    private static func missing(_ what: String, _ id: Int64, listedBy command: String) -> Failure {
        Failure("\(what) \(id) does not exist. `sentinel \(command)` lists the \(what.lowercased())s.")
    }

    static func noDigest(of week: String?) -> Failure {
        guard let week else { return Failure("No digest has been made. `sentinel digest --now` makes one.") }
        return Failure(
            "No digest of \(week) has been made. `sentinel digest --now --week \(week)` makes it, `sentinel digest list` "
                + "lists the others.")
    }

    static func noRunbook(_ name: String, among known: [String]) -> Failure {
        let nearest = Suggestion.nearest(to: name, among: known).map { "Did you mean \"\($0)\"?" }
        return Failure("Unknown runbook \"\(name)\". \(nearest ?? "`sentinel runbooks` lists them.")")
    }

    static func silenceEnded(_ id: Int64) -> Failure { Failure("Silence \(id) has already ended.") }

    static func noTrace(_ id: String) -> Failure {
        Failure(
            "Trace \(id) was not found. Check its id, or read more history with `sentinel source sync --since 30d`.")
    }

    static func noFeature(_ name: String, among known: [String]) -> Failure {
        let nearest = Suggestion.nearest(to: name, among: known).map { "Did you mean \"\($0)\"?" }
        return Failure(
            "No outputs are recorded for feature \"\(name)\". \(nearest ?? "`sentinel quality` lists the features.")")
    }

    static func noSource(_ name: String, among known: [String]) -> Failure {
        let nearest = Suggestion.nearest(to: name, among: known).map { "Did you mean \"\($0)\"?" }
        return Failure("Source \"\(name)\" does not exist. \(nearest ?? "`sentinel source list` lists the sources.")")
    }

    static func sourceNotAdded(_ name: String) -> Failure {
        Failure("Source \"\(name)\" was not added. `sentinel source list` lists the sources.")
    }

    static func shippedSourceStays(_ name: String) -> Failure {
        Failure("\(name) is shipped with Sentinel and cannot be removed. Unset its inputs to disable it.")
    }

    static func sourceIsShipped(_ name: String, _ version: String) -> Failure {
        Failure(
            "\(name) \(version) is shipped with Sentinel. Rename your source, or replace the shipped one with --replace."
        )
    }

    static func noSources(in folder: String) -> Failure {
        Failure("\(folder) has no sources. Set the folder with --sources.")
    }

    static func noAgent(on store: String) -> Failure {
        Failure("No agent is running on \(store). Start `sentinel` or `sentinel agent`, then try again.")
    }

    static func noAnswer(on store: String) -> Failure {
        Failure(
            "The agent on \(store) does not answer; it may be suspended. It will handle the request when it runs again."
        )
    }

    /// `what` is what it had not finished: `the scan`.
    static func agentEnded(on store: String, before what: String) -> Failure {
        Failure("The agent on \(store) stopped before \(what) was done. Try again.")
    }

    static func notReadable(_ file: String) -> Failure { Failure("\(file) could not be read as UTF-8 text.") }

    static func noObservations(in file: String) -> Failure { Failure("\(file) has no valid observations.") }

    static let emptyMirror = Failure(
        "The mirror is empty. Run `sentinel source sync langfuse --since 30d` first.")

    static func cannotReplay(_ detector: String) -> Failure { Failure("\(detector) cannot be replayed yet.") }

    static func invalidListen(_ text: String) -> Failure {
        Failure("SENTINEL_LISTEN must be host:port, for example 127.0.0.1:8000, not \"\(text)\".")
    }

    static let noGit = Failure("git was not found on PATH.")

    static func historyTooShort(_ changes: Int) -> Failure {
        Failure(
            "No score can be judged on this history: of its \(changes) changes, some must be followed by a fix and some not. A change is a fix if its title has a word like fix, bug or revert."
        )
    }

    static let demoFoundNoLoop = Failure("The demo ended before the loop was found.")
    static let demoKilledNoLoop = Failure("The demo ended before the loop was killed.")
}

// MARK: notices

/// Notices on standard error: the command goes on.
enum Notice {
    static func partialData(_ source: String) -> String { "\(source) returned partial data." }
    static let rowsTruncated = "The result was truncated at a limit; there are more rows."

    static func firstRead(_ table: String, atLeast calls: Int) -> String {
        "First read of \(table): at least \(calls) call\(calls == 1 ? "" : "s")."
    }

    static func manyCalls(_ table: String, _ calls: String) -> String {
        "\(table): about \(calls) calls are needed first. Press Ctrl-C to stop; rows that were read are kept."
    }

    static let syncStopped = "Stopped. Completed windows are kept; run the same command again to continue."

    static func retention(_ days: Int) -> String {
        "Rows older than \(days) days are not kept. Raise retention_days to keep more."
    }

    static func checksFailed(_ failed: Int, of all: Int, _ source: String) -> String {
        "\(failed) of \(all) checks of \(source) failed."
    }

    static func providerNotTested(_ source: String, missing: [String]) -> String {
        "The provider of \(source) was not tested: set \(missing.joined(separator: " and ")) in the environment or .env."
    }

    static func staleTrace(_ at: String, because error: any Error) -> String {
        "Showing the trace as read at \(at): \(error)"
    }

    static func killFlagNotServed(_ error: any Error) -> String { "The kill flag is not available: \(error)" }
}
