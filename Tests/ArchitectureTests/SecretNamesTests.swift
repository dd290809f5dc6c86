import Configuration
import SourceSpec
import Testing

@Suite(".env.example and the manifests")
struct SecretNamesTests {
    private let catalog = SourceCatalog.load(directory: "\(Repository.root)/sources")
    private let example: Set<String>

    init() throws {
        let text = try Repository.text(of: ".env.example")
        example = Set(DotEnv.parse(text).keys)
    }

    @Test("every variable of .env.example that is named like a secret is redacted")
    func redacted() {
        let endings = ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD"]
        let secrets = example.filter { name in endings.contains { name.hasSuffix($0) } }
        #expect(secrets.count > 10)
        let known = Environment.programSecretNames.union(catalog.secretNames)
        #expect(secrets.subtracting(known) == [])
    }

    @Test("every input that a shipped source requires is in .env.example")
    func inputs() {
        let required = catalog.specs.flatMap { $0.inputs.filter { $0.isRequired && $0.defaultValue == nil } }
        #expect(required.count > 5)
        #expect(Set(required.map(\.key)).subtracting(example) == [])
    }
}
