import Basics
import Configuration
import SourceFetch
import SourceSpec

/// `sentinel source add FILE`: takes a manifest up among the user's own sources.
enum SourceAdd {
    static let help = """
        sentinel source add FILE|DIR       check a manifest and add it, with the overlay and samples beside it
              --replace                    also in the place of one that was added, or of a shipped one
        """

    static func run(_ path: String, replacing: Bool, _ context: SourceContext) throws -> ExitStatus {
        let files: SourceFiles
        do { files = try SourceFiles.read(path) } catch { throw Failure("\(error)") }
        let spec = files.spec
        let shipped = SourceCatalog.load(directory: context.paths.sources)
        let hidden = shipped.specs.first { $0.name.lowercased() == spec.name.lowercased() }
        if let hidden, !replacing {
            throw Failure(
                "\(hidden.name) \(hidden.version) is shipped with Sentinel. Rename yours, or put it in its place with --replace."
            )
        }
        let folder: String
        do { folder = try context.own.add(files, replacing: replacing) } catch { throw Failure("\(error)") }
        let missing = spec.missingInputs { context.environment[$0] }
        context.print(
            .fields([
                "source": .string(spec.name), "version": .string(spec.version), "folder": .string(folder),
                "address": JSONValue(spec.address(context.environment)), "hides": JSONValue(hidden?.version),
                "missing": .array(missing.map(JSONValue.string)),
            ]), or: text(spec, folder, address: spec.address(context.environment), hidden: hidden, missing: missing))
        return .done
    }

    private static func text(
        _ spec: SourceSpec, _ folder: String, address: String?, hidden: SourceSpec?, missing: [String]
    ) -> String {
        let count = spec.tables.count + spec.functions.count
        var lines = [
            "\(spec.name) \(spec.version) was added to \(folder), with \(count) table\(count == 1 ? "" : "s")."
        ]
        if let hidden {
            lines.append("It stands in the place of the shipped \(hidden.name) \(hidden.version) until it is removed.")
        }
        if let address { lines.append("It asks \(address).") }
        if !missing.isEmpty {
            lines.append("Set \(missing.joined(separator: " and ")) in the environment or in .env.")
        }
        return lines.map { TextTable.inert($0) + "\n" }.joined()
    }
}

/// `sentinel source remove NAME`: takes away what was added, and nothing else.
enum SourceRemove {
    static let help = """
        sentinel source remove NAME        remove a source that was added
        """

    static func run(_ name: String, _ context: SourceContext) throws -> ExitStatus {
        let shipped = SourceCatalog.load(directory: context.paths.sources).specs.first {
            $0.name.lowercased() == name.lowercased()
        }
        guard let folder = context.own.folder(of: name) else {
            if let shipped {
                throw Failure(
                    "\(shipped.name) is shipped with Sentinel and stays. Leave its inputs unset to leave it out.")
            }
            throw Failure("No source \(name) was added. See `sentinel source list`.")
        }
        do { try context.own.remove(name) } catch { throw Failure("\(error)") }
        let back = shipped.map { " The shipped \($0.name) \($0.version) is read again." } ?? ""
        context.print(
            .fields(["removed": .string(folder), "shipped": JSONValue(shipped?.version)]),
            or: "\(folder) was removed.\(back)\n")
        return .done
    }
}

extension SourceSpec {
    /// Where its requests go, with what is not set in braces. Nil for a source of files.
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
