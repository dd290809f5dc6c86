import Basics
import OnCallModel

extension Surroundings {
    /// Adds the rows of a statement. Rows from earlier than 14 days before the onset, or from the future, are skipped.
    mutating func take(_ rows: RowSet, of step: InvestigationStep, from onset: Instant, to now: Instant) {
        let window = (onset - .days(14))...max(now, onset) + .minutes(10)
        switch step {
        case .deploys: deploys = FactReader.deploys(rows).filter { window.contains($0.at) }
        case .releases(let source):
            releases += FactReader.releases(rows, source: source).filter { window.contains($0.at) }
        case .events(let issue): events += FactReader.events(rows, issue: issue)
        case .monitors:
            monitors = FactReader.monitors(rows).filter { $0.at >= onset - .hours(1) && window.contains($0.at) }
        case .pages: pages = FactReader.pages(rows).filter { window.contains($0.at) }
        case .prompts: prompts = FactReader.prompts(rows).filter { window.contains($0.changedAt) }
        case .shares(let kind): shares += FactReader.shares(rows, kind)
        case .names: names = rows.records.compactMap { $0["name"].text }.filter { !$0.isEmpty }
        case .trace(let trace):
            if let tree = TraceReconstruction.tree(of: trace, rows, asOf: now) { traces.append(tree) }
        case .hours, .errors, .commits, .messages, .files, .costliest: return
        }
    }
}

extension FactReader {
    static func deploys(_ rows: RowSet) -> [DeployFact] {
        rows.records.compactMap { row in
            guard let at = row["created_at"].instant, let sha = row["sha"].text, !sha.isEmpty else { return nil }
            return DeployFact(
                id: text(row["id"]), sha: sha, ref: text(row["ref"]), environment: text(row["environment"]),
                creator: text(row["creator__login"]), at: at, url: text(row["url"]))
        }
    }

    static func releases(_ rows: RowSet, source: String) -> [ReleaseFact] {
        rows.records.compactMap { row in
            if source == "github" {
                guard let name = row["tag_name"].text, !name.isEmpty, row["draft"].integer != 1,
                    row["draft"].text != "true", let at = row["published_at"].instant ?? row["created_at"].instant
                else { return nil }
                return ReleaseFact(
                    name: name, source: source, sha: hashes(row["target_commitish"]).first ?? "", at: at,
                    url: text(row["html_url"]))
            }
            guard let name = row["version"].text, !name.isEmpty,
                let at = row["last_deploy__date_finished"].instant ?? row["date_released"].instant
                    ?? row["date_created"].instant
            else { return nil }
            // A version is often the commit itself.
            let sha = [row["last_commit"], row["ref"], row["version"]].flatMap(hashes).first ?? ""
            return ReleaseFact(name: name, source: source, sha: sha, at: at, url: text(row["url"]))
        }
    }

    static func events(_ rows: RowSet, issue: String) -> [EventFact] {
        rows.records.compactMap { row in
            guard let at = row["timestamp"].instant else { return nil }
            return EventFact(
                id: text(row["id"]), issue: issue, at: at, trace: text(row["trace_id"]),
                release: text(row["release"]), environment: text(row["environment"]), location: text(row["location"]))
        }
    }

    static func monitors(_ rows: RowSet) -> [AlertFact] {
        rows.records.compactMap { row in
            guard let at = row["last_triggered"].instant, !text(row["id"]).isEmpty else { return nil }
            return AlertFact(
                id: text(row["id"]), title: text(row["name"]), state: text(row["status"]), at: at,
                about: [text(row["tags"]), text(row["monitor_query"])].joined(separator: " "))
        }
    }

    static func pages(_ rows: RowSet) -> [AlertFact] {
        rows.records.compactMap { row in
            guard let at = row["created_at"].instant, !text(row["id"]).isEmpty else { return nil }
            return AlertFact(
                id: text(row["id"]), title: text(row["title"]), state: text(row["status"]), at: at,
                end: row["resolved_at"].instant, about: text(row["service__summary"]), key: text(row["incident_key"]),
                url: text(row["html_url"]))
        }
    }

    static func prompts(_ rows: RowSet) -> [PromptFact] {
        rows.records.compactMap { row in
            guard let name = row["name"].text, !name.isEmpty, let at = row["last_updated_at"].instant else {
                return nil
            }
            let versions = text(row["versions"]).split { !$0.isNumber }.compactMap { Int($0) }
            let labels = text(row["labels"]).filter { !"[]\"".contains($0) }
            return PromptFact(name: name, version: versions.max(), changedAt: at, labels: labels)
        }
    }

    static func shares(_ rows: RowSet, _ kind: ShareFact.Kind) -> [ShareFact] {
        rows.records.compactMap { row in
            let value = kind == .release ? text(row["release"]) : text(row["prompt_version"])
            let prompt = kind == .release ? "" : text(row["prompt_name"])
            guard !value.isEmpty, kind == .release || !prompt.isEmpty, let first = row["first_at"].instant,
                let last = row["last_at"].instant
            else { return nil }
            let calls = max(0, row["calls"].integer ?? 0)
            return ShareFact(
                kind: kind, prompt: prompt, value: value, calls: calls,
                failed: min(calls, max(0, row["failed"].integer ?? 0)), first: first, last: last)
        }
    }

    /// The costliest traces; the last one is replaced by a failed one if none failed.
    static func costliest(_ rows: RowSet, limit: Int) -> [String] {
        let all = rows.records.compactMap { row -> (trace: String, failed: Bool)? in
            guard let trace = row["trace_id"].text, !trace.isEmpty else { return nil }
            return (trace, (row["failed"].integer ?? 0) > 0)
        }
        var chosen = all.prefix(limit)
        if !chosen.contains(where: \.failed), let failed = all.first(where: \.failed), !chosen.isEmpty {
            chosen[chosen.endIndex - 1] = failed
        }
        return chosen.map(\.trace)
    }
}
