import Basics
import SourceFetch
import Testing

@Suite("Coral's errors")
struct CoralComplaintTests {
    struct Complaint: Sendable, CustomTestStringConvertible {
        var said: String
        var kind: SourceError.Kind
        /// Part of the reason and of the remedy.
        var reason: String
        var remedy: String
        var status = 1

        var testDescription: String { String(said.prefix(60)) }
    }

    /// A status as versions up to 0.1.x print it.
    private static func early(_ code: String, _ message: String) -> String {
        "Error: status: \(code), message: \"\(message)\", details: [], metadata: MetadataMap { headers: {} }"
    }

    private static func later(_ summary: String, _ detail: String = "", _ hint: String = "") -> String {
        [("Error", summary), ("Detail", detail), ("Hint", hint)].filter { !$0.1.isEmpty }
            .map { "\($0): \($1)" }.joined(separator: "\n")
    }

    private static let mistakes = [
        Complaint(
            said: early("FailedPrecondition", "github.commits requires WHERE owner = <constant>"), kind: .missingFilter,
            reason: "github.commits requires WHERE owner = <constant>", remedy: "Add `WHERE owner = '…'`."),
        Complaint(
            said: later(
                "github.issues requires `WHERE repo = <constant>`",
                "github.issues requires a constant equality filter on repo", "Add a constant equality filter on `repo`."
            ),
            kind: .missingFilter, reason: "github.issues requires", remedy: "Add `WHERE repo = '…'`."),
        Complaint(
            said: early("NotFound", "table 'datafusion.github.isues' not found"), kind: .notConfigured,
            reason: "the table does not exist in Coral",
            remedy: "Run `coral source add --file sources/github/manifest.yaml`."),
        Complaint(
            said: later("Table `github.issues` not found", "No table `issues` exists in schema `github`."),
            kind: .notConfigured, reason: "Table `github.issues` not found",
            remedy: "Run `coral source add --file sources/github/manifest.yaml`."),
        Complaint(
            said: later("Query target was not found", "table 'datafusion.public.x' not found"), kind: .notConfigured,
            reason: "the table does not exist in Coral", remedy: "`coral source list` shows what is installed"),
        Complaint(
            said: later(
                "No column named `user_login`", "No column `user_login` is in scope.", "Did you mean `user__login`?"),
            kind: .refusedByProvider, reason: "No column named `user_login`", remedy: "Did you mean `user__login`?"),
        Complaint(
            said: later(
                "Query request is invalid", "SQL error: ParserError(\"Expected: )\")", "Check the SQL syntax and retry"),
            kind: .refusedByProvider, reason: "Query request is invalid: SQL error",
            remedy: "Check the SQL syntax and retry."),
        Complaint(
            said: early("Unimplemented", "Unsupported statement: INSERT"), kind: .unsupported,
            reason: "Unsupported statement: INSERT", remedy: "Correct the statement."),
        Complaint(
            said: "error: unexpected argument '--format' found\n\nUsage: coral sql <SQL>", kind: .unsupported,
            reason: "rejected the statement: unexpected argument '--format' found", remedy: "Correct", status: 2),
    ]

