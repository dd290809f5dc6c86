import Basics
import HTTPClient
import SourceSpec

extension AnswerJudge {
    /// The failure for a status outside 200..<300.
    func refusal(_ response: HTTPResponse, of request: HTTPRequest) -> Failure {
        let words = message(response)
        let (kind, remedy): (SourceError.Kind, String) =
            switch response.status {
            case 401: (.notAuthorised, checkKeys)
            case 403: (.notAuthorised, "\(checkKeys) It may also lack a scope.")
            case 404, 410: (.notFound, "Check the names in the query, and \(addressName).")
            case 413: (.tooMuch, askForLess)
            case 422 where isAboutSize(words): (.tooMuch, askForLess)
            case 408, 504, 524: (.timedOut, askForLess)
            case 501: (.refusedByProvider, checkAddress)
            case 500...: (.unavailable, Self.nextScan)
            default: (.refusedByProvider, checkQuery)
            }
        let retry: RetryMachine.Retry =
            [.timedOut, .unavailable].contains(kind) ? .temporary(retryAfter: retryAfter(response)) : .useless
        return failure(kind, request, "answered \(response.status)\(quoted(words)).", remedy, retry)
    }

    func retryAfter(_ response: HTTPResponse) -> Span? {
        response.header("retry-after").flatMap { WaitText.span($0, at: now) }
    }

    private func quoted(_ words: String?) -> String { words.map { ": \(plan.secrets.quote($0))" } ?? "" }

    /// Langfuse returns 422 if the statement behind the request exceeded its database's limits.
    private func isAboutSize(_ words: String?) -> Bool {
        plan.source.overlay.retryDialect == .retryAfter
            || ["timed out", "timeout", "too large", "too many"].contains { words?.lowercased().contains($0) ?? false }
    }

    func rateLimited(_ request: HTTPRequest, _ wait: Span?, _ words: String?) -> Failure {
        failure(
            .rateLimited(retryAfter: wait), request, "rate limit exceeded\(quoted(words)).",
            Self.askAgain(after: wait), .rateLimited(wait))
    }

    static func askAgain(after wait: Span?) -> String {
        let when = wait.map { "in \(max(1, Int($0.seconds.rounded(.up)))) s" } ?? "later"
        return "It is retried \(when); rows that were already read are kept."
    }

    /// There was no response.
    func failure(_ error: HTTPError, of request: HTTPRequest) -> Failure {
        let words = plan.secrets.quote(error.message)
        let again = RetryMachine.Retry.temporary(retryAfter: nil)
        switch error.kind {
        case .unreachable:
            let remedy = "Check the network, and \(addressName)."
            return failure(.unavailable, request, "is not reachable: \(words).", remedy, again)
        case .forbidden: return failure(.notConfigured, request, "was not called: \(words).", checkAddress)
        case .timedOut: return failure(.timedOut, request, "did not answer in time: \(words).", askForLess, again)
        case .bodyTooLarge: return failure(.tooMuch, request, "sent too much data: \(words).", askForLess)
        case .tls:
            let remedy = "Check the certificate of the server, and \(addressName)."
            return failure(.unavailable, request, "has no trusted certificate: \(words).", remedy)
        case .broken, .cancelled:
            let reason = "interrupted its response: \(words)."
            return error.kind == .cancelled || !error.requestMayHaveArrived
                ? failure(.unavailable, request, reason, checkAddress)
                : failure(.unavailable, request, reason, Self.nextScan, again)
        }
    }

    func failure(
        _ kind: SourceError.Kind, _ request: HTTPRequest, _ reason: String, _ remedy: String,
        _ retry: RetryMachine.Retry = .useless
    ) -> Failure {
        Failure(error: sourceError(kind, request, reason, remedy), retry: retry)
    }

    // MARK: Remedies

    func sourceError(
        _ kind: SourceError.Kind, _ request: HTTPRequest, _ reason: String, _ remedy: String
    ) -> SourceError {
        let plain = reason.hasSuffix("..") ? String(reason.dropLast()) : reason
        return SourceError(
            kind: kind, source: plan.source.name, request: plan.secrets.describe(request.method, request.url),
            reason: plain, remedy: remedy)
    }

    /// The secrets by which the source is authorised, by name.
    var checkKeys: String {
        let names = plan.source.inputs.filter { $0.kind == .secret && plan.bindings.inputs[$0.key] != nil }.map(\.key)
        return names.isEmpty ? "Check the access to this source." : "Check \(names.joined(separator: " and "))."
    }

    static let nextScan = "The next scan tries again."
    var checkAddress: String { "Check \(addressName)." }
    var checkQuery: String { "Correct the values of the query." }
    private var askForLess: String { "Request a shorter time range or fewer rows." }

    /// The setting that holds the source's address.
    var addressName: String { ScanPlan.addressName(of: plan.source, plan.backend) }
}
