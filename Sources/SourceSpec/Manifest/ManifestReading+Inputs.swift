import YAML

extension ManifestReading {
    /// Words of a key that make it a credential, which no plain variable may hold: Coral's list.
    private static let credentialMarks = [
        "API_KEY", "APPLICATION_KEY", "ACCESS_KEY", "ADMIN_KEY", "AUTHORIZATION", "PASSWORD", "PRIVATE_KEY", "READ_KEY",
        "SECRET", "TOKEN",
    ]

    func readInputs() {
        for (key, mark, item) in fields.fields("inputs")?.items ?? [] {
            guard let input = MappingReader(item, context.log) else { continue }
            context.declare(self.input(key, mark, input))
        }
    }

    private func input(_ key: String, _ mark: Mark, _ input: MappingReader) -> InputSpec {
        let kind = input.choice("kind", among: ["variable", "secret"])
        input.required("kind", "secret")
        if key.isEmpty || key.hasPrefix("__coral") {
            context.log.report(mark, input.path, "the key \"\(key)\" is reserved", "Choose another name.")
        }
        if kind == "secret" {
            if input.has("default") {
                context.log.report(
                    input.keyMark(of: "default"), input.path, "a secret has no default",
                    "Remove it; the value is read from the environment variable \(key).")
            }
            input.allow(["kind", "required", "hint", "credential", "default"])
            readCredential(input)
        } else {
            input.allow(["kind", "default", "required", "hint"])
            if kind == "variable", Self.looksLikeCredential(key) {
                context.log.report(
                    mark, input.path, "\(key) looks like a credential and is declared as a variable",
                    "Write \"kind: secret\".")
            }
        }
        let defaultValue = kind == "secret" ? nil : input.text("default")
        return InputSpec(
            key: key, kind: kind == "secret" ? .secret : .variable, defaultValue: defaultValue,
            isRequired: input.bool("required") ?? (defaultValue == nil),
            hint: input.text("hint") ?? "")
    }

    static func looksLikeCredential(_ key: String) -> Bool {
        let delimited = "_\(key.uppercased())_"
        return credentialMarks.contains { delimited.contains("_\($0)_") }
    }

    /// The ways to get a secret, which Coral offers when a source is added. Only their form is checked.
    private func readCredential(_ input: MappingReader) {
        guard let credential = input.fields("credential") else { return }
        credential.allow(["methods"])
        for method in credential.mappings("methods") {
            method.allow(["type", "label", "description", "hint", "oauth"])
            let type = method.choice("type", among: ["source_config", "oauth"])
            if type == "oauth", !method.has("oauth") {
                method.report("oauth is missing", "Add the \"oauth:\" mapping, or write \"type: source_config\".")
            }
            method.fields("oauth")?.allow([
                "flow", "resource", "redirect_uri", "redirect_uri_port_mode", "endpoints", "client", "scopes",
            ])
        }
    }
}
