/// Where the next page starts.
enum PagePosition: Hashable, Sendable {
    case start
    case page(Int)
    case offset(Int)
    case cursor(String)
    /// The address from the last page, unchanged.
    case link(String)

    /// What `from: state` and `{{state.…}}` read.
    func state(_ key: String) -> String? {
        switch (self, key) {
        case (.page(let number), "page"), (.offset(let number), "offset"): String(number)
        case (.cursor(let cursor), "cursor"): cursor
        default: nil
        }
    }
}
