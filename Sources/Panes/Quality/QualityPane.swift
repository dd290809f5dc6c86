import Basics
import CellGrid
import OnCallModel
import ViewState

enum QualityPane {
    static func draw(_ view: QualityView, on grid: inout Grid, in area: Rect) {
        let (list, detail) = grid.divide(area, listWidth: area.width / 2, isOpen: view.list.isOpen)
        if let list { drawList(view, hasEvents: detail == nil, on: &grid, in: list) }
        if let detail, let feature = view.list.detail {
            let drifts = view.drifts.filter { $0.feature == feature.feature }
            grid.write(in: detail, from: view.list.scroll) { $0.add(feature, drifts, view.now) }
        }
    }

    private static func drawList(_ view: QualityView, hasEvents: Bool, on grid: inout Grid, in area: Rect) {
        let drifted = view.list.rows.count { $0.state == .drifted }
        let count = view.list.rows.count
        let events = hasEvents && area.height >= 13 && count > 0 ? min(view.drifts.count, 5) : 0
        let (list, below) = area.splitTop(events == 0 ? area.height : area.height - events - 2)
        grid.list(
            view.list, title: drifted > 0 ? "Quality (\(count) features, \(drifted) drifted)" : "Quality (\(count))",
            columns: columns(area.width, view.now), hasHeadings: true,
            empty: view.unknown ?? "No outputs have been checked yet. Press s to check them.", in: list)
        grid.write(in: below.inset(1, 0)) { $0.add(view.drifts, .title, view.now) }
    }

    private static func columns(_ width: Int, _ now: Instant) -> [Column<FeatureSnapshot>] {
        var columns = [
            Column<FeatureSnapshot>("state", 10) { mark($0.state) },
            Column("fails", 6, isRight: true) {
                ($0.failRate.map(Format.percent) ?? "–", $0.state == .drifted ? .bad : .dim)
            },
        ]
        if width >= 56 {
            columns.append(
                Column("keys", 4, isRight: true) {
                    ($0.profile.keys.isEmpty ? "–" : "\($0.profile.keys.count)", .dim)
                })
        }
        if width >= 64 { columns.append(Column("v", 2, isRight: true) { ("\($0.version)", .dim) }) }
        if width >= 76 {
            columns.append(Column("checked", 10) { ($0.lookedAt.map { Format.ago($0, now) } ?? "never", .dim) })
        }
        return columns + [Column("feature") { ($0.feature, .text) }]
    }

    private static func mark(_ state: FeatureSnapshot.State) -> Line {
        switch state {
        case .learned: ("✓ ok", .good)
        case .learning: ("… learning", .info)
        case .drifted: ("✗ drift", .bad)
        }
    }
}

extension TextBlock {
    fileprivate mutating func add(_ feature: FeatureSnapshot, _ drifts: [DriftEvent], _ now: Instant) {
        add(feature.feature, .title)
        var text = "\(feature.profile.form), version \(feature.version) of \(Format.time(feature.capturedAt, now))"
        text += ", from \(feature.profile.samples) outputs"
        if let author = feature.acceptedBy { text += ", accepted by \(author)" }
        if feature.checked > 0 { text += "; \(feature.failed) of the latest \(feature.checked) do not match" }
        add(text + ".", .dim)
        if feature.state == .drifted {
            add("Learning is paused until the outputs match again. Press a to accept the current outputs.", .warn)
        }
        section("Shape") { $0.add(feature.profile) }
        if let candidate = feature.candidate {
            section("Changes in the latest outputs") { block in
                feature.profile.changes(to: candidate).prefix(20).forEach { block.add($0) }
            }
        }
        add(drifts, .heading, now)
    }

    private mutating func add(_ profile: OutputProfile) {
        let paths = profile.places.sorted { $0.key < $1.key }.filter { $0.key != OutputProfile.root }
        if paths.isEmpty { return add("no keys: \(profile.form)", .dim) }
        let longest = min(max(8, width / 2), paths.map { TextWidth.of(UntrustedText.forTerminal($0.key)) }.max() ?? 8)
        for (path, place) in paths {
            let name = TextWidth.truncated(UntrustedText.forTerminal(path), to: longest)
            let pad = String(repeating: " ", count: longest - TextWidth.of(name) + 2)
            let share = place.possible > 0 ? Double(place.present) / Double(place.possible) : 0
            let word =
                profile.isRequired(path).map { $0 ? "required" : "optional, \(Format.percent(share))" } ?? "learning"
            line(name + pad + "\(place.kindNames)  \(word)")
        }
    }

    private mutating func add(_ change: OutputProfile.Change) {
        if change.now.isEmpty {
            add("− \(change.path) (\(change.was)) is missing", .bad)
        } else if change.was.isEmpty {
            add("+ \(change.path) (\(change.now)) is new", .warn)
        } else {
            add("~ \(change.path) was \(change.was), is \(change.now)", .warn)
        }
    }

    fileprivate mutating func add(_ drifts: [DriftEvent], _ role: Role, _ now: Instant) {
        section("Drift events", role) { block in
            for drift in drifts {
                let rate = drift.failRate.map { " \(Format.percent($0))" } ?? ""
                let what = drift.kind == .schema ? "shape\(rate)" : "scores fell"
                let blame = drift.blameSHA.map { "\($0.prefix(7)) \(drift.blameMessage ?? "")" } ?? "no commit blamed"
                block.line(
                    "\(Format.time(drift.at, now))  \(drift.feature)  \(what)  \(blame)",
                    drift.severity >= .high ? .high : .medium)
            }
        }
    }
}
