import Basics
import CellGrid
import OnCallModel
import ViewState

/// What lies over the pane: help, the palette, a question, the mute dialog, the silences.
enum OverlayPane {
    static func draw(_ view: OverlayView, on grid: inout Grid, in area: Rect) {
        switch view {
        case .help(let lines, let scroll): drawHelp(lines, scroll, on: &grid, in: area)
        case .palette(let text, let offers): drawPalette(text, offers, on: &grid, in: area)
        case .question(let question): drawQuestion(question, on: &grid, in: area)
        case .mute(let dialog, let now): drawMute(dialog, now, on: &grid, in: area)
        case .silences(let list, let now): drawSilences(list, now, on: &grid, in: area)
        }
    }

    /// A framed box in the middle; returns its inside.
    private static func box(_ title: String, _ width: Int, _ height: Int, on grid: inout Grid, in area: Rect) -> Rect {
        let (width, height) = (min(width, area.width), min(height, area.height))
        let rect = Rect(
            x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width: width, height: height)
        grid.clear(rect)
        grid.frame(rect, title: title, role: .dialog, titleRole: .dialog)
        return rect.inset(2, 1)
    }

    private static func drawHelp(_ lines: [OverlayView.Line], _ scroll: Int, on grid: inout Grid, in area: Rect) {
        let inner = box(
            "Keys (any other key closes)", 76, min(area.height - 2, lines.count + 2), on: &grid, in: area)
        let first = min(scroll, max(0, lines.count - inner.height))
        for (row, line) in lines.dropFirst(first).prefix(inner.height).enumerated() {
            let (y, keys) = (inner.y + row, line.keys.map(\.name).joined(separator: " "))
            grid.write(keys, at: inner.x, y, width: 12, role: .key, in: inner)
            let text = line.tooltip + (line.disabledReason.map { " – \($0)" } ?? "")
            let role: Role = line.disabledReason == nil ? .text : .dim
            grid.write(text, at: inner.x + 14, y, width: inner.width - 14, role: role, in: inner)
        }
    }

    private static func drawPalette(
        _ text: String, _ offers: ListView<OverlayView.Line>, on grid: inout Grid, in area: Rect
    ) {
        let height = min(area.height - 2, max(4, min(offers.rows.count, 12) + 3))
        let (input, list) = box("Commands", 64, height, on: &grid, in: area).splitTop(1)
        grid.write(":" + text + "▏", at: input.x, input.y, role: .input, in: input)
        grid.rows(
            offers, columns: [Column("title", 15) { ($0.title, .text) }, Column("tooltip") { ($0.tooltip, .dim) }],
            empty: "No matching command.", in: list)
    }

    /// The exact requests may contain untrusted text, so they are quoted below our own words.
    private static func drawQuestion(_ question: Overlay.Question, on grid: inout Grid, in area: Rect) {
        let width = min(area.width, max(40, min(100, area.width - 8)))
        var text = TextBlock(width: width - 4)
        text.add(question.sentence, .title)
        question.facts.forEach { text.add($0, .dim) }
        if !question.requests.isEmpty {
            var requests = TextBlock(width: text.width)
            question.requests.forEach { requests.quoted($0) }
            let room = max(0, area.height - text.lines.count - 7)
            text.line(question.heading, .dialog)
            text.add(requests, height: room)
        }
        let inner = box(question.title, width, text.lines.count + 5, on: &grid, in: area)
        grid.write(text, in: inner)
        let choices: [Line] = [
            ("y", .key), (" yes, do it    ", .keyLabel), ("Enter n Esc", .key), (" no (default)", .keyLabel),
        ]
        _ = grid.write(choices, at: inner.x, inner.y + inner.height - 1, in: inner)
    }

    private static func drawMute(_ dialog: MuteDialog, _ now: Instant, on grid: inout Grid, in area: Rect) {
        let inner = box(dialog.title, 56, dialog.offers.count + 5, on: &grid, in: area)
        let (input, rest) = inner.splitTop(1)
        let end = grid.write(dialog.text, at: input.x, input.y, width: input.width - 1, role: .input, in: input)
        grid.write("▏", at: end, input.y, role: .input, in: input)
        let (offers, foot) = rest.splitTop(dialog.offers.count)
        for (row, offer) in dialog.offers.enumerated() {
            let isSelected = dialog.text.isEmpty && row == dialog.position
            let line: [Line] = [(isSelected ? "▌ " : "  ", .selection), (offer, isSelected ? .selection : .text)]
            _ = grid.write(line, at: offers.x, offers.y + row, in: offers)
        }
        grid.write(in: foot.splitTop(2).top) { block in
            if !dialog.problem.isEmpty {
                block.add(dialog.problem, .bad)
            } else if let chosen = try? dialog.chosen(at: now) {
                let reason = chosen.reason.isEmpty ? "" : ", reason: \(chosen.reason)"
                block.add("until \(chosen.until.iso8601Seconds)\(reason)", .dim)
            } else {
                block.add("30m, 4h, 2d or until 09:00 (UTC)" + (dialog.takesReason ? ", then a reason" : ""), .dim)
            }
        }
    }

    private static func drawSilences(
        _ list: ListView<Silence>, _ now: Instant, on grid: inout Grid, in area: Rect
    ) {
        let inner = box("Silences (x ends one, Esc closes)", 96, max(2, list.rows.count) + 3, on: &grid, in: area)
        let columns = [
            Column<Silence>("id", 4) { ("\($0.id)", .dim) },
            Column("time", inner.width < 60 ? 12 : 24) { silence in
                silence.startsAt <= now
                    ? ("\(Format.age(silence.expiresAt - now)) left", .warn)
                    : ("from \(Format.time(silence.startsAt, now))", .dim)
            },
            Column("incidents") { silence in
                let what = silence.matcher.isEverything ? "maintenance" : silence.matcher.phrase
                return ("\(what): \(silence.reason) (\(silence.author))", .text)
            },
        ]
        grid.rows(list, columns: columns, empty: "No silences.", in: inner)
    }
}
