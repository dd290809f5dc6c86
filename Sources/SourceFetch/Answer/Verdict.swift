import Basics

/// The result of a response or of a failed transfer.
enum Verdict: Sendable {
    case page(FetchedPage)
    /// To the same origin; another is a failure.
    case redirect(WebAddress)
    case failure(Failure)
}

struct FetchedPage: Sendable {
    var content: PageContent
    var serverDate: Instant?
}

struct Failure: Error, Sendable {
    var error: SourceError
    var retry: RetryMachine.Retry
}
