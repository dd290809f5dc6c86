import Basics
import Configuration
import SourceFetch
import SourceSpec

/// `sentinel source add FILE`: adds a manifest to the user's own sources.
enum SourceAdd {
    static func run(_ path: String, replacing: Bool, _ context: SourceContext) throws -> ExitStatus {
        let files = try SourceFiles.read(path)
        let spec = files.spec
        let shipped = SourceCatalog.load(directory: context.paths.sources)
        let hidden = shipped.specs.first { $0.name.lowercased() == spec.name.lowercased() }
        if let hidden, !replacing { throw Failure.sourceIsShipped(hidden.name, hidden.version) }
        let folder = try context.own.add(files, replacing: replacing)
        let missing = spec.missingInputs { context.environment[$0] }
        return context.format.write(
            .fields([
                "source": .string(spec.name), "version": .string(spec.version), "folder": .string(folder),
                "address": JSONValue(spec.address(context.environment)), "hides": JSONValue(hidden?.version),
                "missing": .array(missing.map(JSONValue.string)),
            ]), or: text(spec, folder, address: spec.address(context.environment), hidden: hidden, missing: missing))
    }

    private static func text(
        _ spec: SourceSpec, _ folder: String, address: String?, hidden: SourceSpec?, missing: [String]
    ) -> String {
        let count = spec.tables.count + spec.functions.count
        var lines = ["Added \(spec.name) \(spec.version) with \(count) table\(count == 1 ? "" : "s") to \(folder)."]
        if let hidden { lines.append("It replaces the shipped \(hidden.name) \(hidden.version) until it is removed.") }
        if let address { lines.append("It sends requests to \(address).") }
        if !missing.isEmpty {
            lines.append("Set \(missing.joined(separator: " and ")) in the environment or in .env.")
        }
        return lines.map { TextTable.inert($0) + "\n" }.joined()
    }
}

/// `sentinel source remove NAME`: removes a source that was added.
enum SourceRemove {
    static func run(_ name: String, _ context: SourceContext) throws -> ExitStatus {
        let shipped = SourceCatalog.load(directory: context.paths.sources).specs.first {
            $0.name.lowercased() == name.lowercased()
        }
        guard let folder = context.own.folder(of: name) else {
            throw shipped.map { Failure.shippedSourceStays($0.name) } ?? Failure.sourceNotAdded(name)
        }
        try context.own.remove(name)
        let back = shipped.map { " The shipped \($0.name) \($0.version) is in use again." } ?? ""
        return context.format.write(
            .fields(["removed": .string(folder), "shipped": JSONValue(shipped?.version)]),
            or: "Removed \(folder).\(back)\n")
    }
}

extension SourceSpec {
    /// The base URL, with unset inputs in braces. Nil for a source of files.
    func address(_ environment: Environment) -> String? {
        guard case .http(let backend) = backend else { return nil }
        if let given = overlay.baseURLInput.flatMap({ environment[$0] }) { return given }
        return backend.baseURL.parts.map { part in
            switch part {
            case .text(let text): text
            case .placeholder(let placeholder): value(of: placeholder, environment) ?? "{\(placeholder.key)}"
            }
        }.joined()
    }

    private func value(of placeholder: Template.Placeholder, _ environment: Environment) -> String? {
        let input = inputs.first { $0.key == placeholder.key }
        return input?.kind == .secret
            ? nil : environment[placeholder.key] ?? input?.defaultValue ?? placeholder.defaultText
    }
}