    private static let providers = [
        Complaint(
            said: later(
                "Source rate limit exceeded (429)",
                "rate limit exceeded; retry after 30s [GET] https://api.github.com/x"),
            kind: .rateLimited(retryAfter: .seconds(30)), reason: "rate limit exceeded",
            remedy: "It is retried in 30 s; rows that were already read are kept."),
        Complaint(
            said: early("Unavailable", "github.issues: rate limit exceeded; quota resets in 1800s"),
            kind: .rateLimited(retryAfter: .seconds(1800)), reason: "quota resets", remedy: "in 1800 s"),
        Complaint(
            said: later("Source rate limit exceeded (429)"), kind: .rateLimited(retryAfter: nil),
            reason: "rate limit exceeded", remedy: "later"),
        Complaint(
            said: later("Source authentication failed (401)", "Bad credentials"), kind: .notAuthorised,
            reason: "Bad credentials", remedy: "`coral source add` replaces them."),
        Complaint(
            said: later("Source request failed", "invalid_auth"), kind: .notAuthorised, reason: "invalid_auth",
            remedy: "keys"),
        Complaint(
            said: later("Source resource was not found (404)", "Not Found [GET] https://x/api/public/v2/observations"),
            kind: .notFound, reason: "(404)", remedy: "Check the names"),
        Complaint(
            said: early("NotFound", #"langfuse.observations API error: HTTP 404: {\"message\":\"no such\\npath\"}"#),
            kind: .notFound, reason: #"{"message":"no such\npath"}"#,
            remedy: "Check the names"),
        Complaint(
            said: later("Source server error (500)", "order 404 was not found"), kind: .unavailable,
            reason: "order 404", remedy: "next scan"),
        Complaint(
            said: early("FailedPrecondition", "langfuse.traces API error: 422 Unprocessable Entity"), kind: .tooMuch,
            reason: "422", remedy: "shorter time"),
        Complaint(
            said: later("Source request timed out", "source API request timed out after 30s"), kind: .timedOut,
            reason: "timed out after 30s", remedy: "shorter time"),
        Complaint(
            said: later("Source pagination failed", "exceeded pagination max_pages=10000"), kind: .tooMuch,
            reason: "max_pages=10000", remedy: "shorter time"),
        Complaint(
            said: later("Source response decode failed", "expected value at line 1 column 1"), kind: .malformed,
            reason: "expected value", remedy: "next scan"),
        Complaint(
            said: later(
                "Source request failed", "dns error",
                "The upstream API could not be reached. Check connectivity and retry."),
            kind: .unavailable, reason: "dns error", remedy: "next scan"),
        Complaint(
            said: later("Source rejected the request (400)", "bad date"), kind: .refusedByProvider, reason: "bad date",
            remedy: "Correct the values"),
    ]

    private static let odd = [
        Complaint(said: "", kind: .refusedByProvider, reason: "no reason given", remedy: "Correct the statement."),
        Complaint(
            said: "2026-05-01T00:00:00Z WARN skipping source\n" + later("Query failed", "a\u{1B}[31mred\nline\u{7}"),
            kind: .refusedByProvider, reason: "Query failed: a[31mred line.", remedy: "Correct the statement."),
        Complaint(
            said:
                #"Error: code: 'The service is currently unavailable', message: "tcp \"connect\" \u{2014} refused", source: None"#,
            kind: .unavailable, reason: "tcp \"connect\" — refused", remedy: "next scan"),
        Complaint(
            said: "Error: status: Internal, message: \"ends in the mid\\", kind: .refusedByProvider,
            reason: "ends in the mid", remedy: "Correct the statement."),
    ]

    @Test("Each error has its kind, reason and remedy", arguments: mistakes + providers + odd)
    func told(complaint: Complaint) async throws {
        let fake = try FakeCoral("cat >&2 <<'END'\n\(complaint.said)\nEND\nexit \(complaint.status)")
        let error = await sourceError { _ = try await fake.run("SELECT 1") }
        #expect(error?.kind == complaint.kind)
        #expect(error?.reason.contains(complaint.reason) == true, "\(error?.reason ?? "")")
        #expect(error?.remedy.contains(complaint.remedy) == true, "\(error?.remedy ?? "")")
        #expect(error?.source == "coral" && error?.calls == 1)
    }

    @Test("A key in Coral's error or in the statement is masked")
    func secrets() async throws {
        let fake = try FakeCoral("echo \"Error: Query failed\nDetail: token $LINEAR_API_KEY at $PLAIN\" >&2; exit 1")
        let environment = ["LINEAR_API_KEY": "hunter2-hunter2", "PLAIN": "plainly"]
        let error = await sourceError {
            _ = try await fake.run("SELECT 'hunter2-hunter2', 'ghp_0123456789abcdef'", environment)
        }
        #expect(error?.reason == "Coral failed: Query failed: token [redacted] at plainly.")
        #expect(error?.request == "coral sql SELECT '[redacted]', '[redacted]'")
    }
}
