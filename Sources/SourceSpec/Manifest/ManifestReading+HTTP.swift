import Basics
import YAML

extension ManifestReading {
    func httpBackend() -> HTTPBackend {
        HTTPBackend(
            baseURL: baseURL(), auth: auth(),
            headers: parameters(fields, "request_headers", .source), rateLimit: rateLimit())
    }

    private func baseURL() -> Template {
        let template = template(fields, "base_url", "https://…")
        if template.parts.isEmpty, fields.has("base_url") {
            fields.report(
                "base_url", "base_url is empty", "Write the root of the API, such as https://api.example.com.")
        }
        return template
    }

    /// A list of named values: `query`, `headers`.
    func parameters(_ fields: MappingReader, _ key: String, _ scope: Scope) -> [ParameterSpec] {
        fields.mappings(key).map { parameter in
            let name = parameter.requiredText("name")
            _ = parameter.texts("keys")
            return ParameterSpec(
                name: name, explode: parameter.bool("explode") ?? false,
                source: ValueSource.read(parameter, beside: ["name", "explode", "keys"], scope, context))
        }
    }

    private func auth() -> AuthSpec {
        guard let auth = fields.fields("auth") else { return .none }
        guard auth.has("type") else { return olderAuth(auth) }
        switch auth.choice("type", among: ["HeaderAuth", "BasicAuth", "CustomAuth"]) {
        case "HeaderAuth":
            auth.allow(["type", "headers"])
            let headers = parameters(auth, "headers", .source)
            return headers.isEmpty ? .none : .headers(headers)
        case "BasicAuth":
            auth.allow(["type", "username", "password"])
            return .basic(username: template(auth, "username"), password: template(auth, "password"))
        case "CustomAuth": return customAuth(auth)
        default: return .none
        }
    }

    private func template(_ fields: MappingReader, _ key: String, _ example: String = "…") -> Template {
        fields.required(key, example).map { Template.read($0, .source, context) } ?? Template(parts: [])
    }

    private func customAuth(_ auth: MappingReader) -> AuthSpec {
        auth.allow([
            "type", "authenticator", "service", "region", "access_key_id", "secret_access_key", "session_token",
        ])
        auth.required("authenticator", "aws_sigv4")
        _ = auth.choice("authenticator", among: ["aws_sigv4"])
        return .awsSignature(
            AWSSignatureSpec(
                service: auth.requiredText("service"), region: template(auth, "region"),
                accessKeyID: template(auth, "access_key_id"), secretAccessKey: template(auth, "secret_access_key"),
                sessionToken: auth.has("session_token") ? template(auth, "session_token") : nil))
    }

    /// The flat form without `type`: the names of the secrets and the headers that carry them.
    private func olderAuth(_ auth: MappingReader) -> AuthSpec {
        guard context.isOlderDialect else {
            auth.required("type", "HeaderAuth")
            return .none
        }
        auth.allow(["required_secrets", "headers"])
        for key in auth.texts("required_secrets") {
            context.useOlderInput(key, kind: .secret, defaultText: nil, auth.mark, auth.path)
        }
        let headers = parameters(auth, "headers", .source)
        return headers.isEmpty ? .none : .headers(headers)
    }

    private func rateLimit() -> RateLimitSpec? {
        guard let limit = fields.fields("rate_limit") else { return nil }
        limit.allow(["extra_statuses", "retry_after_header", "remaining_header", "reset_header"])
        return RateLimitSpec(
            extraStatuses: limit.list("extra_statuses").compactMap { limit.integer($0, in: 400...599) },
            retryAfterHeader: limit.text("retry_after_header") ?? "Retry-After",
            remainingHeader: limit.text("remaining_header"), resetHeader: limit.text("reset_header"))
    }
}
