import Basics
import HTTPClient
import JSON
import SourceSpec

/// Distinguishes a page from every other response of a provider.
struct AnswerJudge: Sendable {
    let plan: ScanPlan
    let now: Instant

    /// Off the caller's actor: reading a large page takes milliseconds of computing.
    @concurrent
    func judge(_ response: HTTPResponse, to request: HTTPRequest) async -> Verdict {
        let verdict = verdict(on: response, to: request)
        guard case .failure(var failure) = verdict else { return verdict }
        let isIncomplete = response.status < 300 && failure.retry != .useless
        failure.error.status = isIncomplete ? nil : response.status
        return .failure(failure)
    }

    private func verdict(on response: HTTPResponse, to request: HTTPRequest) -> Verdict {
        let signal = RateSignal(
            response, dialect: plan.source.overlay.retryDialect, limit: plan.backend.rateLimit, now: now)
        if case .limited(let wait) = signal { return .failure(rateLimited(request, wait, message(response))) }
        switch response.status {
        case 200..<300: return success(response, to: request)
        case 301, 302, 303, 307, 308: return redirect(response, of: request)
        case 404 where plan.scan.table.response.allows404AsEmpty: return page(PageContent(), response)
        default: return .failure(refusal(response, of: request))
        }
    }

    // MARK: Success

    private func success(_ response: HTTPResponse, to request: HTTPRequest) -> Verdict {
        if response.status == 204 { return page(PageContent(), response) }
        if isWebPage(response) {
            let reason = "returned \(response.status) with a web page instead of data, probably a login page."
            return .failure(failure(.notAuthorised, request, reason, "\(checkKeys) \(checkAddress)"))
        }
        do throws(PageFault) {
            var content = try PageReader(plan).read(response.body)
            if case .linkHeader(let requiresResults) = plan.pagination.mode, let header = links(of: response),
                let next = LinkHeader.next(in: header, requiresResults: requiresResults)
            {
                guard let address = WebAddress(request.url)?.resolving(next), address.origin == plan.base.origin else {
                    let reason = "returned a next page at another address, which would receive the key."
                    return .failure(failure(.refusedByProvider, request, reason, checkAddress))
                }
                content.clues.nextLink = address.text
            }
            return page(content, response)
        } catch {
            return .failure(failure(for: error, response, request))
        }
    }

    private func page(_ content: PageContent, _ response: HTTPResponse) -> Verdict {
        .page(FetchedPage(content: content, serverDate: response.header("date").flatMap(WaitText.date)))
    }

    private func links(of response: HTTPResponse) -> String? {
        let values = response.headers.filter { $0.name.lowercased() == "link" }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    private func isWebPage(_ response: HTTPResponse) -> Bool {
        if response.header("content-type")?.lowercased().contains("text/html") == true { return true }
        let start = response.body.prefix(64).drop { $0 <= 0x20 || FileBytes.byteOrderMark.contains($0) }
        return start.first == UInt8(ascii: "<")
    }

    private func failure(for fault: PageFault, _ response: HTTPResponse, _ request: HTTPRequest) -> Failure {
        switch fault {
        case .json(let error):
            let reason = "sent a response that could not be parsed: \(error)."
            return error.kind == .truncated || error.kind == .empty
                ? failure(.malformed, request, reason, Self.nextScan, .temporary(retryAfter: nil))
                : failure(.malformed, request, reason, checkAddress)
        case .shape(let found):
            let reason = "sent \(found): it has no rows of \(plan.qualifiedName)."
            return failure(.malformed, request, reason, checkAddress)
        case .refused(let words): return refusedInside(words, response, request)
        }
    }

    /// An error inside a good status, as Slack and GraphQL write it.
    private func refusedInside(_ words: String, _ response: HTTPResponse, _ request: HTTPRequest) -> Failure {
        let code = words.lowercased()
        let reason = "refused: \(plan.secrets.quote(words))."
        if code == "ratelimited" || code == "rate_limited" {
            return rateLimited(request, retryAfter(response).map { min($0, RateSignal.longest) }, words)
        }
        if Self.authorisationWords.contains(where: { code.contains($0) }) {
            return failure(.notAuthorised, request, reason, missingScope(code, response) ?? checkKeys)
        }
        if ["internal_error", "fatal_error", "service_unavailable", "request_timeout"].contains(code) {
            return failure(.unavailable, request, reason, Self.nextScan, .temporary(retryAfter: nil))
        }
        return failure(.refusedByProvider, request, reason, checkQuery)
    }

    /// Slack names the scope that the token lacks.
    private func missingScope(_ code: String, _ response: HTTPResponse) -> String? {
        guard code == "missing_scope" else { return nil }
        let needed = try? JSONDocument.withView(of: response.body) { $0["needed"]?.string }
        let scope = needed.flatMap { $0 }.map { "the scope \(plan.secrets.quote($0))" } ?? "the missing scope"
        return "Add \(scope) to the app and install it again."
    }

    static let authorisationWords = [
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
        "not_allowed_token_type", "no_permission", "access_denied", "authenticat", "unauthorized", "not authorized",
    ]

    // MARK: Redirects

    private func redirect(_ response: HTTPResponse, of request: HTTPRequest) -> Verdict {
        let refused = { reason in Verdict.failure(failure(.refusedByProvider, request, reason, checkAddress)) }
        guard let location = response.header("location") else {
            return refused("returned \(response.status) without an address.")
        }
        guard let target = WebAddress(request.url)?.resolving(location) else {
            return refused("redirects to an address that is not an http(s) URL.")
        }
        if target.origin == plan.base.origin { return .redirect(target) }
        let reason = "redirects to another address (\(target.origin)), which would receive the key."
        let isLogin = ["login", "signin", "sign-in", "sso", "auth"].contains { target.path.lowercased().contains($0) }
        guard isLogin else { return refused(reason) }
        return .failure(failure(.notAuthorised, request, reason, "\(checkKeys) \(checkAddress)"))
    }

    // MARK: Words

    /// The provider's message; a response in plain text, as ClickHouse sends it, is one.
    func message(_ response: HTTPResponse) -> String? {
        if let text = ProviderMessage.text(in: response.body) { return text }
        guard response.header("content-type")?.hasPrefix("text/plain") == true, !response.body.isEmpty else {
            return nil
        }
        return String(decoding: response.body.prefix(1000), as: UTF8.self)
    }
}
