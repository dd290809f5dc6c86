import Basics
import CellGrid
import OnCallModel
import ViewState

/// What lies over the view: help, the palette, and the question before an act.
enum OverlayPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        switch state.overlay {
        case .help(let scroll): drawHelp(state, scroll, on: &grid, in: area)
        case .palette(let palette): drawPalette(state, palette, on: &grid, in: area)
        case .question(let question): drawQuestion(question, on: &grid, in: area)
        case .quiet(let menu): QuietPane.draw(menu, at: state.now, on: &grid, in: area)
        case .silences(let list): QuietPane.draw(list, state, on: &grid, in: area)
        case .editor, nil: return
        }
    }

    static func box(_ width: Int, _ height: Int, in area: Rect) -> Rect {
        let width = min(width, area.width)
        let height = min(height, area.height)
        return Rect(
            x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width: width, height: height)
    }

    static func frame(_ title: String, _ rect: Rect, on grid: inout Grid) -> Rect {
        grid.clear(rect)
        grid.frame(rect, title: title, role: .dialog, titleRole: .dialog)
        return rect.inset(2, 1)
    }

    // MARK: help

    private static func drawHelp(_ state: ConsoleState, _ scroll: Int, on grid: inout Grid, in area: Rect) {
        let bindings = Command.bindings(in: state.view)
        let rect = box(76, min(area.height - 2, bindings.count + 2), in: area)
        let inner = frame("Keys in \(state.view.title) (any other key closes)", rect, on: &grid)
        let first = min(scroll, max(0, bindings.count - inner.height))
        for (row, binding) in bindings.dropFirst(first).prefix(inner.height).enumerated() {
            let keys = binding.keys.map(\.name).joined(separator: " ")
            grid.write(TextWidth.truncated(keys, to: 12), at: inner.x, inner.y + row, role: .key, in: inner)
            let reason = state.disabledReason(of: binding.command)
            let text = binding.tooltip + (reason.map { " – \($0)" } ?? "")
            grid.write(
                TextWidth.truncated(ForeignText.inert(text), to: inner.width - 14), at: inner.x + 14, inner.y + row,
                role: reason == nil ? .text : .dim, in: inner)
        }
    }

    // MARK: palette

    private static func drawPalette(
        _ state: ConsoleState, _ palette: Overlay.Palette, on grid: inout Grid, in area: Rect
    ) {
        let offers = state.offers(palette)
        let rect = box(64, min(area.height - 2, max(4, min(offers.count, 12) + 3)), in: area)
        let inner = frame("Commands", rect, on: &grid)
        grid.write(":" + palette.text + "▏", at: inner.x, inner.y, role: .input, in: inner)
        let window = Window(total: offers.count, height: inner.height - 1, position: palette.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            let binding = offers[index]
            let isSelected = index == palette.position
            let y = inner.y + 1 + offset
            grid.write(isSelected ? "▌" : " ", at: inner.x, y, role: .selection, in: inner)
            grid.write(binding.title, at: inner.x + 2, y, role: isSelected ? .selection : .text, in: inner)
            grid.write(
                TextWidth.truncated(binding.tooltip, to: max(0, inner.width - 20)), at: inner.x + 19, y, role: .dim,
                in: inner)
        }
        if offers.isEmpty { grid.write("nothing is called so", at: inner.x + 2, inner.y + 1, role: .dim, in: inner) }
    }

    // MARK: question

    /// Our words stand in the frame; the exact requests, which may hold anybody's words, are quoted below a rule.
    private static func drawQuestion(_ question: Overlay.Question, on grid: inout Grid, in area: Rect) {
        let width = min(area.width, max(40, min(100, area.width - 8)))
        let inside = max(1, width - 4)
        let act = TextWidth.wrapped(ForeignText.inert(question.sentence), width: inside)
        let facts = question.facts.flatMap { TextWidth.wrapped(ForeignText.inert($0), width: inside) }
        let quoted = question.requests.flatMap { TextWidth.wrapped(ForeignText.inert($0), width: max(1, inside - 2)) }
        let fixed = act.count + facts.count + 5
        let room = max(0, min(quoted.count, area.height - fixed - 2))
        let rect = box(width, fixed + (quoted.isEmpty ? 0 : room + 1), in: area)
        let inner = frame(question.title, rect, on: &grid)
        var y = inner.y
        for line in act {
            grid.write(line, at: inner.x, y, role: .title, in: inner)
            y += 1
        }
        for line in facts {
            grid.write(line, at: inner.x, y, role: .dim, in: inner)
            y += 1
        }
        if !quoted.isEmpty {
            grid.write(question.whatItHolds, at: inner.x, y, role: .dialog, in: inner)
            y += 1
            for (row, line) in quoted.prefix(room).enumerated() {
                let isCut = row == room - 1 && quoted.count > room
                grid.write(
                    isCut ? "  … \(quoted.count - row) more lines" : "› " + line, at: inner.x, y, role: .quoted,
                    in: inner)
                y += 1
            }
        }
        let answerAt = inner.y + inner.height - 1
        let end = grid.write("y", at: inner.x, answerAt, role: .key, in: inner)
        let next = grid.write(" yes, do it    ", at: end, answerAt, role: .keyLabel, in: inner)
        let after = grid.write("Enter n Esc", at: next, answerAt, role: .key, in: inner)
        grid.write(" no (default)", at: after, answerAt, role: .keyLabel, in: inner)
    }
}
