/// Waits that double with each failure, up to a longest one.
package struct Backoff: Hashable, Sendable {
    package var first: Span
    package var longest: Span

    package init(first: Span, longest: Span) {
        (self.first, self.longest) = (first, longest)
    }

    /// The wait after failure number `count`, from 1.
    package func wait(afterFailures count: Int) -> Span {
        min(longest, .seconds(first.seconds * Double(1 << min(max(count - 1, 0), 30))))
    }
}
