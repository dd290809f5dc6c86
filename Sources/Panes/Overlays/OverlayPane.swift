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
            let keys = line.keys.map(\.name).joined(separator: " ")
            grid.write(TextWidth.truncated(keys, to: 12), at: inner.x, inner.y + row, role: .key, in: inner)
            let text = line.tooltip + (line.disabledReason.map { " – \($0)" } ?? "")
            grid.write(
                TextWidth.truncated(ForeignText.inert(text), to: inner.width - 14), at: inner.x + 14, inner.y + row,
                role: line.disabledReason == nil ? .text : .dim, in: inner)
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

    /// Our words are in the frame; the exact requests, which may hold anyone's words, are quoted below a rule.
    private static func drawQuestion(_ question: Overlay.Question, on grid: inout Grid, in area: Rect) {
        let width = min(area.width, max(40, min(100, area.width - 8)))
        var words = TextBlock(width: max(1, width - 4))
        words.add(question.sentence, .title)
        question.facts.forEach { words.add($0, .dim) }
        var quoted = TextBlock(width: max(1, width - 6))
        question.requests.forEach { quoted.add($0, .quoted) }
        let fixed = words.lines.count + 5
        let room = max(0, min(quoted.lines.count, area.height - fixed - 2))
        let inner = box(
            question.title, width, fixed + (quoted.lines.isEmpty ? 0 : room + 1), on: &grid, in: area)
        grid.write(words, in: inner)
        if !quoted.lines.isEmpty {
            let y = inner.y + words.lines.count
            grid.write(question.heading, at: inner.x, y, role: .dialog, in: inner)
            for (row, line) in quoted.lines.prefix(room).enumerated() {
                let isCut = row == room - 1 && quoted.lines.count > room
                grid.write(
                    isCut ? "  … \(quoted.lines.count - row) more lines" : "› " + line.text, at: inner.x, y + 1 + row,
                    role: .quoted, in: inner)
            }
        }
        let y = inner.y + inner.height - 1
        var x = inner.x
        for (text, role) in [
            ("y", Role.key), (" yes, do it    ", .keyLabel), ("Enter n Esc", .key), (" no (default)", .keyLabel),
        ] { x = grid.write(text, at: x, y, role: role, in: inner) }
    }

    private static func drawMute(_ dialog: MuteDialog, _ now: Instant, on grid: inout Grid, in area: Rect) {
        let inner = box(dialog.title, 56, dialog.offers.count + 5, on: &grid, in: area)
        let (input, rest) = inner.splitTop(1)
        grid.write(
            TextWidth.truncated(ForeignText.inert(dialog.text), to: max(0, input.width - 1)) + "▏", at: input.x,
            input.y, role: .input, in: input)
        let (offers, foot) = rest.splitTop(dialog.offers.count)
        for (row, offer) in dialog.offers.enumerated() {
            let isSelected = dialog.text.isEmpty && row == dialog.position
            grid.write(isSelected ? "▌" : " ", at: offers.x, offers.y + row, role: .selection, in: offers)
            grid.write(
                offer, at: offers.x + 2, offers.y + row, role: isSelected ? .selection : .text, in: offers)
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
