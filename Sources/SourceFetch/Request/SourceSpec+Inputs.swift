package import SourceSpec

extension SourceSpec {
    /// The inputs that must still be set before the source can be read: `SENTRY_TOKEN`, or `SLACK_TOKEN or SLACK_BOT_TOKEN`
    /// if one of them is enough. Empty when the source is configured.
    package func missingInputs(_ inputs: (String) -> String?) -> [String] {
        let values = inputValues(inputs)
        let required = self.inputs.filter { $0.isRequired && values[$0.key] == nil }.map(\.key)
        guard case .http(let backend) = backend, case .headers(let headers) = backend.auth else { return required }
        let alternatives = headers.map { $0.source.inputKeys.filter { !required.contains($0) } }
        let unmet = alternatives.filter { keys in !keys.isEmpty && keys.allSatisfy { values[$0] == nil } }
        return required + unmet.map { $0.joined(separator: " or ") }
    }

    /// The variables that may stay unset.
    var optionalVariables: Set<String> {
        Set(inputs.filter { $0.kind == .variable && !$0.isRequired }.map(\.key))
    }

    /// Set inputs and the manifest's defaults by name; an empty variable counts as unset.
    package func inputValues(_ inputs: (String) -> String?) -> [String: String] {
        var values: [String: String] = [:]
        for input in self.inputs {
            values[input.key] = inputs(input.key).flatMap { $0.isEmpty ? nil : $0 } ?? input.defaultValue
        }
        return values
    }
}

extension ValueSource {
    /// The inputs of which one is required for a value; empty if another part has one.
    var inputKeys: [String] {
        switch self {
        case .input(let key, nil), .bearer(let key): [key]
        case .oneOf(let sources):
            sources.contains { $0.inputKeys.isEmpty } ? [] : sources.flatMap(\.inputKeys)
        default: []
        }
    }
}
