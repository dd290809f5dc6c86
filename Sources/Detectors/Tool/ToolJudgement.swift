import Basics
import OnCallModel

/// A tool's latest outputs compared with its own past.
///
/// The latest 3, 5, 10, 20, 40 and 100 outputs are each compared with everything before them, so that a failure is found
/// when it is new and when it has filled the page. Nothing is learnt from outputs that fail, nor from any after the first
/// that may: an output becomes past when enough good ones have followed it.
struct ToolJudgement {
    struct Failing: Hashable {
        /// The strongest first.
        var signs: [ToolSign]
        /// The outputs since the first failing one.
        var rows: [ToolOutput]
        /// Which of those fail.
        var failed: [Bool]
        /// The past that they were compared with.
        var past: ToolProfile
        /// The median latency in seconds: of those that fail, and of those before.
        var latency: Double?
        var pastLatency: Double?
        /// Everything that was read fails, so it may have begun earlier.
        var beganEarlier: Bool

        var failures: [ToolOutput] { zip(rows, failed).filter(\.1).map(\.0) }
    }

    let failing: Failing?
    /// Set if the tool never gave anything but errors or empty outputs.
    let neverWorked: (name: ToolSign.Name, count: Int)?
    /// With what was learnt.
    let profile: ToolProfile

    private static let windows = [100, 40, 20, 10, 5, 3]
    /// Good outputs after failing ones are a recovery if their probability by chance is below this.
    private static let chanceOfRecovery = 0.05
    private static let chanceOfGap = 1e-3
    private static let minGood = 2

    /// - Parameter outputs: in any order; what was learnt from before may be among them.
    init(_ outputs: [ToolOutput], past: ToolProfile, now: Instant) {
        let rows = Self.distinct(outputs)
        var profile = past
        profile.lookedAt = now
        profile.newestOutput = max(past.newestOutput ?? .distantPast, rows.last?.at ?? .distantPast)
        let isNew = rows.map { row in past.learnedThrough.map { row.at > $0 } ?? true }
        guard past.outputs + isNew.count(where: { $0 }) >= ToolProfile.minPast else {
            (failing, neverWorked, self.profile) = (nil, nil, profile)
            return
        }
        let found = Self.signs(of: rows, isNew, past)
        let real = Self.strongest(found.filter(\.sign.isReal))
        failing = Self.failing(real, rows, isNew, past)
        if let failing {
            profile.learn(rows, isNew, through: rows.count - failing.rows.count, at: now)
            neverWorked = nil
        } else {
            let suspects = Self.strongest(found.filter(\.sign.isSuspicious))
            let end = Self.onset(Self.flags(suspects, rows)) ?? rows.count
            // Outputs of a failure that has ended are not learnt.
            let hasFailed = Self.flags(real, rows)
            profile.learn(rows, zip(isNew, hasFailed).map { $0 && !$1 }, through: end, at: now)
            neverWorked = Self.neverWorked(profile, rows)
        }
        self.profile = profile
    }

    private typealias Found = (sign: ToolSign, past: ToolProfile)

    /// Oldest first. The same input again in one trace counts once: an agent that repeats a call is one failure.
    private static func distinct(_ outputs: [ToolOutput]) -> [ToolOutput] {
        var seen: Set<[String]> = []
        return outputs.sorted { ($0.at, $0.id) > ($1.at, $1.id) }.filter { output in
            guard let input = output.input, !output.trace.isEmpty else { return seen.insert([output.id]).inserted }
            return seen.insert([output.trace, String(input)]).inserted
        }.reversed()
    }

    private static func signs(of rows: [ToolOutput], _ isNew: [Bool], _ past: ToolProfile) -> [Found] {
        var (found, base, learnt): ([Found], ToolProfile, Int) = ([], past, 0)
        for window in windows where window <= rows.count {
            let start = rows.count - window
            for place in learnt..<start where isNew[place] { base.learn(rows[place], after: rows[..<place]) }
            learnt = start
            guard base.outputs >= ToolProfile.minPast else { continue }
            found += ToolSign.all(in: rows, from: start, against: base).map { ($0, base) }
        }
        return found
    }

