import Basics
import Governance
import OnCallModel
import Testing
import WebServer

@testable import Actions
@testable import Sandbox

@Suite("Executors")
struct ExecutorTests {
    static let kinds = ExecutorKind.allCases.filter { $0.purpose != .firstRung }

    @Test("the effect happens once, is read back, and a second act sends nothing", arguments: kinds)
    func once(kind: ExecutorKind) async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(kind)
        let outcome = try await world.perform(execution)
        #expect(outcome.reason.hasPrefix("done: "), "\(outcome)")
        let effects = world.effects
        #expect(!effects.isEmpty && Set(effects).count == effects.count, "\(effects)")
        let again = try await world.perform(execution)
        #expect(again.reason.hasPrefix("done: ") && world.effects == effects, "\(again)")
    }

    /// Cut k kills the process at its k-th request: before it arrives, or after it was carried out.
    struct Cut: Hashable, Sendable, CustomStringConvertible {
        var kind: ExecutorKind
        var request: Int
        var arrives: Bool
        var description: String { "\(kind.rawValue), request \(request), \(arrives ? "carried out" : "not arrived")" }
    }

    private static let cuts = kinds.flatMap { kind in
        (1...(kind == .githubRevert ? 9 : 4)).flatMap { request in
            [false, true].map { Cut(kind: kind, request: request, arrives: $0) }
        }
    }

    @Test("kill -9 at any request never leads to two effects, and to no lost decision (row 28)", arguments: cuts)
    func killed(cut: Cut) async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(cut.kind)
        let (provider, count) = (ExecutorWorld.provider(cut.kind), Lock(0))
        world.world.fail(provider, .lostAnswer) { _ in
            count.withLock { count in
                count += 1
                return count == cut.request && cut.arrives
            }
        }
        world.world.fail(provider, .status(503)) { _ in
            count.withLock { $0 > cut.request || $0 == cut.request && !cut.arrives }
        }
        // Whatever the process learned dies with it.
        _ = try await world.perform(execution)
        world.world.heal()
        let outcome = try await world.settle(execution, try await world.reconcile(execution))
        if case .unknown(let reason) = outcome {
            // Only a run that is in no list yet is asked of the operator.
            #expect(cut.kind == .githubDispatch && reason.contains("check the runs"), "\(reason)")
        } else {
            #expect(outcome.reason.hasPrefix("done: "), "\(outcome)")
        }
        let effects = world.effects
        #expect(
            Set(effects).count == effects.count && effects.count <= (cut.kind == .githubRevert ? 2 : 1), "\(effects)")
        #expect(!effects.isEmpty || cut.kind == .githubDispatch)
    }

    @Test("the trace proves that an executor stopped the agent")
    func proof() async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(.litellmKey, stopsLoop: true)
        let outcome = try await world.perform(execution)
        #expect(outcome.reason.contains("no step for") && outcome.reason.contains("LiteLLM key 3f2a9c01 is blocked"))
    }

    @Test("an executor that had its effect has failed when the spending continues, and says at which rate")
    func noProof() async throws {
        let world = try ExecutorWorld(isStubborn: true)
        let execution = try await world.prepare(.litellmKey, stopsLoop: true)
        let outcome = try await world.perform(execution)
        #expect(outcome.reason.hasPrefix("failed: Still $0.40/min. LiteLLM key 3f2a9c01 is blocked, but the trace had"))
        #expect(world.effects == ["key blocked"])
    }

    @Test("what can be undone is undone once by its own act (row 35)", arguments: kinds.filter(\.hasUndo))
    func undo(kind: ExecutorKind) async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(kind)
        _ = try await world.perform(execution)
        var draft = execution
        (draft.isUndo, draft.object, draft.seen) = (true, execution.seen, execution.object)
        let undo = try await world.runner.prepare(draft, context: world.context(kind)).get()
        #expect(try await world.perform(undo).reason.hasPrefix("done: "))
        #expect(world.effects.count == 2)
        #expect(await world.runner.prepare(draft, context: world.context(kind)).isFailure)
        #expect(!ActKey(.execute(undo), for: .incident(7, round: 0)).text.isEmpty)
        #expect(execution.name != undo.name)
    }

    @Test("a label that was moved since the approval is not moved: the request is made again (row 29)")
    func changedLabel() async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(.langfusePrompt)
        #expect(
            execution.sentence
                == "Move the label production of Langfuse prompt support-bot-prompt from version 3 to version 2")
        world.world.change { state in
            state.prompts[0].versions[1].labels = ["latest"]
            state.prompts[0].versions.append(
                .init(4, text: "Other", labels: ["production"], created: Scene.now - .minutes(1)))
        }
        let outcome = try await world.perform(execution)
        guard case .changed(.execute(let next), let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("is on version 4, not on version 3") && world.effects.isEmpty)
        #expect(next.seen == "4" && next.object == "3")
    }

    @Test("a file that changed after the commit is not reverted, before the request and after it")
    func laterWork() async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(.githubRevert)
        world.world.change { state in
            state.commits.insert(
                SandboxCommit(
                    sha: String(repeating: "e", count: 40), message: "later work", author: "bob",
                    date: Scene.now - .seconds(1), files: [.init(path: "src/support_bot/agent.py", patch: "@@\n+x")]),
                at: 0)
        }
        let outcome = try await world.perform(execution)
        #expect(outcome.reason.contains("src/support_bot/agent.py changed since"), "\(outcome)")
        #expect(world.effects.isEmpty)
    }

    @Test("a revert pull request is a draft that changes only the files of the commit")
    func revert() async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(.githubRevert)
        let lines = world.runner.dryRun(.execute(execution), context: world.context(.githubRevert))
        #expect(lines.count == 5 && lines[0].contains("/git/trees") && lines[3].contains("\"draft\":true"))
        let outcome = try await world.perform(execution)
        #expect(outcome.reference?.contains("/pull/") == true)
        let tree = try #require(world.world.read { $0.git.made.values.first?.tree })
        let files = try #require(world.world.read { $0.git.trees[tree] })
        #expect(
            files.count > 1
                && world.world.read { $0.git.branches.keys.first } == "sentinel/revert-\(world.truth.culprit.prefix(7))"
        )
    }

    @Test("a dry run has no secret, and says when nothing is sent", arguments: kinds)
    func dryRun(kind: ExecutorKind) async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(kind)
        let lines = world.runner.dryRun(.execute(execution), context: world.context(kind))
        let text = lines.joined(separator: "\n")
        #expect(lines.count >= 2 && text.contains("Nothing is sent if"))
        for (name, value) in world.sandbox.environment
        where ["KEY", "TOKEN", "SECRET"].contains(where: name.contains) && !name.contains("PUBLIC") {
            #expect(!text.contains(value), "\(name)")
        }
        #expect(world.effects.isEmpty)
    }

    @Test("a refusal of a provider is shown, and nothing is claimed")
    func refused() async throws {
        let world = try ExecutorWorld()
        let execution = try await world.prepare(.litellmKey)
        world.world.fail(.gateway, .status(403)) { $0.method == "POST" }
        let outcome = try await world.perform(execution)
        #expect(outcome.reason.hasPrefix("failed: LiteLLM refused (403): injected. Check LITELLM_ADMIN_KEY"))
    }
}

extension Result {
    var isFailure: Bool { if case .failure = self { true } else { false } }
}
