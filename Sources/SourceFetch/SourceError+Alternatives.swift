/// What else a reader may ask for after an error.
extension SourceError {
    /// The server may not have this API: another one of the same provider may answer. A rejected key is rejected by all.
    ///
    /// Servers and gateways report an unknown address in many ways: 404, 501, 405, 403, 400, a redirect or a web page.
    package var suggestsOtherAPI: Bool {
        if case .rateLimited = kind { return false }
        return switch status {
        case 400, 403, 404, 405, 410, 501: true
        case .some(200..<400): kind == .notAuthorised || kind == .malformed || kind == .refusedByProvider
        case nil: kind == .notFound
        default: false
        }
    }

    /// A shorter window may be answered.
    package var suggestsShorterWindow: Bool {
        switch kind {
        case .tooMuch, .timedOut: true
        case .unavailable: [500, 502].contains(status ?? 0)
        default: false
        }
    }

    /// The error of two APIs that both refused: the first one, unless the second rejects the key.
    package func joined(by second: SourceError) -> SourceError {
        var error = second.status == 401 ? second : self
        error.calls = calls + second.calls
        return error
    }
}