    /// The most significant sign of each kind, the strongest first.
    private static func strongest(_ found: [Found]) -> [Found] {
        var best: [ToolSign.Kind: Found] = [:]
        for item in found where item.sign.p < best[item.sign.kind]?.sign.p ?? .infinity { best[item.sign.kind] = item }
        return best.values.sorted {
            ($0.sign.p, $0.sign.kind.rank, $0.sign.kind.place) < ($1.sign.p, $1.sign.kind.rank, $1.sign.kind.place)
        }
    }

    private static func flags(_ found: [Found], _ rows: [ToolOutput]) -> [Bool] {
        let signs = found.map { (kind: $0.sign.kind, median: Double($0.past.medianLength)) }
        return rows.indices.map { place in
            signs.contains {
                ToolSign.has($0.kind, rows[place], after: rows[..<place], median: $0.median) == true
            }
        }
    }

    /// Where the failure that is still active begins; nil if none is.
    ///
    /// Its rate is that of the outputs after the best cut. So many good outputs in a row that they are unlikely at this rate
    /// end it, before it and after it.
    private static func onset(_ flags: [Bool]) -> Int? {
        guard let last = flags.lastIndex(of: true) else { return nil }
        let share = share(of: flags[...last])
        guard !isEnd(flags.count - 1 - last, share, chanceOfRecovery) else { return nil }
        var (first, good) = (last, 0)
        for place in flags.indices.prefix(last).reversed() {
            if flags[place] { (first, good) = (place, 0) } else { good += 1 }
            if isEnd(good, share, chanceOfGap) { break }
        }
        return first
    }

    /// The share of failures after the cut that takes most off the squared error of one share.
    private static func share(of flags: ArraySlice<Bool>) -> Double {
        func share(_ hits: Int, _ of: Int) -> Double { (Double(hits) + 0.5) / Double(of + 1) }
        let all = flags.count { $0 }
        var best = (gain: 0.0, share: share(all, flags.count))
        var (after, count) = (0, 0)
        for place in flags.indices.reversed() {
            count += 1
            guard flags[place] else { continue }
            after += 1
            let before = flags.count - count
            guard before > 0 else { break }
            let step = Double(after) / Double(count) - Double(all - after) / Double(before)
            let gain = step * step * Double(count * before) / Double(flags.count)
            if gain > best.gain { best = (gain, share(after, count)) }
        }
        return best.share
    }

    private static func isEnd(_ good: Int, _ share: Double, _ chance: Double) -> Bool {
        good >= minGood && (0..<good).reduce(1.0) { product, _ in product * (1 - share) } < chance
    }

    private static func failing(
        _ real: [Found], _ rows: [ToolOutput], _ isNew: [Bool], _ past: ToolProfile
    ) -> Failing? {
        guard let strongest = real.first else { return nil }
        let flags = flags(real, rows)
        guard let start = onset(flags) else { return nil }
        let failed = Array(flags[start...])
        guard failed.count(where: { $0 }) >= ToolSign.minHits else { return nil }
        func median(_ rows: [ToolOutput]) -> Double? {
            let known = rows.compactMap(\.latency).sorted()
            return known.count >= ToolSign.minHits ? known[known.count / 2] : nil
        }
        return Failing(
            signs: real.map(\.sign), rows: Array(rows[start...]), failed: failed, past: strongest.past,
            latency: median(zip(rows, flags).filter(\.1).map(\.0)), pastLatency: median(Array(rows[..<start])),
            beganEarlier: start == 0)
    }

    private static func neverWorked(
        _ profile: ToolProfile, _ rows: [ToolOutput]
    ) -> (name: ToolSign.Name, count: Int)? {
        let count = profile.outputs
        guard count >= ToolProfile.minPast, !rows.isEmpty else { return nil }
        let isDocument = rows.allSatisfy { $0.form == .error(isDocument: true) }
        if profile.errors * 20 >= count * 19, isDocument { return (.error, count) }
        return profile.empties == count ? (.empty, count) : nil
    }
}

extension ToolProfile {
    /// Learns from the rows that are marked, up to a position.
    fileprivate mutating func learn(_ rows: [ToolOutput], _ isLearnt: [Bool], through end: Int, at now: Instant) {
        guard let last = rows[..<end].last else { return }
        for place in rows.indices.prefix(end) where isLearnt[place] {
            learn(rows[place], after: rows[..<place])
            learnedAt = now
        }
        learnedThrough = max(learnedThrough ?? .distantPast, last.at)
    }
}
