import Basics
import CellGrid
import OnCallModel
import ViewState

/// The outputs of every feature: whether they still have the shape they had, and what broke it.
enum QualityPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        if area.width >= 120 {
            let (left, right) = area.splitLeft(area.width / 2)
            drawList(state, on: &grid, in: left)
            for y in right.y..<right.y + right.height { grid.write("│", at: right.x, y, role: .border) }
            drawDetail(
                state, on: &grid, in: Rect(x: right.x + 2, y: right.y, width: right.width - 2, height: right.height))
        } else if state.openFeature != nil {
            drawDetail(state, on: &grid, in: Rect(x: area.x + 1, y: area.y, width: area.width - 1, height: area.height))
        } else {
            drawList(state, on: &grid, in: area)
        }
    }

    // MARK: list

    private static func drawList(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let rows = state.shownFeatures
        let drifted = rows.count { $0.state == .drifted }
        let title = drifted > 0 ? "Quality (\(rows.count) features, \(drifted) drifted)" : "Quality (\(rows.count))"
        grid.write(TextWidth.truncated(title, to: area.width - 2), at: area.x + 1, area.y, role: .title, in: area)
        let body = Rect(x: area.x, y: area.y + 1, width: area.width - 1, height: area.height - 1)
        guard !rows.isEmpty else {
            grid.write(empty(state), at: area.x + 2, body.y, role: .dim, in: body)
            return
        }
        let columns = columns(for: area.width)
        grid.headings(columns, at: body.y, in: body)
        let drifts = state.shownDrifts
        let eventRows = body.height >= 12 && !drifts.isEmpty && area.width < 120 ? min(drifts.count, 5) + 2 : 0
        let list = Rect(x: body.x, y: body.y + 1, width: body.width, height: body.height - 1 - eventRows)
        let window = Window(total: rows.count, height: list.height, position: state.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            grid.row(
                cells(rows[index], state, columns), columns: columns, at: list.y + offset, in: list,
                isSelected: index == state.position)
        }
        guard eventRows > 0 else { return }
        let below = Rect(x: body.x + 1, y: list.y + list.height, width: body.width - 1, height: eventRows)
        grid.lines([("", .text), ("Drift events", .title)] + events(drifts, state, width: below.width), in: below)
    }

    private static func empty(_ state: ConsoleState) -> String {
        guard state.features != nil else { return "Waiting for the store…" }
        let filter = state.lists[.quality]?.filter ?? ""
        return filter.isEmpty
            ? "No feature's outputs are known yet. s looks at them now."
            : "No feature holds “\(filter)”. Esc clears the filter."
    }

    private static func columns(for width: Int) -> [Column] {
        var columns = [Column(title: "state", width: 8), Column(title: "fails", width: 6, isRight: true)]
        if width >= 56 { columns.append(Column(title: "keys", width: 4, isRight: true)) }
        if width >= 64 { columns.append(Column(title: "v", width: 2, isRight: true)) }
        if width >= 76 { columns.append(Column(title: "looked at", width: 10)) }
        return columns + [Column(title: "feature", width: 0)]
    }

    private static func cells(_ feature: FeatureSnapshot, _ state: ConsoleState, _ columns: [Column])
        -> [(text: String, role: Role)]
    {
        let (mark, role) = mark(feature.state)
        let looked = feature.lookedAt.map { Format.ago($0, state.now) } ?? "never"
        let all: [String: (text: String, role: Role)] = [
            "state": (mark, role), "fails": (rate(feature), feature.state == .drifted ? .bad : .dim),
            "keys": (feature.profile.keys.isEmpty ? "–" : "\(feature.profile.keys.count)", .dim),
            "v": ("\(feature.version)", .dim), "looked at": (looked, .dim), "feature": (feature.feature, .text),
        ]
        return columns.map { all[$0.title] ?? ("", .text) }
    }

    private static func mark(_ state: FeatureSnapshot.State) -> (String, Role) {
        switch state {
        case .learned: ("✓ ok", .good)
        case .learning: ("… learns", .info)
        case .drifted: ("✗ drift", .bad)
        }
    }

    private static func rate(_ feature: FeatureSnapshot) -> String {
        feature.failRate.map { "\(Int(($0 * 100).rounded())) %" } ?? "–"
    }

    // MARK: detail

    private static func drawDetail(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        guard let feature = state.selectedFeature else { return }
        let width = area.width - 1
        var lines: [IncidentReport.Line] = IncidentReport.wrap(feature.feature, width: width, role: .title)
        lines += IncidentReport.wrap(summary(feature, state.now), width: width, role: .dim)
        if feature.state == .drifted {
            lines += IncidentReport.wrap(
                "Nothing is learnt until the outputs fit again; a accepts them as they are now.", width: width,
                role: .warn)
        }
        lines += [("", .text), ("Shape", .heading)] + shape(feature.profile, width: width)
        if let candidate = feature.candidate {
            let changes = feature.profile.changes(to: candidate)
            lines += [("", .text), ("What the latest outputs change", .heading)]
            lines += changes.prefix(20).flatMap { change($0, width: width) }
        }
        let drifts = state.shownDrifts.filter { $0.feature == feature.feature }
        if !drifts.isEmpty { lines += [("", .text), ("Drift events", .heading)] + events(drifts, state, width: width) }
        grid.lines(lines, in: area, from: state.openFeature == nil ? 0 : state.detailScroll)
    }

    private static func summary(_ feature: FeatureSnapshot, _ now: Instant) -> String {
        var text = "\(feature.profile.form), version \(feature.version) of \(Format.time(feature.capturedAt, now))"
        text += ", from \(feature.profile.samples) outputs"
        if let author = feature.acceptedBy { text += ", accepted by \(author)" }
        if feature.checked > 0 { text += "; \(feature.failed) of the latest \(feature.checked) do not fit" }
        return text + "."
    }

    private static func shape(_ profile: OutputProfile, width: Int) -> [IncidentReport.Line] {
        let paths = profile.places.sorted { $0.key < $1.key }.filter { $0.key != OutputProfile.root }
        if paths.isEmpty { return [("no keys: \(profile.form)", .dim)] }
        let longest = min(max(8, width / 2), paths.map { TextWidth.of(ForeignText.inert($0.key)) }.max() ?? 8)
        return paths.map { path, place in
            let name = TextWidth.truncated(ForeignText.inert(path), to: longest)
            let pad = String(repeating: " ", count: longest - TextWidth.of(name) + 2)
            let share = place.possible > 0 ? Int((Double(place.present) / Double(place.possible) * 100).rounded()) : 0
            let word = profile.isRequired(path).map { $0 ? "required" : "optional, \(share) %" } ?? "learning"
            return (TextWidth.truncated(name + pad + "\(place.kindNames)  \(word)", to: width), .text)
        }
    }

    private static func change(_ change: OutputProfile.Change, width: Int) -> [IncidentReport.Line] {
        let text: String
        if change.now.isEmpty {
            text = "− \(change.path) (\(change.was)) is gone"
        } else if change.was.isEmpty {
            text = "+ \(change.path) (\(change.now)) is new"
        } else {
            text = "~ \(change.path) was \(change.was), is \(change.now)"
        }
        return IncidentReport.wrap(text, width: width, role: change.now.isEmpty ? .bad : .warn)
    }

    static func events(_ drifts: [DriftEvent], _ state: ConsoleState, width: Int) -> [IncidentReport.Line] {
        drifts.map { drift in
            let rate = drift.failRate.map { " \(Int(($0 * 100).rounded())) %" } ?? ""
            let what = drift.kind == .schema ? "shape\(rate)" : "scores fell"
            let blame =
                drift.blameSHA.map { "  \($0.prefix(7)) \(drift.blameMessage ?? "")" } ?? "  no commit is blamed"
            let text = "\(Format.time(drift.at, state.now))  \(drift.feature)  \(what)\(blame)"
            return (TextWidth.truncated(ForeignText.inert(text), to: width), drift.severity >= .high ? .high : .medium)
        }
    }
}
