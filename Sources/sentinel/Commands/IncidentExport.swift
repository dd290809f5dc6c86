import Basics
import Configuration
import OnCallModel
import WriteUp

/// `sentinel incidents export N`: the draft of a post-mortem.
struct IncidentExport: Sendable {
    private enum Format: String, CaseIterable { case markdown, json }

    private let arguments: Arguments
    private let client: StoreClient
    private let format: Format

    init(_ arguments: Arguments) throws {
        format = try arguments.choice("--format") ?? .markdown
        self.arguments = arguments
        client = try StoreClient(arguments)
    }

    func write() async throws -> ExitStatus {
        let (detail, forensics) = try await client.details(ofIncident: arguments.number(at: 1, of: "incident"))
        let writeUp = WriteUp(detail, forensics, links: ProviderLinks(client.composition.environment))
        Output.write(format == .json ? writeUp.json.serialized + "\n" : writeUp.markdown)
        return .done
    }
}

extension ProviderLinks {
    /// The pages of GitHub are at its API's address only where that is not GitHub's own.
    init(_ environment: Environment) {
        let names = (environment["GITHUB_OWNER"], environment["GITHUB_REPO"] ?? environment["GITHUB_TARGET_REPO"])
        var repository: String?
        if let owner = names.0, let name = names.1, environment["GITHUB_BASE_URL"] == nil {
            repository = "https://github.com/\(owner)/\(name)"
        }
        let isCloud = environment["LANGFUSE_PUBLIC_KEY"] != nil
        let langfuse = environment["LANGFUSE_BASE_URL"] ?? (isCloud ? "https://cloud.langfuse.com" : nil)
        self.init(langfuse: langfuse, repository: repository)
    }
}
