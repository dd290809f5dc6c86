package import Basics
import Sandbox

/// Many findings of one cause at once.
extension ScenarioPart {
    /// A bad release of one agent: so many of its runs loop alike, each about another order. `first` is the number of the first.
    package static func loopStorm(
        _ clock: ScenarioClock, _ kind: LoopKind = .tools, agent: String = "seat-booking", runs: Int = 60,
        first: Int = 0,
        steps: Int = 14
    ) -> ScenarioPart {
        (first..<first + runs).map { run in
            loop(
                clock.seeded("storm/\(kind.rawValue)/\(agent)/\(run)"), kind, agent: agent, steps: steps,
                every: .seconds(4 + Double(run % 20)))
        }.reduce(ScenarioPart(), +)
    }

    /// So many tools, each of an agent of its own, return an error about one service since `minutesAgo`; each worked before.
    package static func toolStorm(
        _ clock: ScenarioClock, service: String, name: String = "lookup", tools: Int = 40, first: Int = 0,
        minutesAgo: Double = 50
    ) -> ScenarioPart {
        let fault = ToolFault { _, _ in "Error: request to \(service) failed with HTTP 503 Service Unavailable" }
        var part = ScenarioPart()
        for number in first..<first + tools {
            let tool = "\(name)_\(letters(number))"
            var random = clock.random("outage/\(service)/\(tool)")
            let onset = clock.now - .minutes(minutesAgo) + .seconds(Double((number - first) * 5))
            let agent = ToolAgent("\(name)-desk-\(letters(number))", [Tools.profile(tool)])
            part.observations +=
                agent.runs(at: random.moments(60, from: onset - .days(2), to: onset - .minutes(2)), &random)
                + agent.runs(at: random.moments(14, from: onset, to: clock.now - .minutes(1)), fault: fault, &random)
            part.expectations.append(
                .found(
                    .toolFailure, tool, cause: .noCode, onset: onset, "\(tool) reports that \(service) is unavailable.")
            )
        }
        return part
    }

    /// So many features get another model at one time, and their outputs another shape.
    package static func driftStorm(
        _ clock: ScenarioClock, features: Int = 30, first: Int = 0, minutesAgo: Double = 90
    ) -> ScenarioPart {
        var part = ScenarioPart()
        for number in first..<first + features {
            let name = "feature-\(letters(number))"
            var random = clock.random("model/\(name)")
            let onset = clock.now - .minutes(minutesAgo) + .seconds(Double((number - first) * 5))
            let feature = Feature(name, output: Shapes.reply)
            let changed = feature.changed { ($0.model, $0.output) = (.omni, Shapes.renamedReply) }
            part.observations +=
                feature.calls(at: random.moments(50, from: onset - .days(3), to: onset - .minutes(2)), &random)
                + changed.calls(at: random.moments(18, from: onset, to: clock.now - .minutes(1)), &random)
            part.prompts.append(feature.prompt(created: clock.start - .days(30)))
            part.expectations.append(
                .found(
                    .promptDrift, name, cause: .noCode, onset: onset, "The outputs of \(name) differ with the model."))
        }
        return part
    }

    /// A name without a number, which might be that of a run: `aa`, `ab`, …
    private static func letters(_ number: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz")
        return String([alphabet[number / 26 % 26], alphabet[number % 26]])
    }
}

extension ScenarioPart {
    /// The observations up to a moment, and those that come later.
    package func split(at moment: Instant) -> (before: ScenarioPart, later: ScenarioPart) {
        var (before, later) = (self, ScenarioPart())
        before.observations = observations.filter { $0.start < moment }
        later.observations = observations.filter { $0.start >= moment }
        return (before, later)
    }
}

extension ScenarioClock {
    /// The same time with another seed.
    func seeded(_ name: String) -> ScenarioClock {
        var random = random(name)
        return ScenarioClock(now: now, seed: random.next(), days: days)
    }
}
