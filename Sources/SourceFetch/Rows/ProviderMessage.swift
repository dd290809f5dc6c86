import JSON

/// The error message in a provider's own words. Each writes it elsewhere.
enum ProviderMessage {
    /// `message` (Langfuse, GitHub), `detail` (Sentry), `error` (Slack), `error.message` (PagerDuty, OpenAI),
    /// `errors[]` of texts (Datadog), `errors[].message` (GraphQL) or `errors[].title` (JSON:API).
    static func text(in root: JSONView) -> String? {
        for name in ["message", "detail", "error_description", "error", "errors"] {
            if let text = root[name].flatMap(text(of:)) { return text }
        }
        return nil
    }

    static func text(in body: [UInt8]) -> String? {
        do throws(JSONError) {
            return try JSONDocument.withView(of: body) { text(in: $0) }
        } catch { return nil }
    }

    private static func text(of view: JSONView) -> String? {
        if let text = view.string { return text.isEmpty ? nil : text }
        if view.members != nil {
            return ["message", "detail", "title", "name"].lazy.compactMap { view[$0].flatMap(text(of:)) }.first
        }
        let parts = (view.elements.map { $0.compactMap(text(of:)) } ?? []).prefix(3)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
