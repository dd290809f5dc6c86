import Basics
import HTTPClient
import SourceFetch
import Testing
import WebServer

@testable import SourceSpec

@Suite("Errors where providers hide them")
struct DialectTests {
    @Test(
        "Slack's ok: false is an error by its code",
        arguments: [
            ("invalid_auth", SourceError.Kind.notAuthorised), ("missing_scope", .notAuthorised),
            ("channel_not_found", .refusedByProvider), ("ratelimited", .rateLimited(retryAfter: nil)),
        ])
    func slackRefusals(code: String, kind: SourceError.Kind) async throws {
        let provider = try Provider { _, _ in .json(#"{"ok":false,"error":"\#(code)"}"#) }
        let response = ResponseSpec(rowsPath: ["messages"], okPath: ["ok"], errorPath: ["error"])
        let error = await sourceError { _ = try await provider.read(.items(response: response)) }
        #expect(error?.kind == kind)
        #expect(error?.reason.contains(code) == true)
    }

    @Test("GitHub's 403 is a rate limit if the message says so, else a missing permission")
    func github() async throws {
        let overlay = SourceOverlay(retryDialect: .github)
        let limited = try Provider { _, number in
            let headers = [WebRequest.Field("X-RateLimit-Remaining", "0"), .init("X-RateLimit-Reset", "1795489205")]
            return number == 0
                ? WebResponse(status: 403, headers: headers + [.init("Date", "Tue, 24 Nov 2026 03:00:00 GMT")])
                : page([1])
        }
        #expect(ids(try await limited.read(.items(), of: { .sample(at: $0, overlay: overlay) }).rows) == [1])
        #expect(limited.time.sleeps == [.milliseconds(6300)])
        let secondary = try Provider { _, _ in
            .json(#"{"message":"You have exceeded a secondary rate limit."}"#, status: 403)
        }
        let error = await sourceError {
            _ = try await secondary.read(.items(), of: { .sample(at: $0, overlay: overlay) })
        }
        #expect(error?.kind == .rateLimited(retryAfter: .minutes(1)))
        let denied = try Provider { _, _ in
            .json(#"{"message":"Resource not accessible by personal access token"}"#, status: 403)
        }
        let refusal = await sourceError {
            _ = try await denied.read(.items(), of: { .sample(at: $0, overlay: overlay) })
        }
        #expect(refusal?.kind == .notAuthorised && refusal?.calls == 1)
    }

    @Test("Linear hides its limit in status 400, and its errors in status 200")
    func linear() async throws {
        let overlay = SourceOverlay(retryDialect: .linear)
        let limited = try Provider { _, number in
            number == 0
                ? .json(
                    #"{"errors":[{"message":"Rate limit","extensions":{"code":"RATELIMITED"}}]}"#, status: 400,
                    headers: [
                        .init("X-RateLimit-Requests-Reset", "1795489203000"),
                        .init("Date", "Tue, 24 Nov 2026 03:00:00 GMT"),
                    ]) : page([1])
        }
        #expect(ids(try await limited.read(.items(), of: { .sample(at: $0, overlay: overlay) }).rows) == [1])
        #expect(limited.time.sleeps == [.milliseconds(3150)])
        let partial = try Provider { _, _ in .json(#"{"data":[],"errors":[{"message":"Entity not found: Team"}]}"#) }
        let error = await sourceError {
            _ = try await partial.read(.items(), of: { .sample(at: $0, overlay: overlay) })
        }
        #expect(error?.kind == .refusedByProvider && error?.reason == "refused: Entity not found: Team.")
    }
}
