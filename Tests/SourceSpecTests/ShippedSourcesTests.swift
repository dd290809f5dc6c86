import Basics
import Testing

@testable import SourceSpec

@Suite("Shipped sources")
struct ShippedSourcesTests {
    private static let catalog = SourceCatalog.load(directory: Repository.sources)

    @Test("every source of the repository is valid")
    func whole() {
        #expect(Self.catalog.problems.map(\.description) == [])
        for name in ["github", "langfuse", "sentry", "slack"] { #expect(Self.catalog[name] != nil, "\(name)") }
    }

    @Test("every shipped address can be set, and has the provider's as its default")
    func addresses() throws {
        let defaults = [
            "github": ("GITHUB_BASE_URL", "https://api.github.com"),
            "langfuse": ("LANGFUSE_BASE_URL", "https://cloud.langfuse.com"),
            "sentry": ("SENTRY_BASE_URL", "https://sentry.io"), "slack": ("SLACK_BASE_URL", "https://slack.com"),
        ]
        for (name, (key, address)) in defaults {
            let spec = try #require(Self.catalog[name])
            let input = try #require(spec.inputs.first { $0.key == key })
            #expect(input.defaultValue == address)
            guard case .http(let backend) = spec.backend else { Issue.record("\(name) is not http"); continue }
            #expect(backend.baseURL.parts == [.placeholder(.init(namespace: .input, key: key))])
        }
    }

    @Test("observations are mirrored by start time over the newer API, with the older one as the fallback")
    func observations() throws {
        let spec = try #require(Self.catalog["langfuse"])
        let table = try #require(spec.tables.first { $0.name == "observations" })
        let mirror = try #require(spec.overlay.mirrors["observations"])
        #expect(table.pagination.mode == .cursorQuery(parameter: "cursor", responsePath: ["meta", "cursor"]))
        #expect(table.pagination.pageSize?.maximum == 1000)
        #expect(mirror.bounds.window == .between(from: "fromStartTime", to: "toStartTime"))
        #expect(mirror.key == ["trace_id", "id"] && mirror.bounds.column == "start_time" && mirror.rollups)
        #expect(mirror.overlap >= .minutes(15) && mirror.backfill >= .days(8) && mirror.retention >= mirror.backfill)
        #expect(mirror.parameters.first { $0.name == "fields" }?.value.contains("io") == false)
        #expect(mirror.bodies?.columns == ["input", "output"] && mirror.bodies?.groupColumn == "trace_id")
        #expect(mirror.fallback?.pagination.mode == .page(parameter: "page", start: 1, step: 1))
        #expect(mirror.fallback?.pagination.pageSize?.maximum == 100)
        #expect(table.fetchLimitDefault == nil, "a cap would cut the mirror off")
    }

    @Test("all columns of the seed's Langfuse manifest exist")
    func seedColumns() throws {
        let spec = try #require(Self.catalog["langfuse"])
        let expected = [
            "projects": "id name created_at",
            "traces":
                "id name user_id session_id environment release version tags timestamp latency total_cost project_id "
                + "created_at updated_at",
            "observations": "id trace_id type name model model_parameters start_time end_time latency input_tokens "
                + "output_tokens total_tokens input_cost output_cost total_cost level status_message version environment "
                + "created_at updated_at",
            "scores":
                "id trace_id observation_id name value string_value data_type source comment environment created_at "
                + "updated_at timestamp",
            "sessions": "id created_at updated_at project_id environment",
        ]
        for (name, columns) in expected {
            let table = try #require(spec.tables.first { $0.name == name })
            for column in columns.split(separator: " ") {
                #expect(table.columns.contains { $0.name == column }, "\(name).\(column)")
            }
        }
    }

    @Test("the commits of the watched repository are mirrored, and the steady state of issues is one page")
    func mirrors() throws {
        let commits = try #require(Self.catalog["github"]?.overlay.mirrors["commits"])
        #expect(commits.filters.map(\.name) == ["owner", "repo"])
        #expect(commits.filters.last?.value.parts == [.placeholder(.init(namespace: .input, key: "GITHUB_REPO"))])
        #expect(
            commits.bounds.window == .between(from: "since", to: "until") && commits.bounds.format == .iso8601Seconds)
        let issues = try #require(Self.catalog["sentry"]?.overlay.mirrors["issues"])
        #expect(issues.bounds.window == .newestFirst && issues.key == ["id"] && issues.bounds.column == "last_seen")
    }

    @Test("Slack takes either token, and messages need a channel")
    func slack() throws {
        let spec = try #require(Self.catalog["slack"])
        guard case .http(let backend) = spec.backend, case .headers(let headers) = backend.auth else {
            Issue.record("slack has no header authorisation")
            return
        }
        #expect(headers.map(\.source) == [.oneOf([.bearer("SLACK_TOKEN"), .bearer("SLACK_BOT_TOKEN")])])
        let messages = try #require(spec.tables.first { $0.name == "messages" })
        #expect(messages.filters.filter(\.isRequired).map(\.name) == ["channel"])
        #expect(messages.response.okPath == ["ok"] && messages.response.errorPath == ["error"])
    }
}
